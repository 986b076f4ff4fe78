"""Pages from templates: the words, the dates, the components of govuk-frontend, and what stands on every page.

Everything that is put into a page is escaped, and a name that a template misspells is an error. A component takes
HTML only from a block of a template, where it has been escaped. Decides nothing about who may see a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request, Response
from jinja2 import (
    ChainableUndefined,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
)
from starlette.responses import HTMLResponse

from hub.errors import HubError, QuotaError
from hub.node.node import Node
from hub.values import Mode
from hub.web.console import assets, language
from hub.web.console.headers import nonce

TEMPLATES: Final = Path(__file__).with_name("templates")
_COMPONENTS: Final = "govuk_frontend_jinja"


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the menu."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, as the header says it, and the menu of what they may open."""

    name: str
    organisation: str
    role: str
    menu: Sequence[Link] = ()


class Pages:
    """The pages of one node's console.

    `request.state.signed_in` is the `SignedIn` of a request, or absent; `request.state.banners` are sentences that
    stand on every page, such as that a neighbour is down.
    """

    def __init__(self, node: Node) -> None:
        settings = node.settings
        self._about: Mapping[str, Any] = {
            "area": settings.area,
            "duty": settings.contact,
            "trial": settings.mode is Mode.trial,
        }

    def page(self, request: Request, template: str, status: int = 200, **context: Any) -> Response:
        """Return a page. Raises jinja2's errors where the template asks for what it is not given."""
        return HTMLResponse(self.text(request, template, **context), status)

    def text(self, request: Request, template: str, **context: Any) -> str:
        """Return a page's text."""
        shared = {
            **self._about,
            "nonce": nonce(request),
            "path": request.url.path,
            "signed_in": getattr(request.state, "signed_in", None),
            "banners": getattr(request.state, "banners", ()),
        }
        return environment().get_template(template).render(shared | context)

    def not_found(self, request: Request) -> Response:
        """Return the one page for what is not there and for what this person may not know of."""
        return self.page(request, "not_found.html", 404)

    def error(self, request: Request, error: HubError) -> Response:
        """Return the page of an error of the family: what happened, what was kept, what to do."""
        if error.status == 404:
            return self.not_found(request)
        response = self.page(request, "error.html", error.status, error=error)
        if isinstance(error, QuotaError):
            response.headers["Retry-After"] = str(error.retry_after)
        return response


@cache
def environment() -> Environment:
    """The templates of the console, with the components of govuk-frontend by their names, such as govukButton."""
    pages = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    pages.policies["ext.i18n.trimmed"] = True
    pages.install_gettext_callables(  # type: ignore[attr-defined]  # the extension adds it
        language.gettext, language.ngettext, newstyle=True
    )
    pages.globals.update(components(), asset=assets.address)
    pages.filters.update(
        day=language.day,
        short_day=language.short_day,
        clock=language.clock,
        moment=language.moment,
        partial_date=language.partial_date,
    )
    return pages


def components() -> dict[str, Callable[..., Any]]:
    """The macros of govuk-frontend-jinja by name. They leave out what they are not given, so they are lenient."""
    lenient = Environment(
        loader=PrefixLoader({_COMPONENTS: PackageLoader(_COMPONENTS)}),
        autoescape=True,
        auto_reload=False,
        undefined=ChainableUndefined,
    )
    found = [name for name in lenient.list_templates() if name.endswith("/macro.html")]
    return dict(_component(lenient, name) for name in found)


def _component(lenient: Environment, template: str) -> tuple[str, Callable[..., Any]]:
    """Return a component with its name: it is read when it is first used, and refuses HTML that is not escaped."""
    name = "govuk" + template.split("/")[-2].title().replace("-", "")

    def component(params: Mapping[str, Any] | None = None, **more: Any) -> Any:
        _refuse_raw_html(params)
        return getattr(lenient.get_template(template).module, name)(params or {}, **more)

    return name, component


def _refuse_raw_html(value: Any, name: str = "") -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            _refuse_raw_html(item, str(key))
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_raw_html(item, name)
    elif name.lower().endswith("html") and value and not hasattr(value, "__html__"):
        raise TypeError(f"{name} takes a block of the template, {{% set x %}}...{{% endset %}}, not a text.")
    elif name == "attributes" and isinstance(value, str):
        raise TypeError("attributes takes a mapping: a text is not escaped.")
