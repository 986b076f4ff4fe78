"""The command line of a benchmark of one number of people. Measures nothing."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hub.errors import HubError


@dataclass(frozen=True)
class Command:
    """`python -m benchmarks.NAME`: what it says of itself, and of how many people (`default`) it is."""

    name: str
    said: str
    people: str
    default: int

    def run(self, measure: Callable[[int], dict[str, object]], arguments: Sequence[str] | None) -> int:
        """Measure and print; 0 done, 2 wrong usage or a fault."""
        said = self.said.partition("\n")[0]
        parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{self.name}", description=said)
        parser.add_argument("--people", type=int, default=self.default, help=self.people)
        parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
        options = parser.parse_args(arguments)
        if options.people < 4:
            parser.error("at least 4 people")
        try:
            result = measure(options.people)
        except HubError as error:
            print(f"{self.name}: {error}", file=sys.stderr)
            return error.exit_code
        print(json.dumps(result, indent=None if options.json else 2))
        return 0
