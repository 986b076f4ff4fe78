"""The description of the programs' interface, as OpenAPI 3.1: made of the table of its addresses, and no more.

It says nothing of the node, and is anybody's to read.
"""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from hub.web.api.addresses import ADDRESSES, ROOT, Address
from hub.web.guards import ROUTES

_PROBLEM: Final = {"$ref": "#/components/responses/Problem"}
_SCHEMAS: Final = "#/components/schemas/{model}"


def openapi() -> dict[str, Any]:
    """The document."""
    taken = {(one.takes, "validation") for one in ADDRESSES if one.takes}
    given = {(one.gives, "serialization") for one in ADDRESSES if one.gives}
    wanted = sorted(taken | given, key=lambda one: (one[0].__name__, one[1]))
    names, schemas = models_json_schema(wanted, ref_template=_SCHEMAS)  # type: ignore[arg-type]
    paths: dict[str, dict[str, Any]] = {}
    for one in ADDRESSES:
        paths.setdefault(ROOT + one.path, {})[one.method.lower()] = _operation(one, names)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Cross-Marac hub",
            "version": "1",
            "description": "For programs that act for an account. They ask and read; the rest takes a person.",
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas.get("$defs", {}),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {
                "Problem": {
                    "description": "Why nothing was done, what was kept and what to do (RFC 9457).",
                    "content": {"application/problem+json": {"schema": {"type": "object"}}},
                }
            },
        },
    }


def _operation(one: Address, names: Any) -> dict[str, Any]:
    guard = ROUTES[one.method, ROOT + one.path]
    said = (one.act.__doc__ or "").strip() if one.act else f"Takes a person, who {one.doing}: refused."
    done: dict[str, Any] = {"default": _PROBLEM}
    if one.gives:
        done[str(one.status)] = {
            "description": "Done.",
            "content": _content(names[one.gives, "serialization"], one.given),
        }
    operation: dict[str, Any] = {
        "operationId": one.act.__name__ if one.act else "person_" + re.sub(r"\W+", "_", one.path).strip("_"),
        "summary": said,
        "description": f"A token needs the scope `{guard.program}`." if one.act else "No token may.",
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"\{(\w+)\}", one.path)
        ],
        "responses": done,
    }
    if one.takes:
        content = _content(names[one.takes, "validation"], one.sent)
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _content(schema: Any, example: object) -> dict[str, Any]:
    return {"application/json": {"schema": schema, "example": example}}


def models_of(one: Address) -> list[tuple[type[BaseModel], Any]]:
    """The models of an address, each with its example."""
    pairs = ((one.takes, one.sent), (one.gives, one.given))
    return [(model, example) for model, example in pairs if model is not None]
