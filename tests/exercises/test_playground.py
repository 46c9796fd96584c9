"""The exercises of chapter 11: right against the library, true numbers."""

from dataclasses import replace

import numpy as np
import pytest

from course_lib.exercises import _tutor
from course_lib.exercises.playground import luck, moved
from course_lib.exercises.playground_pipeline import FAULTS, Envelope
from course_lib.experiments.playground import playground_at
from course_lib.experiments.playground_capstone import final_look, ladder, shifted, validated

PIPELINE = _tutor.exercises["11.3"]


def test_11_1_is_what_the_capstone_trains_on():
    x = np.random.RandomState(0).randint(0, 17, (4, 64)).astype(float)
    more, y = shifted(x, np.arange(4))
    np.testing.assert_array_equal(more[:4], x)
    np.testing.assert_array_equal(more[4:8], moved(x.reshape(-1, 8, 8), 0, 1).reshape(-1, 64))
    np.testing.assert_array_equal(y, np.tile(np.arange(4), 5))


# notes: 10
def test_11_2_has_mean_0_and_spread_1_for_equal_networks():
    rng = np.random.RandomState(0)
    a, b = rng.uniform(size=(2, 2000, 359)) < 0.9
    z = np.array([luck(p, q) for p, q in zip(a, b, strict=True)])
    assert abs(z.mean()) < 0.1 and z.std() == pytest.approx(1, abs=0.06)
    assert luck(~a[0] & b[0], b[0]) > 2


def test_11_2_asks_for_both_signs_and_for_digits_of_every_kind():
    cases = _tutor.exercises["11.2"].cases
    assert {np.sign(luck(a, b)) for a, b in cases} == {-1, 0, 1}
    for a, b in cases[:-1]:
        assert all(np.any(kind) for kind in (a & b, a & ~b, b & ~a)), (a, b)


def envelope():
    y = np.arange(40) % 10
    return Envelope(np.eye(10)[y] * 16, y)


# notes: 210
def test_the_envelope_counts_looks_and_gives_the_accuracy():
    look = envelope()
    assert look(lambda x: x.argmax(axis=1)) == 1.0 and look(lambda x: np.zeros(len(x))) == pytest.approx(0.1)
    assert look.seen == [1.0, pytest.approx(0.1)] and not look.nondeterministic and not look.depends_on_batch


def test_the_envelope_notices_chance_and_company():
    rng, look = np.random.RandomState(0), envelope()
    look(lambda x: rng.randint(0, 10, len(x)))
    assert look.nondeterministic
    look = envelope()
    look(lambda x: (x - x.mean(axis=0)).argmax(axis=1))
    assert look.depends_on_batch and not look.nondeterministic


def test_the_envelope_first_shows_images_of_one_digit():
    """Else what a predict fits to the first images it gets are the statistics of the test digits."""
    look, means = envelope(), []

    def fits_on_the_first(images):
        means.append(images.mean(axis=0))
        return (images - means[0]).argmax(axis=1)

    assert look(fits_on_the_first) < 0.95
    assert np.count_nonzero(means[0]) == 1


@pytest.mark.parametrize(
    "predict, words",
    [
        (np.zeros(40), "not its answers"),
        (lambda x: x, r"one class per image, shape \(4,\), not \(4, 10\)"),
        (lambda x: None, "one class per image. It returned None where"),
        (lambda x: ["3"] * len(x), "one class per image. It returned text where"),
        (lambda x: np.full(len(x), np.nan), "not NaN or infinity"),
        (lambda x: np.full((3, len(x)), [[3], [8], [3]]).mean(axis=0), "Classes cannot be averaged: average"),
        (lambda x: int("seven"), "^invalid literal"),
    ],
)
def test_the_envelope_says_what_it_takes(predict, words):
    with pytest.raises(ValueError, match=words):
        envelope()(predict)


def raises(x_train, y_train, x_val, y_val, look):
    raise KeyError("no such thing")


def returns_nothing(x_train, y_train, x_val, y_val, look):
    look(lambda x: np.zeros(len(x)))


@pytest.mark.parametrize(
    "yours, words",
    [
        (..., "not attempted"),
        (None, "function itself"),
        (lambda *data: ..., "not attempted"),
        (3, "function itself"),
        (lambda x: x, "must take"),
        (raises, "KeyError"),
        (returns_nothing, "Fewer than 85 %"),
    ],
)
def test_answers_that_are_none_get_a_sentence(yours, words):
    verdict = PIPELINE.judge(yours)
    assert not verdict.solved and words in verdict.message


@pytest.mark.parametrize("value", [np.nan, -np.inf, None, "0.97", [0.97], 0.97j, np.zeros((9, 9))])
def test_after_an_honest_look_nonsense_is_returned(value):
    def nearest(x_train, y_train, x_val, y_val, look):
        squares = (x_train**2).sum(axis=1)
        look(lambda x: y_train[np.argmin(squares - 2 * x @ x_train.T, axis=1)])
        return value

    assert "You did not return what look returned." in PIPELINE.judge(nearest).message


def test_a_rounded_number_is_shown_beside_the_one_that_was_seen():
    def nearest(x_train, y_train, x_val, y_val, look):
        squares = (x_train**2).sum(axis=1)
        return look(lambda x: y_train[np.argmin(squares - 2 * x @ x_train.T, axis=1)])

    assert PIPELINE.judge(lambda *data: np.float32(nearest(*data))).solved
    rounded = PIPELINE.judge(lambda *data: round(nearest(*data), 3))
    seen, returned = (line.split()[1] for line in rounded.message.splitlines()[-2:])
    assert len(seen) > len(returned) and float(seen) == pytest.approx(float(returned), abs=5e-4)


def test_there_is_a_mistake_for_every_fault():
    assert len(FAULTS) == len(PIPELINE.mistakes)


def test_the_numbers_in_the_predictions_are_the_measured_ones():
    deep = {"layers": 5, "activation": "sigmoid", "init": "0.01"}
    dead = playground_at(400, optimizer="sgd", lr=0.1, **deep)
    assert dead.layers.grad_std[-1] == pytest.approx(0.009, abs=0.002)
    assert 1e-11 < dead.layers.grad_std[0] < 1e-9
    assert playground_at(400, **deep).train_accuracy > dead.train_accuracy + 0.1
    assert playground_at(400, layers=0, dataset="circles", features="squares", noise=0.05).val_accuracy == 1
    first, scaled, *_, normed, more = ladder().values()
    assert validated(replace(first, members=3)).alone.mean() == pytest.approx(0.963, abs=0.006)
    assert validated(replace(scaled, members=3)).alone.mean() < 0.85
    for recipe, right in ((normed, 0.981), (more, 0.988)):  # the other numbers of 11.e stand in a table of the notebook
        assert validated(replace(recipe, members=2), range(5)).alone.mean() == pytest.approx(right, abs=0.003)


# notes: 10
def test_the_final_number_and_what_it_is_worth():
    final = final_look(splits=(0, 1))
    assert final.together.mean() == pytest.approx(0.988, abs=0.004) and final.together.min() > 0.97
    assert final.standard_error == pytest.approx(0.006, abs=0.001)
    assert len(final.wrong) == round((1 - final.together[0]) * 359)
