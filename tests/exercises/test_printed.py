"""What an answer prints is shown up to a point, and nothing that it does to the output outlives the check."""

import io
import sys

import pytest

from course_lib.exercises import initialization
from course_lib.exercises.printed import MOST, only_the_beginning
from course_lib.exercises.tutor import Tutor


def test_a_few_lines_are_shown_as_they_are(capsys):
    with only_the_beginning():
        print("one")
        print("two", file=sys.stderr, flush=True)
    assert capsys.readouterr() == ("one\n", "two\n")


def test_of_much_only_the_beginning_is_shown(capsys):
    with only_the_beginning():
        for _ in range(1000):
            print("x" * 999)
    out = capsys.readouterr().out
    assert out.count("x") < MOST
    assert out.endswith(f"\n… and {1_000_000 - MOST} more characters, which are not shown.\n")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_a_verdict_reaches_a_terminal_that_knows_few_letters(encoding, monkeypatch, progress_file):
    terminal = io.TextIOWrapper(io.BytesIO(), encoding)
    monkeypatch.setattr(sys, "stdout", terminal)
    tutor = Tutor([initialization])
    for answer in (lambda z: z, lambda z: "\ud800√", initialization.he_weights):
        tutor.check("5.1", answer)
    terminal.seek(0)
    said = terminal.read()
    assert said.startswith("5.1: not yet. You left z as it is.") and "5.1: solved." in said
    assert ("√n" in said) == (encoding == "utf-8")


def test_who_keeps_the_output_may_print_later(capsys):
    with only_the_beginning():
        kept = sys.stdout
        print("x" * 10_000)
    capsys.readouterr()
    kept.write("y" * 10_000)
    assert capsys.readouterr().out == "y" * 10_000


def test_the_verdict_is_printed_whatever_the_answer_does_to_the_output(capsys, progress_file):
    def closes_the_door(z):
        sys.stdout = sys.stderr = None

    Tutor([initialization]).check("5.1", closes_the_door)
    assert capsys.readouterr().out.startswith("5.1: not yet. It returned None.")
