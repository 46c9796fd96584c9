"""What the website is built from; what it holds is tested in tests/browser, where it is built."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tools.mathml import mathml
from tools.site import __main__ as building
from tools.site.staging import folded, relinked, stage
from tools.static_explorers import CACHE

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_code_of_pictures_and_tables_is_folded() -> None:
    """Open stays what is to be read or written; a call that asks for what is shown is left out."""
    printed = {"outputs": [{"data": {"text/plain": "576"}}]}
    table = {"outputs": [{"data": {"text/html": "<table></table>", "text/plain": "n"}}]}
    said = {"outputs": [{"output_type": "stream", "text": "x"}]}
    assert folded({"source": "conv_fan_in(64, 3, 3)", **printed}) == []
    assert folded({"source": ["def f(x):\n", "    return ...\n", 'check("1.1", f)'], **said}) == []
    assert (
        folded({"source": "table({})", **table}) == folded({"source": "import numpy", "outputs": []}) == ["hide-input"]
    )
    assert folded({"source": 'predict("3.a")', **table}) == ["remove-input"]


def test_the_guide_for_instructors_is_there_where_it_is_asked_for(tmp_path: Path) -> None:
    stage(tmp_path / "source", instructors=True)
    assert (tmp_path / "source" / "INSTRUCTORS.md").is_file()
    assert "\nINSTRUCTORS\n" in (tmp_path / "source" / "index.md").read_text(encoding="utf-8")


def test_a_notebook_that_was_changed_and_saved_is_refused_by_name(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "notebooks").mkdir()
    for notebook in NOTEBOOKS:
        text = notebook.read_text(encoding="utf-8")
        (tmp_path / "notebooks" / notebook.name).write_text(text + " " * (notebook.stem[:2] == "03"), encoding="utf-8")
    monkeypatch.setattr(building, "ROOT", tmp_path)
    with pytest.raises(ValueError, match=r"^Not in stored form: 03_zero_centring\.ipynb; .*`make notebooks`.*\.$"):
        building.main(tmp_path / "built")
    assert not (tmp_path / "built").exists()


def test_a_fork_publishes_what_make_site_builds() -> None:
    steps = yaml.safe_load((ROOT / ".github" / "workflows" / "pages.yml").read_text(encoding="utf-8"))["jobs"][
        "publish"
    ]
    uses = {step.get("uses", step.get("run")).partition("@")[0]: step.get("with", {}) for step in steps["steps"]}
    assert "make site" in uses and uses["actions/upload-pages-artifact"]["path"] == "build/site"
    assert uses["actions/cache"]["path"] == CACHE.relative_to(ROOT).as_posix()


@pytest.mark.parametrize(
    ("tex", "block", "says"),
    [
        (r"\mathrm{Var}(w)", False, r"<mtext>Var</mtext>"),
        (r"\mathrm{E}[x]", False, r"<mtext>E</mtext>"),
        (r"\mathbb{1}\{J > 0\}", False, "𝟙"),
        (r"\mathbf 1_y", False, "𝟏"),
        (r"\lVert\mu\rVert", False, r'<mo[^>]* stretchy="false"[^>]*>‖</mo>'),
        ("|a|/b", False, r'<mo[^>]*lspace="0" rspace="0"[^>]*>/</mo>'),
        ("v = -x", False, r'<mo form="prefix">−</mo>'),
        ("a - x", False, r"<mo>−</mo>"),
        (r"\max_k x_k", True, r"<munder><mo[^>]*>max</mo>"),
        (r"\frac{1}{2}", True, r'display="block".*<mfrac>'),
    ],
)
def test_formula(tex: str, block: bool, says: str) -> None:
    assert re.search(says, mathml(tex, block))


@pytest.mark.parametrize("tex", [r"\nosuchcommand x", "x^2^2"])
def test_formula_that_cannot_be_read(tex: str) -> None:
    with pytest.raises(ValueError, match="latex2mathml"):
        mathml(tex)


def test_links_of_the_staged_copy() -> None:
    linked: set[Path] = set()
    text = (
        "[a](05_initialization.ipynb#cell-id=1e6c322d) [b](gone.ipynb) [c](../course_lib/nn/layers.py) "
        "[d](https://example.org) [e](#heading) ![f](no.png)"
    )
    assert relinked(text, ROOT / "notebooks", linked) == (
        "[a](05_initialization.ipynb#cell-05-1e6c322d) b [c](../source/course_lib/nn/layers.py.md) "
        "[d](https://example.org) [e](#heading) ![f](no.png)"
    )
    assert linked == {ROOT / "course_lib/nn/layers.py"}
