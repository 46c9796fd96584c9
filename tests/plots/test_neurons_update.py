"""The graph of one update: no number over another, all inside the picture, and all as computed."""

from __future__ import annotations

import re

import numpy as np
import pytest

from course_lib.experiments.neurons_update import (
    MOMENTS,
    NETWORKS,
    PHASES,
    WINDOW_PARTS,
    network_update,
    parts_of,
    window_update,
)
from course_lib.plots.activations import number
from course_lib.plots.neurons_update import PANEL, NetworkUpdatePicture, WindowUpdatePicture, brief
from course_lib.plots.neurons_update_rules import INDENT, LINES, rules, sentence, title, total


def shown(picture):
    texts = [text for text in picture._moving if hasattr(text, "get_text") and text.get_text()]
    renderer = picture.canvas.get_renderer()
    return [(text.get_text(), text.get_window_extent(renderer)) for text in texts]


def overlaps(texts):
    """Pairs of texts that share more than the margin of their letters."""
    left, low, right, high = np.array([box.extents for _, box in texts]).T
    width = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    height = np.minimum.outer(high, high) - np.maximum.outer(low, low)
    return [(texts[i][0], texts[j][0]) for i, j in np.argwhere(np.triu((width > 2) & (height > 3), 1))]


def small_results():
    for network in NETWORKS:
        parts = parts_of(network)
        for number_of, moment in enumerate(MOMENTS):
            seed = (0, 3, 8)[number_of % 3]
            part = parts[(7 * number_of + seed) % len(parts)]
            yield network_update(network, moment, part, seed=seed, lr=(0.01, 0.2, 2.0)[seed % 3])
        for number_of, part in enumerate(parts):
            yield network_update(network, 2 + number_of % 2, part)
    yield network_update("4-3-2", MOMENTS[-1], "s2", "identity", lr=2.0, seed=9)  # its losses take the most room


def window_results():
    for moment in MOMENTS:
        for part in WINDOW_PARTS[moment // len(PHASES) % 2 :: 2]:  # every part in every phase, in one update or another
            yield window_update(moment, part, unit=moment % 8 + 1, entry=moment + 1, lr=0.3, seed=moment % 4)


@pytest.mark.parametrize(
    "picture, results", [(NetworkUpdatePicture, small_results), (WindowUpdatePicture, window_results)]
)
def test_no_text_lies_over_another_or_leaves_its_place(picture, results):
    picture = picture()
    width, height = 100 * np.array(picture.size)
    for result in results():
        picture.update(result)
        state = (result.sizes, result.part, result.moment, result.lr)
        texts = shown(picture)
        assert not overlaps(texts), state
        for words, box in texts:
            right = width if box.x0 > PANEL - 14 else PANEL - 14
            assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= right and box.y1 <= height, (words, state)


def test_the_rules_fit_their_lines_and_end_in_the_number():
    for result in (*small_results(), *window_results()):
        assert all(len(rules(result, phase)) <= LINES[phase] for phase in PHASES)
        name, at = result.place
        last = rules(result, "backward")[-1]
        if name in result.before:
            assert last.endswith(f"= {number(result.gradient[name][at])}"), (last, result.part)
            assert f"= {number(result.after[name][at])}" in rules(result, "update")[1]


def symbols(result):
    """The number that each symbol stands for; with one output there are U₂, c and s."""
    arrays = {"x": result.x[0], "z": result.z[0], "a": result.a[0], "s": result.s[0], "δ": result.delta[0]}
    slopes = {**result.gradient, "x": result.dx[0], "a": result.da[0], "s": result.ds[0]}
    arrays |= {"p": result.probability, **result.before, **{f"∂J/∂{name}": slope for name, slope in slopes.items()}}
    known = {"α": result.lr, "J": result.loss}
    for name, array in arrays.items():
        for at, value in np.ndenumerate(array):
            kept = {"U": 1, "c": 0, "s": 0}.get(name[-1], 2) if result.sizes[2] == 1 else 2
            known[name + "".join("₁₂₃₄"[i] for i in at[:kept])] = value
    for i, (a, slope) in enumerate(zip(result.a[0], result.slope[0], strict=True)):
        known |= {f"f(z{'₁₂₃₄'[i]})": a, f"f′(z{'₁₂₃₄'[i]})": slope}
    return known


def worked_out(said, known):
    """What one side of an equation comes to; None where it has a sum over an index, a named function or nothing."""
    if re.search("[A-Za-z]{2}|Σ|^$", said):
        return None
    name = r"f′?\(z[₁-₄]\)|(?<!\d)(?:∂J/∂)?[A-Za-zδα][₁-₄]*"
    code = re.sub(name, lambda found: f"({known[found[0]]})", said)
    for sign, python in {") (": ")*(", "·": "*", "−": "-", "½": "0.5*", "²": "**2"}.items():
        code = code.replace(sign, python)
    return eval(code)


def test_every_equation_holds():
    """Each symbol is one of the network, and all sides come to the same, but for what was rounded."""
    sides = 0
    for result in small_results():
        known = symbols(result)
        for phase in PHASES:
            for equation in re.split("; |, |a part of |←|→", sentence(rules(result, phase)).replace("J:", "J =")):
                values = [worked_out(side.strip(), known) for side in equation.split(" = ")]
                values = [value for value in values if value is not None]
                assert values == pytest.approx([values[0]] * len(values) if values else [], rel=0.03), equation
                sides += len(values)
    assert sides > 1000


@pytest.mark.parametrize("network", NETWORKS)
def test_edges_and_units_carry_the_numbers_of_their_phase(network):
    picture = NetworkUpdatePicture()
    for moment, name in ((0, "before"), (2, "gradient"), (3, "after")):
        result = network_update(network, moment)
        arrays = getattr(result, name)
        expected = [brief(v) for key in "WU" for v in (arrays[key].T if key == "W" else arrays[key]).ravel()]
        written = [text.get_text() for text in picture.update(result).numbers]
        assert [words.split("→")[-1] for words in written[: len(expected)]] == expected
        if moment == 2:
            for delta in result.delta[0]:
                assert f"δ {brief(delta)}" in written


def test_the_chosen_weight_is_thick_and_the_way_back_is_coloured():
    picture, result = NetworkUpdatePicture(), network_update("4-3-2", 2, "x3-a2")
    widths = np.array(picture.update(result).lines.get_linewidths())
    assert np.flatnonzero(widths == widths.max()).tolist() == [2 * 3 + 1]  # x3 → a2
    assert np.flatnonzero((widths > 1) & (widths < widths.max())).tolist() == [12 + 2, 12 + 3]  # a2 → s1, s2
    dashed = [style[1] is not None for style in picture.lines.get_linestyle()]
    assert dashed == [*(result.before["W"].T.ravel() < 0), *(result.before["U"].ravel() < 0)]


def test_the_caption_has_the_chain_rule_with_its_numbers():
    result = network_update("2-2-1", 2, "x1-a1")
    said = NetworkUpdatePicture().describe(result)
    delta, x = result.delta[0, 0], result.x[0, 0]
    assert f"∂J/∂W₁₁ = δ₁ · x₁ = {number(delta)} · {number(x)} = {number(delta * x)}." in said
    assert "W₁₁" in title(result) and INDENT not in said


def test_negative_factors_stand_in_brackets():
    assert total([(-2.0, 3.0), (-1.0, -4.0)]) == "−2 · 3 + (−1) · (−4)"


def test_what_two_windows_cancel_to_is_0_and_not_its_rounding():
    """A word that both windows share, and a unit without a curve: δ·x and −δ·x."""
    result = window_update(11, "W", 7, 15, "identity", 0.025)
    assert abs(result.gradient["W"][result.place[1]]) < 1e-15  # exactly 0 with some BLAS kernels
    assert "0.025 · 0 " in sentence(rules(result, "update"))
