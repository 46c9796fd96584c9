"""Grades what students handed in: every answer runs again, by itself, and is compared with the reference.

    python -m grading.grade FOLDER [--csv FILE]

FOLDER holds notebooks, in a folder for each student or with the student's name in the file's
(`anna/05_initialization.ipynb`, `05_initialization_anna.ipynb`). The table has a line for each student and exercise of
the chapters handed in. Nothing that is stored in a notebook's outputs counts. An answer that imports from where the
reference answers are may pass; the column `review` marks it. If tables that `progress(export="name.csv")` wrote lie
there too, the most common wrong option of each prediction is printed.

A student's code runs in a process of its own, in an empty folder, with limits on time, memory and file size and, where
the system allows it, without a network; the verdict is reached outside it. That stops accidents. It is no prison: an
answer can read and write your files. Grade the work of people you do not trust in a container or under an account of
its own.
"""

import argparse
import csv
import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np

from course_lib.exercises import _tutor
from course_lib.exercises.exercise import Exercise, Verdict
from grading import grade_answers
from grading.answers import predictions, read
from grading.grade_process import Stopped, Worker, unpacked

SETUP_SECONDS = 30.0  # for the code an answer needs, imports included
COLUMNS = ("student", "exercise", "passed", "review", "message")


class Shown:
    """Stands for something that is no function: the judge shows its text and nothing else."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def judged(exercise: Exercise, code: str) -> Verdict:
    """The verdict on the answer at the end of `code`."""
    with Worker() as worker:
        try:
            first = {"code": code, "id": exercise.id, "seconds": SETUP_SECONDS + 4 * exercise.seconds}
            worker.say(first)
            about = worker.hear(SETUP_SECONDS)
            if "failed" in about:
                line = f" at `{about['line']}`" if about.get("line") else ""
                return Verdict(False, f"{exercise.id}: the code before it raised {about['failed']}{line}.")
            stand_in, problems = answerer(worker, about, exercise)
            verdict = exercise.judge(stand_in)
        except Stopped as stopped:
            return Verdict(False, f"{exercise.id}: {stopped}")
        except Exception as error:  # a reply that is no reply
            return Verdict(False, f"{exercise.id}: it could not be checked ({type(error).__name__}).")
    return Verdict(False, f"{exercise.id}: {problems[0]}") if problems else verdict


def answerer(worker: Worker, about: dict[str, Any], exercise: Exercise) -> tuple[Any, list[str]]:
    """Something for the judge that behaves like the student's answer, and a list of why it stopped doing so."""
    problems: list[str] = []
    if about.get("missing"):
        return ..., problems
    if "not_callable" in about:
        return Shown(str(about["not_callable"])), problems

    def ask(arguments: tuple) -> Any:
        try:
            reply = worker.call(0, arguments, 4 * exercise.seconds)
        except Stopped as stopped:
            problems.append(str(stopped))
            raise
        if reply.get("not_attempted") or (reply.get("none") and about.get("stub")):
            return ...
        if "raised" in reply:
            where = f" at `{reply['line']}`" if reply.get("line") else ""
            raise type(str(reply["raised"]), (Exception,), {})(f"{reply.get('text', '')}{where}")
        if "unusable" in reply or "none" in reply:
            problems.append(f"not yet. {reply.get('unusable', 'It returned None. Is a `return` missing?')}")
            return ...
        for place, array in reply.get("changed", {}).items():
            np.copyto(arguments[int(place)], unpacked(array))
        return unpacked(reply["value"])

    return function(ask, about.get("parameters")), problems


def function(ask: Callable[[tuple], Any], parameters: list | None) -> Callable[..., Any]:
    """A function with the student's signature; it has no source, so that no message quotes ours."""
    scope: dict[str, Any] = {"ask": ask}
    exec(compile("def answer(*arguments):\n    return ask(arguments)", "<answer>", "exec"), scope)
    if parameters is not None:
        empty = inspect.Parameter.empty
        given = [
            inspect.Parameter(name, kind, default=None if default else empty) for name, kind, default in parameters
        ]
        scope["answer"].__signature__ = inspect.Signature(given)
    return scope["answer"]


def rows(folder: Path, exercises: dict[str, Exercise]) -> Iterator[tuple[str, str, str, str, str]]:
    """A line for each student and exercise, the best of all notebooks that hold it."""
    handed: dict[str, dict[str, list[grade_answers.Answer]]] = {}
    for path in sorted(folder.rglob("*.ipynb")):
        if ".ipynb_checkpoints" in path.parts:
            continue
        answers = handed.setdefault(grade_answers.student_of(path, folder), {})
        try:
            notebook = nbformat.reads(path.read_text(encoding="utf-8-sig"), as_version=4)
            chapters = {id.split(".")[0] for id in grade_answers.exercise_ids(notebook)}
        except Exception as error:  # whatever was handed in
            answers.setdefault("", []).append(
                grade_answers.Answer(problem=f"{path.name} cannot be read as a notebook ({type(error).__name__}).")
            )
            continue
        for id in exercises:
            if id.split(".")[0] in chapters:
                answers.setdefault(id, []).append(grade_answers.answer(notebook, id))
    for student, answers in handed.items():
        if not answers:
            answers[""] = [grade_answers.Answer(problem="No check of an exercise is in what was handed in.")]
        for id, found in answers.items():
            judgements = [
                Verdict(False, one.problem) if one.problem else judged(exercises[id], one.code) for one in found
            ]
            best, said = max(zip(found, judgements), key=lambda pair: pair[1].solved)
            message = " ".join(f"{said.message.removeprefix(f'{id}: ')} {best.remark}".split())
            yield student, id, "yes" if said.solved else "no", "yes" if best.remark else "", message


def harmless(text: str) -> str:
    """A text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--csv", type=Path, help="where the table goes (default: grades.csv in FOLDER)")
    given = parser.parse_args(arguments)
    if not str(given.folder).strip(".") or not given.folder.is_dir():
        parser.error(f"there is no folder {str(given.folder)!r}: say which with make grade CLASS=folder")
    target = given.csv or given.folder / "grades.csv"
    tally: dict[str, list[bool]] = {}
    review: dict[str, list[str]] = {}
    try:  # the mark tells Excel that it is UTF-8; an answer may print what no encoding holds
        file = target.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="")
    except OSError as error:
        parser.error(f"the table cannot be written to {target} ({error.strerror}): is it open in another program?")
    with file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for student, id, passed, look, message in rows(given.folder, _tutor.exercises):
            table.writerow([harmless(student), id, passed, look, harmless(message)])
            file.flush()
            tally.setdefault(student, []).append(passed == "yes")
            review.setdefault(student, []).extend([id] if look else [])
    for student, marks in sorted(tally.items()):
        mark = f"   review {', '.join(review[student])}" if review[student] else ""
        print(f"{student:24} {sum(marks):3} of {len(marks)}{mark}")
    if missed := predictions(read(given.folder)):  # tables that progress(export=...) wrote
        print("Predictions, most common wrong option:", *missed, sep="\n  ")
    print(f"The table is in {target}." if tally else f"There is no notebook in {given.folder}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
