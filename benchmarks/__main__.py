"""Runs the benchmarks one after the other: `python -m benchmarks [NAME ...]`, all of them if none is named.

A benchmark is a module of this folder with a `main()` that prints its own table and returns its ratios in sentences,
which come first; the first line of its docstring says what is compared. Only ratios within one run mean anything on
another machine. A run of all writes one report, with what it printed, to build/benchmarks.md.
"""

from __future__ import annotations

import contextlib
import io
import os
import pkgutil
import sys
import time
from datetime import date
from importlib import import_module
from pathlib import Path

import benchmarks
from benchmarks import _machine

REPORT = Path("build/benchmarks.md")
READ_ME = """# Benchmarks

Speed beside the usual ways of doing the same thing, written by `make bench`. Only ratios mean anything on another
machine: milliseconds are printed so that ratios can be checked. Every ratio compares two things that took turns in one
run, and every time is the median of several rounds.
"""


def names() -> list[str]:
    modules = pkgutil.iter_modules(benchmarks.__path__)
    return sorted(module.name for module in modules if not module.name.startswith("_"))


def run(name: str) -> tuple[list[str], str]:
    """The ratios of a benchmark in sentences, and its section of the report."""
    module = import_module(f"benchmarks.{name}")
    title, _, method = (module.__doc__ or "").partition("\n")
    print(f"\n{name}: {title}\n", flush=True)
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()) as said:
        ratios = module.main()
    printed = said.getvalue().strip("\n")
    print("\n".join([*ratios, "", printed, f"({time.perf_counter() - start:.0f} s)"]), flush=True)
    picture = f"\n![{module.PICTURE_SHOWS}]({module.PICTURE.name})\n" if hasattr(module, "PICTURE") else ""
    return ratios, f"## {name}\n\n{title}\n\n{method.strip()}\n\n```text\n{printed}\n```\n{picture}"


def report(ratios: list[str], sections: list[str], machine: str) -> str:
    when = f"Measured on {date.today():%d %B %Y}. {machine}."
    short = "\n".join(f"- {sentence}" for sentence in ratios)
    return "\n".join([READ_ME, f"{when}\n\n## In short\n\n{short}\n", *sections])


def main(chosen: list[str]) -> None:
    if unknown := set(chosen) - set(names()):
        raise SystemExit(f"No benchmark called {', '.join(sorted(unknown))}; there are: {', '.join(names())}.")
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    machine = (
        f"{_machine.described()}. Two processes at once do {_machine.two_at_once():.1f} times the work of one; "
        f"{busy:.1f} others wanted to run at the start"
    )
    print(machine)
    found = [run(name) for name in chosen or names()]
    if not chosen:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(
            report([one for ratios, _ in found for one in ratios], [text for _, text in found], machine),
            encoding="utf-8",
        )
        print(f"\nThe report is in {REPORT}.")


if __name__ == "__main__":
    main(sys.argv[1:])
