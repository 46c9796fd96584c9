"""The analysis of a class finds what simulated learners were made with."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from course_lib.exercises.inventory import ITEMS
from course_lib.exercises.progress import NAMES
from grading import answers as tool
from grading import grade

GUESS = 1 / 3


def chances(ability, difficulty):
    """Rasch model with guessing."""
    return GUESS + (1 - GUESS) / (1 + np.exp(difficulty - ability[:, None]))


def a_class(rng, learners=60, growth=1.0):
    ability, difficulty = rng.normal(size=learners), np.linspace(-2, 2, len(ITEMS))
    before, after = (chances(ability + more, difficulty) for more in (0.0, growth))
    true_gain = (after - before).mean()
    return *((rng.random(p.shape) < p).astype(float) for p in (before, after)), true_gain, difficulty


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, NAMES)
        table.writeheader()
        table.writerows(rows)


def row(time, kind, item, answer, correct):
    return {"time": f"2026-09-{time:02}T08:00", "kind": kind, "item": item, "answer": answer, "correct": correct}


def test_the_interval_holds_the_true_gain_about_as_often_as_it_says(monkeypatch):
    monkeypatch.setattr(tool, "RESAMPLES", 1000)
    rng, held = np.random.default_rng(0), 0
    for _ in range(200):
        before, after, true_gain, _ = a_class(rng, learners=40)
        result = tool.gain(before, after)
        assert result.low < result.gain < result.high
        held += result.low <= true_gain <= result.high
    assert 180 <= held <= 199  # of 200, 95 % being 190


def test_no_gain_is_not_found():
    rng = np.random.default_rng(1)
    before, after, *_ = a_class(rng, growth=0.0)
    result = tool.gain(before, after)
    assert result.low < 0 < result.high


def test_a_whole_class_from_its_tables(tmp_path):
    """Half of the class takes form B first; an item that is tossed and a popular mistake are found."""
    rng = np.random.default_rng(2)
    before, after, _, difficulty = a_class(rng, learners=200, growth=1.5)
    tossed, popular = ITEMS.index("5.b"), ITEMS.index("7.e")
    after[:, tossed] = rng.random(200) < 0.5
    for number in range(200):
        forms = ("inventory A", "inventory B") if number % 2 else ("inventory B", "inventory A")
        rows = []
        for day, kind, sheet in ((1, forms[0], before), (30, forms[1], after)):
            for place, id in enumerate(ITEMS):
                right = sheet[number, place] == 1
                wrong = "b" if place == popular else rng.choice(["b", "c"], p=[0.3, 0.7])
                rows.append(row(day, kind, id, "a" if right else wrong, int(right)))
        rng.shuffle(rows)  # the order of lines is no order of time
        rows.append(row(31, forms[0], "5.b", "c", 0))  # a second answer does not count
        write(tmp_path / f"{number}.csv", rows)
    (tmp_path / "grades.csv").write_text("student,exercise,passed\nanna,5.1,yes\n")
    found = tool.read(tmp_path)
    assert len(found) == 200 * 2 * 36
    sheet_before, sheet_after = tool.sheets(found)
    assert sorted(sheet_before.mean(axis=1)) == sorted(before.mean(axis=1))
    assert sorted(sheet_after.mean(axis=1)) == sorted(after.mean(axis=1))
    result = tool.gain(sheet_before, sheet_after)
    assert result.learners == 200 and result.gain == pytest.approx(after.mean() - before.mean())
    table = {one.id: one for one in tool.items(found)}
    shares = np.array([table[id].before for id in ITEMS])
    assert np.corrcoef(shares, difficulty)[0, 1] < -0.9
    others = [one.discrimination for id, one in table.items() if id != "5.b"]
    assert table["5.b"].discrimination < 0.15 < np.median(others)
    assert table["7.e"].wrong.startswith("b, ") and table["1.d"].wrong.startswith("c, ")
    text = tool.report(found)
    assert "200 learners took both forms" in text and "95 % interval" in text
    assert "Predictions, most common wrong option:\n  none" in text


def test_discrimination_by_hand():
    sheet = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 0], [1, 1, 1]], dtype=float)
    rest = sheet.sum(axis=1, keepdims=True) - sheet
    expected = [np.corrcoef(sheet[:, i], rest[:, i])[0, 1] for i in range(3)]
    np.testing.assert_allclose(tool.discrimination(sheet), expected)
    assert np.isnan(tool.discrimination(np.ones((4, 3)))).all()


def test_the_most_common_wrong_option_of_each_prediction(tmp_path):
    for number, letter in enumerate("aabcc"):
        write(
            tmp_path / f"{number}.csv",
            [row(1, "prediction", "5.b", letter, int(letter == "b")), row(2, "prediction", "5.c", "c", 1)],
        )
    write(tmp_path / "old.csv", [row(1, "prediction", "5.b", "", 0)])  # an old file did not keep the letter
    found = tool.read(tmp_path)
    assert tool.common_wrong(found) == {"5.b": "a, 2 of 6"}
    (line,) = tool.predictions(found)
    assert line == "5.b    a, 2 of 6: It stays the same: the terms average out."
    assert "0 learners took both forms; 10 are needed" in tool.report(found)


def test_files_that_are_no_such_tables_are_passed_over(tmp_path):
    (tmp_path / "bytes.csv").write_bytes(bytes(range(256)) * 9)
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "short.csv").write_text(",".join(NAMES) + "\n2026,prediction\n")
    assert tool.predictions(tool.read(tmp_path)) == []


def test_the_class_report_names_the_most_common_wrong_options(tmp_path, capsys):
    write(tmp_path / "anna.csv", [row(1, "prediction", "5.b", "c", 0)])
    assert grade.main([str(tmp_path)]) == 0
    assert "5.b    c, 1 of 1: It becomes four times as large." in capsys.readouterr().out


def test_nothing_at_all(tmp_path, capsys):
    assert tool.read(tmp_path) == []
    assert "  none" in tool.report([])
    with pytest.raises(SystemExit):
        tool.main([str(tmp_path / "missing")])
    assert "say which folder" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["A", "B"])
def test_a_form_on_paper_has_a_key(form, capsys):
    assert tool.main(["--form", form]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"Form {form}\n\n1. (1.d) ") and text.count("\n   a) ") == 36
    assert len(text.split("Key: ")[1].split(",")) == 36
