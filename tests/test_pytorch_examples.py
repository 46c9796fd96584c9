"""Each chapter repeats one experiment in PyTorch: what stands under the code is what it prints.

PyTorch is no dependency, so without it the programs are only read. With it (`pip install torch`) they run.
"""

import ast
import contextlib
import importlib.util
import io
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_lib.experiments.batchnorm_gradients import running_conventions
from course_lib.experiments.optimizers import saito_paths
from course_lib.experiments.regularization_decay import shrinking

PATHS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
PROGRAM = re.compile(
    r"<summary>One experiment of this chapter in PyTorch</summary>.*?```python\n(.*?)```.*?```text\n(.*?)```", re.S
)
FOUND = {path.stem[:2]: PROGRAM.findall("\n".join(c.source for c in nbformat.read(path, 4).cells)) for path in PATHS}
WRITTEN = {chapter: programs[0] for chapter, programs in FOUND.items() if programs}


@pytest.mark.parametrize("chapter", WRITTEN)
def test_a_program_is_short_plain_python_and_the_only_one_of_its_chapter(chapter):
    code, printed = WRITTEN[chapter]
    lines = [line for line in code.splitlines() if line and not line.startswith(("import ", "from "))]
    assert len(FOUND[chapter]) == 1 and len(lines) <= 15 and printed.strip()
    assert isinstance(ast.parse(code).body[0], ast.Import | ast.ImportFrom)


@pytest.mark.parametrize("chapter", WRITTEN)
@pytest.mark.skipif(not importlib.util.find_spec("torch"), reason="PyTorch is not installed")
def test_a_program_prints_what_stands_under_it(chapter):
    code, printed = WRITTEN[chapter]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, chapter, "exec"), {})
    assert out.getvalue() == printed


def numbers(text):
    return [float(number) for number in re.findall(r"(?<![\w.])\d+\.?\d*(?:e-?\d+)?", text)]


def test_what_pytorch_prints_is_what_the_course_computes():
    """Where both do the same arithmetic, to the digits that are printed."""
    if "07" in WRITTEN:
        losses = [path.loss[-1] for path in saito_paths().values()]
        np.testing.assert_allclose(numbers(WRITTEN["07"][1]), losses, rtol=0.03)
    left = shrinking()
    rows = np.column_stack([left.gradient, left.sgd, left.adam_l2, left.adam_decoupled])
    np.testing.assert_allclose(np.reshape(numbers(WRITTEN["08"][1]), (3, 4)), rows, rtol=0.2)
    means = [running_conventions(batches)["PyTorch and this course"] for batches in (1, 10, 200)]
    np.testing.assert_allclose(np.reshape(numbers(WRITTEN["06"][1])[:9], (3, 3))[:, 1:], means, rtol=0.05)
