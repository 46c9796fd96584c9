"""The exercises of chapter 04: right against outside values, true numbers."""

import numpy as np
import pytest

from course_lib.data.digits import load_digits
from course_lib.exercises import _tutor
from course_lib.exercises.preprocessing import (
    largest_learning_rate,
    standardised,
    zca,
)
from course_lib.experiments.preprocessing import (
    correlated_cloud,
    hessian_condition,
    prepare,
    prepared_cloud,
    standardising_worsens,
)
from course_lib.experiments.preprocessing_leakage import leakage, mean_and_error
from course_lib.experiments.preprocessing_sensitivity import line_sensitivity
from course_lib.experiments.preprocessing_training import noise_amplification
from course_lib.nn.preprocessing import ZCA, Standardize


# notes: 102, 113
@pytest.mark.parametrize("case", _tutor.exercises["4.1"].cases)
def test_4_1_is_the_library(case):
    train, test = case
    np.testing.assert_allclose(standardised(train, test), Standardize().fit(train).transform(test), atol=1e-12)


# notes: 106
@pytest.mark.parametrize("case", _tutor.exercises["4.2"].cases)
def test_4_2_is_the_library_and_ignores_the_signs_of_eigenvectors(case):
    x, epsilon = case
    np.testing.assert_allclose(zca(x, epsilon), ZCA(epsilon).fit(x).transform(x), atol=1e-9)
    U, s, Vt = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
    by_svd = (U * (s / np.sqrt(s**2 / len(x) + epsilon))) @ Vt
    assert _tutor.exercises["4.2"].answer(x, epsilon) == pytest.approx(by_svd, abs=1e-8)


# notes: 108
@pytest.mark.parametrize("case", _tutor.exercises["4.3"].cases)
def test_4_3_separates_what_converges_from_what_diverges(case):
    (x,) = case
    goal = np.ones(x.shape[1])
    for share, grows in ((0.999, False), (1.001, True)):
        w, lr = np.zeros(x.shape[1]), share * largest_learning_rate(x)
        steepest = np.linalg.eigh(x.T @ x / len(x))[1][:, -1]
        errors = []
        for _ in range(200):
            errors.append(abs(steepest @ (w - goal)))
            w -= lr * x.T @ (x @ (w - goal)) / len(x)
        assert (errors[-1] > errors[0]) == grows


def text_of(id):
    return _tutor.predictions[id].text()


def test_the_numbers_in_the_predictions_are_the_measured_ones():
    assert prepared_cloud("standardised", 0.98, 0.0, 1.0).condition == pytest.approx(99, rel=1e-3)
    x = correlated_cloud()
    assert f"number {hessian_condition(prepare(x, 'centred')):.0f}" in text_of("4.b")
    assert f"to {hessian_condition(prepare(x, 'standardised', 0.0)):.0f}." in text_of("4.b")
    assert standardising_worsens(5, clouds=20_000) == pytest.approx(1 / 16, abs=0.004)
    assert "case of sixteen" in text_of("4.b")
    line = line_sensitivity()
    assert f"was {line.best:.2f}" in text_of("4.d")
    assert f"about {line.loss[0]:.2f}." in text_of("4.d") and f"gives {line.loss[1]:.3g}" in text_of("4.d")
    noise = noise_amplification(epsilons=(1e-6, 1e-2))
    assert f"{noise.clean[0]:.0%} right".replace("%", " %") in text_of("4.f")
    assert f"About {noise.noisy[0]:.0%}".replace("%", " %") in text_of("4.f")
    assert f"nearly so: {noise.noisy[1]:.0%}".replace("%", " %") in text_of("4.f")


def test_the_ranks_in_4_h_are_those_of_the_digits():
    digits = load_digits(split=(1, 0, 0)).x_train
    draws = [np.random.RandomState(seed).permutation(digits)[:140] for seed in range(20)]
    ranks = [[np.linalg.matrix_rank(draw[:n] - draw[:n].mean(axis=0)) for draw in draws] for n in (140, 40)]
    assert "some 55 directions, 40 digits in 39" in text_of("4.h")
    assert np.mean(ranks[0]) == pytest.approx(55, abs=1) and set(ranks[1]) == {39}


def test_the_numbers_on_leakage_are_the_measured_ones():
    chosen = leakage("choose 10 of 500 noise columns", 40)
    mean, _ = mean_and_error(chosen.leaky)
    assert mean[chosen.at] == pytest.approx(0.70, abs=0.01)
    assert "About 70 %." in text_of("4.g")
    whitened = leakage("whiten digits", 40)
    mean, _ = mean_and_error(whitened.gap)
    assert f"lower, by about {-100 * mean[whitened.at]:.0f} points" in text_of("4.h")
    clean, leaky, fresh = (
        100 * mean_and_error(a)[0][whitened.at] for a in (whitened.clean, whitened.leaky, whitened.fresh)
    )
    assert f"gets {fresh:.0f} %, {clean - fresh:.0f} points less" in text_of("4.h")
    assert f"get {fresh - leaky:.0f} points less" in text_of("4.h")
