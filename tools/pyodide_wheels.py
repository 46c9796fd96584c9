"""Says which packages of the course the Python package index has for Pyodide, the Python inside a browser.

    python tools/pyodide_wheels.py

Ends with status 1 once one of those that the website calls missing is there: then its page *How to run the course* has
to be corrected, and when all are there, JupyterLite may be tried.
"""

import subprocess
import sys
import tempfile

# Pyodide 314; a wheel names the platform as PEP 783 says.
PYTHON, PLATFORM = "3.14", "pyemscripten_2026_0_wasm32"
THERE = "contourpy"  # if this is not found, the question was wrong
MISSING = ("numpy", "matplotlib", "pillow", "kiwisolver")


def exists(package: str) -> bool:
    """Whether pip would install `package` for Pyodide; nothing is installed."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["install", "--dry-run", "--quiet", "--no-deps", "--only-binary=:all:", "--ignore-requires-python"]
        wanted = ["--implementation", "cp", "--python-version", PYTHON, "--platform", PLATFORM, "--target", folder]
        done = subprocess.run([sys.executable, "-m", "pip", *command, *wanted, package], capture_output=True, text=True)
    if done.returncode and "No matching distribution found" not in done.stderr:
        raise OSError(f"pip cannot say whether {package} is there: {done.stderr.strip()}")
    return done.returncode == 0


def main() -> int:
    try:
        if not exists(THERE):
            raise OSError(f"pip finds no {THERE} for {PLATFORM} and Python {PYTHON}: is there a newer Pyodide?")
        found = [package for package in MISSING if exists(package)]
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    for package in MISSING:
        print(f"{package}: {'there' if package in found else 'not yet'}")
    if found:
        print(f"Correct the website's page on how to run the course: {', '.join(found)} can be had for Pyodide.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
