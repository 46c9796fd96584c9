"""The decks for the lecture hall: built from the stored notebooks alone, with everything inside one file."""

from __future__ import annotations

import base64
import html
import io
import json
import re
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

import notebooks
import slide_deck
import slide_markup
import slide_pictures
import slides
import static_explorers
from course_lib.explorers import all_explorers
from course_lib.explorers.strip import without_strip

NOTEBOOKS = sorted(notebooks.NOTEBOOKS.glob("*.ipynb"))
by_name = pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])


def cell(make, source: str, kind: str | None = None, **more):
    one = make(source, **more)
    if kind:
        one.metadata["slideshow"] = {"slide_type": kind}
    return one


def result(**data) -> list:
    return [new_output("execute_result", {mime.replace("_", "/"): text for mime, text in data.items()})]


def explorer_cell(source: str = "neuron_explorer()", alt: str | None = None):
    explorer = all_explorers()["neuron_explorer"]()
    bundle, metadata = explorer._repr_mimebundle_()
    if alt is not None:
        metadata["image/png"]["alt"] = alt
    bundle["image/png"] = base64.b64encode(bundle["image/png"]).decode()
    return new_code_cell(source, outputs=[new_output("execute_result", bundle, metadata=metadata)])


@pytest.fixture
def as_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures are taken as they are, where a test is about something else: drawing all of them takes a minute."""
    monkeypatch.setattr(
        slide_deck,
        "snapshot",
        lambda cell, output: slide_pictures.Snapshot(
            output.data["image/png"], output.metadata["image/png"]["alt"], False
        ),
    )


def test_cells_stand_where_their_metadata_say() -> None:
    book = new_notebook(
        cells=[
            cell(new_markdown_cell, "# Title", "slide"),
            cell(new_code_cell, "import numpy", "skip"),
            cell(new_markdown_cell, "goes with the import"),
            cell(new_markdown_cell, "## Section", "slide"),
            cell(new_markdown_cell, "a sentence", "subslide"),
            cell(new_markdown_cell, "goes on"),
            cell(new_markdown_cell, "later", "fragment"),
            cell(new_markdown_cell, "say this", "notes"),
            cell(new_markdown_cell, "later still", "fragment"),
            cell(new_markdown_cell, "## Exercises", "skip"),
        ]
    )
    found = slide_deck.slides_of(book, {}, {})
    assert [slide.level for slide in found] == ["slide", "slide", "subslide"]
    assert [(re.sub(r"<[^>]+>|\n", "", part.html), part.step) for part in found[2].parts] == [
        ("a sentence", None),
        ("goes on", None),
        ("later", 1),
        ("later still", 2),
    ]
    assert found[2].notes == ["<div><p>say this</p>\n</div>"]
    page = slide_deck.build(book, "x").page
    assert "goes with the import" not in page and "Exercises" not in page
    assert page.count("<section>") == 2  # columns: sections go sideways, the rest down


def test_optional_parts_are_no_part_of_a_lecture_and_what_is_folded_is_for_the_speaker() -> None:
    time = "*3 minutes, difficulty 2{}*"
    book = new_notebook(
        cells=[
            cell(new_markdown_cell, "# Title\n\nAsks.\n\nTime: 5 minutes, 3 more\nfor the exercises.", "slide"),
            cell(new_markdown_cell, f"## First\n\n{time.format('')}\n\nA text.", "slide"),
            cell(new_markdown_cell, f"### Aside\n\n{time.format(', optional')}\n\nfor the curious", "subslide"),
            cell(new_code_cell, "1 + 1", "subslide", outputs=result(text_plain="2")),
            cell(new_markdown_cell, f"## Second\n\n{time.format('')}\n\nNot *optional*.", "slide"),
            cell(new_markdown_cell, "Told: <details>\n<summary>More</summary>\n\n$x$, **at length**\n</details>", "-"),
        ]
    )
    title, first, second = slide_deck.slides_of(book, {}, {})
    assert title.parts[0].html.endswith("<p>Asks.</p>\n")
    assert "A text." in first.parts[0].html and "minutes" not in first.parts[0].html
    assert [re.sub(r"<[^>]+>|\n", "", part.html) for part in second.parts] == ["SecondNot optional.", "Told:"]
    assert "<strong>More</strong>" in second.notes[0] and "<math" in second.notes[0]


def test_a_long_listing_is_for_the_speaker_and_nothing_announces_it() -> None:
    listing = "```python\n" + "x = 1\n" * (slide_deck.LISTING + 1) + "```"
    code = new_code_cell("show_source(fit)", outputs=result(text_markdown=listing))
    book = new_notebook(cells=[new_markdown_cell("It says:"), code])
    (only,) = slide_deck.slides_of(book, {}, {})
    assert [part.html.strip() for part in only.parts] == ["<p>It says.</p>"] and "x = 1" in only.notes[0]


def test_a_computation_written_out_stands_beside_its_table() -> None:
    source = "x = 1\nfor k in range(9):\n    x += k\ntable({'x': [x]})"
    shown, notes = slide_deck.code_cell(new_code_cell(source, outputs=result(text_html="<table></table>")), {}, {})
    assert "for k in range" in re.sub(r"<[^>]+>", "", shown) and "<table>" in shown and not notes


def test_code_that_only_makes_a_table_is_for_the_speaker() -> None:
    table = new_code_cell('table({\n    "n": [1],\n})', outputs=result(text_html="<table></table>", text_plain="n"))
    shown, notes = slide_deck.code_cell(table, {}, {})
    assert "<table>" in shown and "table({" not in shown and notes == [f"<pre>{html.escape(table.source)}</pre>"]
    number = new_code_cell("conv_fan_in(64, 3, 3)", outputs=result(text_plain="576"))
    shown, notes = slide_deck.code_cell(number, {}, {})
    assert "conv_fan_in" in re.sub(r"<[^>]+>", "", shown) and "576" in shown and not notes


def test_a_picture_is_drawn_again_twice_as_fine() -> None:
    stored = explorer_cell()
    picture = slide_pictures.snapshot(stored, stored.outputs[0])
    small, large = (
        Image.open(io.BytesIO(base64.b64decode(png))) for png in (stored.outputs[0].data["image/png"], picture.png)
    )
    assert picture.sharp and not picture.problem and large.width == 2 * small.width == 1920
    assert picture.alt == all_explorers()["neuron_explorer"]().text
    assert picture.presets == tuple(all_explorers()["neuron_explorer"]().presets)


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        (explorer_cell(alt="Another number."), "no longer what the library draws"),
        (explorer_cell("neuron_explorer(w1=value)"), "not a plain call"),
        (explorer_cell("neuron_explorer(w1=99.0)"), "can no longer be drawn"),
        (explorer_cell("figure"), "not a plain call"),
    ],
)
def test_a_picture_that_says_something_else_stays_as_it_is_stored(stored, why: str) -> None:
    picture = slide_pictures.snapshot(stored, stored.outputs[0])
    assert why in picture.problem and not picture.sharp
    output = stored.outputs[0]
    alt = html.unescape(output.metadata["image/png"]["alt"])
    assert (picture.png, picture.alt) == without_strip(output.data["image/png"], alt)


def test_settings_may_be_numbers_and_texts_and_nothing_that_runs() -> None:
    assert slide_pictures.explorer_call("x = 1\nneuron_explorer(w1=10**-0.5, b=-2)") == (
        "neuron_explorer",
        {"w1": 10**-0.5, "b": -2},
    )
    for source in ("neuron_explorer(w1=open('x'))", "neuron_explorer(1)", "neuron_explorer(**x)", "print(1)", "", "("):
        assert slide_pictures.explorer_call(source) is None


@by_name
def test_the_library_draws_what_the_notebooks_show(path: Path) -> None:
    """Every stored picture names its explorer in a form that the decks can call."""
    for one in notebooks.read(path).cells:
        if any("image/png" in output.get("data", {}) for output in one.get("outputs", [])):
            assert slide_pictures.explorer_call(one.source), one.source


@by_name
def test_a_deck_holds_everything_itself(path: Path, as_stored) -> None:
    deck = slide_deck.build(notebooks.read(path), path.stem)
    page = re.sub(r"<script>.*?</script>", "", deck.page, flags=re.DOTALL)
    assert "default-src 'none'" in page
    for target in re.findall(r'\b(?:src|srcset|poster|data)="([^"]*)"|url\("?([^")]+)', page):
        assert "".join(target).startswith("data:")
    assert not re.findall(r"<(?:link|iframe|object|embed|base)\b|@import", page)
    assert deck.page.count("</script>") == 4
    assert all(re.search(r'alt="[^"]{20,}"', image) for image in re.findall(r"<img[^>]*>", page))
    text = re.sub(r"<(pre|code|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    assert not re.search(r"\$[^$<]+\$|\\[a-z]+\{", text), "a formula was left as it was typed"
    for link in re.findall(r'<a href="([^"]*)"', page):
        assert re.match(r"https?://|[\w.]+\.html$|#", link), link


@by_name
def test_every_picture_outside_skipped_cells_and_optional_parts_is_on_a_slide(path: Path, as_stored) -> None:
    book = notebooks.read(path)
    skipping, optional, wanted = False, False, 0
    for one in book.cells:
        kind = one.metadata.get("slideshow", {}).get("slide_type", "-")
        skipping = kind == "skip" or (kind == "-" and skipping)
        if one.source.startswith("## ") or one.source.startswith("### "):
            optional = ", optional*" in "".join(one.source.split("\n")[:3])
        shown = not skipping and not optional
        wanted += shown and any("image/png" in output.get("data", {}) for output in one.get("outputs", []))
    assert slide_deck.build(book, path.stem).page.count("<figure>") == wanted


def test_explorers_of_a_deck_bring_their_pictures_in_the_page(tmp_path: Path) -> None:
    stored = explorer_cell()
    cell = static_explorers.Cell(f"x-{stored.id}", "neuron_explorer", {}, "Move *activation*, then *bias b*.")
    one = static_explorers.static_explorer(cell, slide_pictures.SHARP, 1, tmp_path)
    assert [name for name, _, kind, _ in one.controls if kind != "still"] == ["activation"]
    page = slide_deck.build(new_notebook(cells=[stored]), "x", {stored.id: one}).page
    assert page.count(f'id="frames-x-{stored.id}"') == page.count(f'data-key="x-{stored.id}"') == 1
    data = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page)[1]
    assert json.loads(data) == json.loads(one.data())
    picture = Image.open(io.BytesIO(base64.b64decode(json.loads(data)["parts"][0])))
    assert picture.size == one.size and picture.width == 1920


def test_formulas() -> None:
    formula = slide_markup.markdown_html(r"$n\,\mathrm{Var}(w) < \sqrt{2}$")
    assert "<mtext>Var</mtext>" in formula and "<msqrt>" in formula and "<mo>&lt;</mo>" in formula
    with pytest.raises(ValueError, match="nosuchthing"):
        slide_markup.markdown_html(r"$\nosuchthing{x}$")
    assert '<a href="05_initialization.html">' in slide_markup.markdown_html("[x](05_initialization.ipynb)")


def test_a_script_cannot_end_its_own_element() -> None:
    assert "</script" not in slide_deck.script("'</SCRIPT>'").lower()


def test_the_command_writes_decks_and_an_index(tmp_path: Path, as_stored, capsys) -> None:
    assert slides.main(["--to", str(tmp_path / "out"), str(NOTEBOOKS[0])]) == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"index.html", f"{NOTEBOOKS[0].stem}.html"}
    assert f'<a href="{NOTEBOOKS[0].stem}.html">' in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "index.html" in capsys.readouterr().out


def test_a_formula_nobody_knows_is_said_and_the_other_decks_are_built(tmp_path: Path, as_stored, capsys) -> None:
    bad = tmp_path / "bad.ipynb"
    notebooks.store(bad, new_notebook(cells=[new_markdown_cell(r"$\nosuchthing$")]))
    assert slides.main(["--to", str(tmp_path), str(bad), str(NOTEBOOKS[0])]) == 1
    assert "nosuchthing" in capsys.readouterr().err
    assert (tmp_path / f"{NOTEBOOKS[0].stem}.html").exists()


def test_a_diagram_is_no_python() -> None:
    """What names no language keeps one colour; Python says so."""
    plain = slide_markup.markdown_html("    dense  →  batch norm with ReLU\n")
    assert "with ReLU" in plain and "<span class" not in plain
    assert '<span class="k">with</span>' in slide_markup.markdown_html("```python\nwith a:\n    b\n```")
