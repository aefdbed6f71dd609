"""`make bench`: run all cases, or those named, and print each figure beside its peer and aim."""

import argparse
import importlib
import json
import pkgutil
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from types import ModuleType

from bench import cases
from bench.machine import describe
from bench.results import Result

RESULTS = Path(__file__).parent / "results"


def main(arguments: list[str]) -> int:
    """Returns 1 when an aim is not met and --strict is given."""
    names = [module.name for module in pkgutil.iter_modules(cases.__path__)]
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="case", help=", ".join(names) or "none yet")
    parser.add_argument("--strict", action="store_true", help="fail when an aim is not met")
    options = parser.parse_args(arguments)
    unknown = set(options.cases) - set(names)
    if unknown:
        parser.error(f"no case {', '.join(sorted(unknown))}; there are {', '.join(names)}")

    machine = describe()
    print(machine, flush=True)
    found = {
        name: run(importlib.import_module(f"bench.cases.{name}")) for name in options.cases or names
    }
    keep(machine, found)
    missed = [result for results in found.values() for result in results if result.met is False]
    return 1 if options.strict and missed else 0


def run(case: ModuleType) -> list[Result]:
    """One case's results, each printed as it comes."""
    print(f"\n{(case.__doc__ or case.__name__).splitlines()[0]}", flush=True)
    measured: Iterable[Result] = case.measure()
    results = []
    for result in measured:
        print(f"  {result}", flush=True)
        results.append(result)
    return results


def keep(machine: str, found: dict[str, list[Result]]) -> None:
    """Write the run as JSON under bench/results/, which git ignores."""
    RESULTS.mkdir(exist_ok=True)
    report = {
        "machine": machine,
        "cases": {
            name: [
                asdict(result) | {"ratio": result.ratio, "met": result.met} for result in results
            ]
            for name, results in found.items()
        },
    }
    path = RESULTS / time.strftime("%Y%m%d-%H%M%S.json")
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")
    print(f"\n{path.relative_to(RESULTS.parents[1])}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
