"""Leakage: laws that hold for any data, and the measured gaps with their errors."""

import numpy as np
import pytest

from course_lib.experiments.preprocessing_leakage import (
    SIZES,
    STEPS,
    BestFeatures,
    _examples,
    accuracies,
    leakage,
    leakage_columns,
    mean_and_error,
    nearest_class_mean,
)
from course_lib.nn.preprocessing import Whiten


def gap(step, samples, seeds=10):
    result = leakage(step, samples, seeds=seeds)
    mean, error = mean_and_error(result.gap)
    return mean[result.at], error[result.at]


# notes: 113
def test_centring_cannot_leak_here():
    """Shifting everything moves no distance, so a classifier of distances gives the same answers."""
    result = leakage("centre digits", seeds=4)
    np.testing.assert_allclose(result.gap, 0, atol=1e-12)
    np.testing.assert_allclose(result.fresh, result.clean, atol=1e-12)  # all splits: the same 400 on average


def test_the_table_is_in_percent_and_points_with_two_standard_errors():
    assert mean_and_error(np.array([1.0, 3.0])) == (2, 1)  # s = √2, and √2 of two numbers
    columns = leakage_columns(80, seeds=3)
    for values in zip(*columns.values()):
        row = dict(zip(columns, values))
        result = leakage(row["step"], 80, seeds=3)
        clean, leaky, fresh = (100 * shares[2] for shares in (result.clean, result.leaky, result.fresh))
        means = [clean.mean(), leaky.mean(), fresh.mean(), (leaky - clean).mean(), (leaky - fresh).mean()]
        shown = [row[one] for one in ("train", "everything", "fresh", "gap", "promised − kept")]
        np.testing.assert_allclose(shown, means, atol=0.051)
        for one, sign in ((leaky - clean, "±"), (leaky - fresh, "± ")):
            assert row[sign] == pytest.approx(2 * np.std(one, ddof=1) / 3**0.5, abs=0.051)


def test_standardising_leaks_less_than_can_be_seen():
    mean, error = gap("standardise digits", 160)
    assert abs(mean) < 0.02 and abs(mean) < 4 * error


# notes: 113, E28
def test_whitening_few_samples_leaks_downwards_and_the_gap_closes():
    few, error = gap("whiten digits", 20)
    many, _ = gap("whiten digits", 320)
    assert few < -0.1 and few < -5 * error
    assert few < 5 * many < 0.1


def test_most_of_the_gap_of_whitening_is_no_leak():
    """The fresh examples, which nobody looked at, lose as much; without the faint directions less than half."""
    result = leakage("whiten digits", 40)
    clean, leaky, fresh = (mean_and_error(a)[0][result.at] for a in (result.clean, result.leaky, result.fresh))
    assert clean - fresh > 3 * (fresh - leaky) > 0.03
    scores = []
    for seed in range(30):
        x, y = _examples("digits", seed)
        keep = np.r_[0:40, max(SIZES) : len(y)]
        scores.append(accuracies(Whiten(components=20, epsilon=0.01), x[keep], y[keep], 40))
    few_clean, _, few_fresh = np.mean(scores, axis=0)
    assert f"{few_fresh:.0%}" == "71%"  # chapter 04 says so
    assert few_clean - few_fresh < 0.5 * (clean - fresh)


# notes: 113, E28
def test_features_chosen_with_the_test_labels_find_a_pattern_in_noise():
    """Hastie, Tibshirani & Friedman 2009 sec. 7.10.2, "the wrong way": the true accuracy is one half."""
    result = leakage("choose 10 of 500 noise columns", 40, seeds=10)
    clean, leaky, fresh = (mean_and_error(a)[0][result.at] for a in (result.clean, result.leaky, result.fresh))
    assert leaky > 0.62
    assert abs(clean - 0.5) < 0.05 and abs(fresh - 0.5) < 0.03


@pytest.mark.parametrize("step", STEPS)
def test_shapes_and_shares(step):
    result = leakage(step, seeds=2)
    for shares in (result.clean, result.leaky, result.fresh):
        assert shares.shape == (len(SIZES), 2)
        assert (shares >= 0).all() and (shares <= 1).all()
    assert result.sizes[result.at] == result.samples


def test_best_features_finds_those_that_tell_the_classes_apart():
    rng = np.random.default_rng(0)
    y = np.arange(300) % 3
    x = rng.standard_normal((300, 20))
    x[:, [4, 11]] += y[:, None]
    assert set(BestFeatures(2).fit(x, y).features) == {4, 11}
    assert BestFeatures(2).fit(x, y).transform(x).shape == (300, 2)


def test_nearest_class_mean_by_brute_force():
    rng = np.random.default_rng(0)
    z, y, new = rng.standard_normal((30, 4)), np.array([0, 2, 5] * 10), rng.standard_normal((50, 4))
    means = {k: z[y == k].mean(axis=0) for k in (0, 2, 5)}
    expected = [min(means, key=lambda k: np.linalg.norm(point - means[k])) for point in new]
    assert (nearest_class_mean(z, y, new) == expected).all()


@pytest.mark.parametrize("change", [{"step": "stare"}, {"samples": 21}, {"fit": "test"}, {"seeds": 1}])
def test_impossible_settings_are_told_in_one_sentence(change):
    with pytest.raises(ValueError, match=r"\.$"):
        leakage(**change)
