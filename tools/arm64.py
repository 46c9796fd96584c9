"""The numbers that chapters print, on an emulated arm64 processor, compared with those that are stored.

    python tools/arm64.py [NOTEBOOK ...] [--limit SECONDS]

Debian's arm64 Python runs under qemu's user emulation, with the wheels that a learner on arm64 gets, in one process
without a kernel. Everything is unpacked into build/arm64; nothing is installed. Emulation is 50 to 200 times slower,
so every cell is timed here first, and one that takes longer than the limit is left out, by name. Cells that show a
picture, a question or a source have no number of their own and are left out too.
"""

import argparse
import ast
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import symtable
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "arm64"
SYSTEM, SITE = BUILD / "system", BUILD / "site"
EMULATOR = "qemu-aarch64-static"
PROCESSOR = "neoverse-n1"  # a plain 64-bit Arm; the newest extensions are beyond what emulators compute right
NO_NUMBERS = set("check check_environment hint inventory predict progress review show_source solution why".split())
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS")}
SLOWDOWN = 400  # a cell is given up after so many times the limit


@dataclass
class Cell:
    """A code cell: its text, what is stored under it, the names it makes and reads; then what became of it."""

    number: int
    source: str
    stored: str
    compared: bool
    makes: set[str]
    reads: set[str]
    seconds: float = 0.0
    verdict: str = ""
    printed: str = ""

    @property
    def name(self) -> str:
        return f"cell {self.number} ({self.source.splitlines()[0][:60]})"


def read_chapter(path: Path) -> list[Cell]:
    """The code cells that print numbers, and those that make what these need."""
    cells: list[Cell] = []
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for number, cell in enumerate((c for c in notebook["cells"] if c["cell_type"] == "code"), 1):
        source = "".join(cell["source"])
        symbols = symtable.symtable(source, path.name, "exec").get_symbols()
        makes = {symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported()}
        names = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)]
        reads = {name.id for name in names if isinstance(name.ctx, ast.Load)}
        shows_picture = any("image/png" in output.get("data", {}) for output in cell["outputs"])
        ignored = "nbval-ignore-output" in cell["metadata"].get("tags", [])
        stored = text(cell["outputs"])
        compared = not (shows_picture or ignored or reads & NO_NUMBERS) and re.search(r"\d", stored) is not None
        if compared or makes:
            cells.append(Cell(number, source, stored, compared, makes, reads))
    wanted: set[str] = set()
    for cell in reversed(cells):  # what nobody reads who prints a number is not needed
        if cell.compared or cell.makes & wanted:
            wanted = (wanted - cell.makes) | cell.reads
        else:
            cell.verdict = "no number"
    return [cell for cell in cells if not cell.verdict]


def text(outputs: list[dict]) -> str:
    """What a cell prints and what its last line is, as text."""
    return "".join(
        "".join(output.get("text") or output.get("data", {}).get("text/plain", "")) for output in outputs
    ).strip()


def run_cells(
    interpreter: list[str], path: Path, cells: list[Cell], seconds: int, surroundings: dict[str, str]
) -> Iterator[tuple[Cell, dict]]:
    """Run `cells` of a notebook in one process of that interpreter; yield each with its record as it ends."""
    process: Any = subprocess.Popen(
        ["nice", "-n", "5", *interpreter, str(Path(__file__).resolve()), "--inside"],
        cwd=path.parent,
        env={**os.environ, **ONE_THREAD, "IPYTHONDIR": str(BUILD / "ipython"), **surroundings},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    process.stdin.write(json.dumps({"sources": [cell.source for cell in cells], "seconds": seconds}))
    process.stdin.close()
    for cell, line in zip(cells, process.stdout):
        yield cell, json.loads(line)
    errors = process.stderr.read()
    if process.wait() != 0:
        raise SystemExit(f"{path.name} ended early:\n{errors[-2000:]}")


def inside() -> None:
    """Run the cells that arrive on stdin as a notebook would; one line of JSON for each. Works in any Python."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    def give_up(*_):
        raise TimeoutError

    signal.signal(signal.SIGALRM, give_up)
    shell = InteractiveShell.instance()
    shell.displayhook.write_output_prompt = lambda: None
    work = json.load(sys.stdin)
    for source in work["sources"]:
        began = time.process_time()  # a busy machine counts for nothing
        signal.alarm(work["seconds"])
        with capture_output() as captured:
            error = (done := shell.run_cell(source)).error_before_exec or done.error_in_exec
        signal.alarm(0)
        shown = captured.stdout + "".join(output.data.get("text/plain", "") for output in captured.outputs)
        record = {"text": shown.strip(), "seconds": time.process_time() - began}
        if error is not None:
            record["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(record), flush=True)


def compare(path: Path, limit: float, python: str) -> list[Cell]:
    """Time the cells of a chapter here, then run those within the limit on the other processor."""
    cells = read_chapter(path)
    for cell, record in run_cells([sys.executable], path, cells, 3600, {"PYTHONPATH": str(ROOT)}):
        cell.seconds = record["seconds"]
        if "error" in record or cell.compared and record["text"] != cell.stored:
            cell.verdict = f"left out: prints something else here too {record.get('error', '')}".strip()
    missing: dict[str, str] = {}  # name -> why its cell does not run
    for cell in cells:
        if lost := sorted(cell.reads & missing.keys()):
            cell.verdict = f"left out: needs {lost[0]}, {missing[lost[0]]}"
        elif cell.seconds > limit:
            cell.verdict = f"left out: takes {cell.seconds:.1f} s here"
        for name in cell.makes:
            missing.pop(name, None)
            if cell.verdict:
                missing[name] = f"which cell {cell.number} makes"
    chosen = [cell for cell in cells if not cell.verdict]
    surroundings = {"PYTHONPATH": f"{ROOT}{os.pathsep}{SITE}", "PYTHONPYCACHEPREFIX": str(BUILD / "bytecode")}
    emulated = [EMULATOR, "-cpu", PROCESSOR, "-L", str(SYSTEM), python]
    for cell, record in run_cells(emulated, path, chosen, int(SLOWDOWN * limit), surroundings):
        cell.printed = "\n".join(filter(None, [record["text"], record.get("error")]))
        if record.get("error", "").startswith("TimeoutError"):
            cell.verdict = "left out: takes too long there"
        else:
            as_here = "error" not in record and (not cell.compared or cell.printed == cell.stored)
            cell.verdict = "same" if as_here else "DIFFERS"
        times = f"{record['seconds']:6.0f} s ({cell.seconds:.2f} s here)"
        print(f"{path.stem:20} {cell.verdict[:40]:8} {times}  {cell.name}", flush=True)
        if cell.verdict == "DIFFERS":
            print(difference(cell), flush=True)
    return cells


def difference(cell: Cell) -> str:
    """The lines that are not as stored."""
    stored, printed = cell.stored.splitlines(), cell.printed.splitlines()
    if len(stored) != len(printed):
        return "\n".join(["    stored:", *stored, "    arm64:", *printed])
    return "\n".join(f"    stored  {a}\n    arm64   {b}" for a, b in zip(stored, printed) if a != b)


def set_up() -> str:
    """Python for arm64 with the packages of the lock in build/arm64; the path of its interpreter."""
    if platform.machine() in ("aarch64", "arm64"):
        raise SystemExit("This processor is an arm64 itself: here `make test` compares the numbers.")
    if shutil.which(EMULATOR) is None:
        raise SystemExit(f"{EMULATOR} is missing; on Debian: sudo apt-get install qemu-user-static")
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise SystemExit("Python for arm64 is taken from Debian's packages, and there is no apt-get here.")
    if not any(SYSTEM.glob("usr/bin/python3.[0-9]*")):
        unpack_system()
    python = max(SYSTEM.glob("usr/bin/python3.[0-9]*"))
    newest = max((ROOT / name).stat().st_mtime for name in ("requirements/lab.lock", "pyproject.toml"))
    if not SITE.exists() or SITE.stat().st_mtime < newest:  # what the course needs may have changed
        unpack_packages(python.name.removeprefix("python"))
    return str(python)


def unpack_system() -> None:
    """Ask apt, with folders of its own so that it changes nothing, for Python and all it needs; unpack that."""
    folder = BUILD / "apt"
    for name in ("state/lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    state = folder / "state"
    (state / "status").touch()
    options = "APT::Architecture=arm64 APT::Architectures=arm64 APT::Sandbox::User= Debug::NoLocking=1".split()
    options += [f"Dir::State={state}", f"Dir::State::status={state / 'status'}", f"Dir::Cache={folder / 'cache'}"]
    apt = ["apt-get", "-qq", "-y", "--no-install-recommends", *(f"--option={option}" for option in options)]
    for words in ("update", "install --download-only python3 libstdc++6"):
        done = subprocess.run([*apt, *words.split()], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(
                f"apt-get gives no arm64 packages (Debian's servers hold them, Ubuntu's usual ones do "
                f"not):\n{done.stderr.strip()}"
            )
    for package in sorted((folder / "cache" / "archives").glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", str(package), str(SYSTEM)], check=True)


def unpack_packages(version: str) -> None:
    """The wheels for arm64 Linux, at the versions of the lock."""
    lock = (ROOT / "requirements" / "lab.lock").read_text(encoding="utf-8")
    pins = BUILD / "pins.txt"
    pins.write_text("\n".join(re.findall(r"^\S+==\S+(?: ;[^\\\n]+)?", lock, re.MULTILINE)) + "\n", encoding="utf-8")
    part = SITE.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    pip = [sys.executable, *"-m pip install --quiet --no-compile --only-binary=:all: --implementation=cp".split()]
    platforms = [f"--platform=manylinux{name}_aarch64" for name in ("2014", *map("_2_{}".format, range(17, 36)))]
    where = [f"--target={part}", f"--python-version={version}", f"--constraint={pins}", *platforms]
    # what a cell imports is all that the course needs but for the pages around it
    needed = [name for name in metadata.requires("course-lib") or [] if not re.search("^jupyter|extra ==", name)]
    subprocess.run([*pip, *where, *needed], check=True)
    # the course asks for its own version
    about = next(path for path in metadata.files("course-lib") or [] if path.name == "METADATA")
    (part / "course_lib-0.dist-info").mkdir()
    shutil.copy(about.locate(), part / "course_lib-0.dist-info")
    part.touch()
    shutil.rmtree(SITE, ignore_errors=True)
    part.rename(SITE)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=Path, default=sorted((ROOT / "notebooks").glob("*.ipynb")))
    parser.add_argument("--limit", type=float, default=3.0, help="leave out cells that take longer here (seconds)")
    given = parser.parse_args()
    python = set_up()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        cells = list(pool.map(lambda path: compare(path.resolve(), given.limit, python), given.notebooks))
    chapters = {path.stem: [cell for cell in found if cell.compared] for path, found in zip(given.notebooks, cells)}
    print(f"\n{'chapter':20} {'compared':>8} {'same':>6} {'differ':>6} {'left out':>8}")
    for chapter, compared in chapters.items():
        verdicts = [cell.verdict for cell in compared]
        same, differ = verdicts.count("same"), verdicts.count("DIFFERS")
        print(f"{chapter:20} {same + differ:8} {same:6} {differ:6} {len(verdicts) - same - differ:8}")
    for title, start in (("Left out", "left out"), ("Different", "DIFFERS")):
        print(f"\n{title}:")
        for chapter, compared in chapters.items():
            for cell in compared:
                if cell.verdict.startswith(start):
                    print(f"  {chapter}, {cell.name}{cell.verdict.removeprefix(start)}")
    return any(cell.verdict == "DIFFERS" for compared in chapters.values() for cell in compared)


if __name__ == "__main__":
    if sys.argv[1:] == ["--inside"]:
        inside()
    else:
        sys.exit(main())
