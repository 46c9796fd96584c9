"""The same tests as on other processors: what is printed and asserted must not depend on the one it was recorded on.

    python tools/processors.py [NAME ...] [--paths PATH ...]

Strict nbval of all notebooks and the tests that compute, once for each way in which this processor can round
differently: under seeds of the rounding jitter (tests/surroundings/jitter.py), with every OpenBLAS kernel that it can
execute, without NumPy's vector instructions, with several threads. NAME is one configuration, also without its
kind (Nehalem), or a kind of them (jitter, blas, numpy, threads). Logs and names of failures go to build/processors.
"""

import argparse
import os
import platform
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOGS = ROOT / "build" / "processors"
PATHS = ["notebooks", *(f"tests/{name}" for name in "nn data experiments plots explorers exercises".split())]
SEEDS = range(5)
KERNELS = {  # names that OPENBLAS_CORETYPE knows, oldest first
    "x86_64": "Prescott Nehalem Sandybridge Haswell Zen SkylakeX Cooperlake SapphireRapids",
    "arm64": "ARMV8 CORTEXA53 CORTEXA57 CORTEXA72 NEOVERSEN1 NEOVERSEN2 NEOVERSEV1 THUNDERX2T99 VORTEX ARMV8SVE A64FX "
    "VORTEXM4",
}
Variables = dict[str, str]  # of the environment
ONE_THREAD = {f"{name}_THREADS": "1" for name in ("OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "VECLIB_MAXIMUM")}

# Multiplies, then prints the BLAS in force, and which of NumPy's optional instructions are on.
PROBE = """
import numpy as np, threadpoolctl
from numpy._core._multiarray_umath import __cpu_dispatch__ as optional, __cpu_features__ as on
for dtype in (np.float32, np.float64):
    a = np.ones((60, 70), dtype)
    assert ((a @ a.T == 70).all() and (a @ a[0] == 70).all())
blas = [pool for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"] or [{}]
print(blas[0].get("internal_api", "unknown"), blas[0].get("architecture", "?"), *(f for f in optional if on.get(f)))
"""


def probe(**variables: str) -> list[str] | None:
    """BLAS, kernel and instructions in force under these variables; None if this processor cannot run so."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROBE],
        capture_output=True,
        text=True,
        env={**os.environ, **ONE_THREAD, **variables},
    )
    return done.stdout.split() if done.returncode == 0 else None


def configurations() -> dict[str, Variables]:
    """All that can run here, and the variables under which they do; says of the others why not."""
    usual = probe()
    if usual is None:
        sys.exit("NumPy and threadpoolctl do not work in this environment: run `make test` first.")
    jitters = {f"jitter-{seed}": {"JITTER": str(seed)} for seed in SEEDS}
    several = dict.fromkeys(ONE_THREAD, str(max(2, os.cpu_count() or 1)))
    return jitters | kernels(*usual[:2]) | instructions(usual[2:]) | {"threads-all": several}


def kernels(blas: str, usual: str) -> dict[str, Variables]:
    if blas != "openblas":
        print(f"NumPy computes with {blas} here, whose kernels cannot be chosen: OpenBLAS kernels are left out.")
        return {}
    machine = platform.machine().lower().replace("amd64", "x86_64").replace("aarch64", "arm64")
    found, seen = {}, {usual.lower(): "the one in force anyway"}
    for name in KERNELS.get(machine, "").split():
        got = probe(OPENBLAS_CORETYPE=name)
        if got is None:
            print(f"OpenBLAS kernel {name}: this processor cannot execute it.")
        elif got[1].lower() in seen:
            print(f"OpenBLAS kernel {name}: here that is {got[1]}, {seen[got[1].lower()]}.")
        else:
            seen[got[1].lower()] = f"as for {name}"
            found[f"blas-{name}"] = {"OPENBLAS_CORETYPE": name}
    return {**found, f"blas-{usual}": {}}


def instructions(on: list[str]) -> dict[str, Variables]:
    """NumPy's own loops without AVX-512, and without anything that not every processor of this kind has."""
    found: dict[str, Variables] = {}
    tried: list[str] = []
    avx512 = [name for name in on if name.startswith("AVX512") or name == "X86_V4"]
    for name, off in (("without-AVX-512", avx512), ("baseline", on)):
        left = probe(NPY_DISABLE_CPU_FEATURES=" ".join(off))
        if not off or off == tried:
            print(f"NumPy {name}: there is nothing to switch off on this processor.")
        elif left is None or set(left[2:]) & set(off):
            print(f"NumPy {name}: this NumPy does not switch {', '.join(off)} off.")
        else:
            found[f"numpy-{name}"] = {"NPY_DISABLE_CPU_FEATURES": " ".join(off)}
            tried = off
    return found


def run(name: str, variables: Variables, paths: list[str]) -> list[str]:
    """Run the tests, print one line, return the names of those that fail."""
    report, log = LOGS / f"{name}.xml", LOGS / f"{name}.txt"
    report.unlink(missing_ok=True)
    surroundings = os.pathsep.join(filter(None, ["tests/surroundings", os.environ.get("PYTHONPATH")]))
    options = "-n auto --dist loadfile --nbval --nbval-current-env -p no:cacheprovider".split()
    with log.open("w", encoding="utf-8") as out:
        code = subprocess.run(
            [sys.executable, "-m", "pytest", *options, f"--junitxml={report}", *paths],
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **ONE_THREAD, "PYTHONPATH": surroundings, **variables},
        ).returncode
    if not report.exists():
        print(f"{name:24} did not run, see {log.relative_to(ROOT)}", flush=True)
        return [f"{name}: pytest ended with code {code}"]
    suite: Any = ElementTree.parse(report).getroot().find("testsuite")
    failed = [
        f"{case.get('classname')}::{case.get('name')}"
        for case in suite.iter("testcase")
        if case.find("failure") is not None or case.find("error") is not None
    ]
    passed = int(suite.get("tests", 0)) - len(failed) - int(suite.get("skipped", 0))
    print(
        f"{name:24} {passed:6} passed {len(failed):4} failed {float(suite.get('time', 0)):7.0f} s",
        flush=True,
    )
    if code and not failed:
        return [f"{name}: pytest ended with code {code}, see {log.relative_to(ROOT)}"]
    return [f"{name}: {test}" for test in failed]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="configurations or kinds of them (default: all)")
    parser.add_argument("--paths", nargs="+", default=PATHS, metavar="PATH", help="what to run (default: all)")
    parser.add_argument("--list", action="store_true", help="only say what can run here")
    given = parser.parse_args()
    found = configurations()
    called = {name: {name, *name.split("-", 1)} for name in found}
    if unknown := set(given.names).difference(*called.values()):
        parser.error(f"nothing here is called {' or '.join(sorted(unknown))}; there are {', '.join(found)}")
    chosen = [name for name in found if not given.names or called[name] & set(given.names)]
    if given.list:
        print(*chosen, sep="\n")
        return 0
    LOGS.mkdir(parents=True, exist_ok=True)
    failed = [test for name in chosen for test in run(name, found[name], given.paths)]
    print(*failed, sep="\n")
    print(f"{len(failed)} failures in {len(chosen)} configurations")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
