"""Runs the benchmarks one after the other: `python -m benchmarks [NAME ...]`, all of them if none is named.

A benchmark is a module of this folder with a `main()` that prints its own table; the first line of its docstring says
what is compared. Only ratios within one run mean anything on another machine.
"""
from __future__ import annotations

import os
import pkgutil
import platform
import sys
import time
from importlib import import_module

import numpy as np

import benchmarks


def names() -> list[str]:
    modules = pkgutil.iter_modules(benchmarks.__path__)
    return sorted(module.name for module in modules if not module.name.startswith("_"))


def machine() -> str:
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    threads = os.environ.get("OMP_NUM_THREADS", "all")
    return (f"Python {platform.python_version()}, NumPy {np.__version__}, {blas['name']} {blas['version']}, "
            f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, BLAS threads: {threads}")


def main(chosen: list[str]) -> None:
    if unknown := set(chosen) - set(names()):
        raise SystemExit(f"No benchmark called {', '.join(sorted(unknown))}; there are: {', '.join(names())}.")
    print(machine())
    for name in chosen or names():
        module = import_module(f"benchmarks.{name}")
        print(f"\n{name}: {module.__doc__.splitlines()[0]}\n", flush=True)
        start = time.perf_counter()
        module.main()
        print(f"({time.perf_counter() - start:.0f} s)", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
