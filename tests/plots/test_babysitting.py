"""The pictures of chapter 09: what they say agrees with what they draw."""

from dataclasses import replace

import numpy as np
import pytest

from course_lib.experiments.babysitting import initial_loss, tiny_overfit
from course_lib.experiments.babysitting_clinic import clinic
from course_lib.experiments.babysitting_live import first_frames, live_training
from course_lib.experiments.babysitting_range import range_test
from course_lib.experiments.babysitting_rates import learning_rate
from course_lib.plots.babysitting import InitialLossPicture, TinyOverfitPicture, spread
from course_lib.plots.babysitting_clinic import ClinicPicture
from course_lib.plots.babysitting_live import LiveTrainingPicture
from course_lib.plots.babysitting_range import RangeTestPicture, digits
from course_lib.plots.babysitting_rates import NAMES, LearningRatePicture
from course_lib.plots.style import LIGHT, built_in


def test_initial_loss_marks_what_the_program_says():
    picture, result = InitialLossPicture(), initial_loss(reg=10.0)
    picture.update(result)
    assert f"{result.loss:.6f}" in picture.title.get_text()
    assert "as it should be with λ = 10" in picture.describe(result)
    assert "Too large" in picture.describe(initial_loss(scale=1.0))


def test_tiny_set_passes_or_fails_in_words():
    picture = TinyOverfitPicture()
    assert "Passed" in picture.update(tiny_overfit()).describe(tiny_overfit())
    assert "Failed" in picture.describe(tiny_overfit(fault="pairs"))
    nearly = tiny_overfit(200)
    nearly = replace(nearly, accuracy=np.full(201, 0.995), learned_at=None)
    assert "Failed: 199 of 200 right" in picture.describe(nearly) and "100%" not in picture.describe(nearly)


def test_a_lost_run_is_drawn_as_lost():
    picture, result = LearningRatePicture(), learning_rate(1e6)
    picture.update(result)
    assert "no longer a number" in picture.title.get_text()
    assert picture.here.get_xdata()[0] == 1e6 and 1e6 in picture.lost.get_xdata()
    assert np.isfinite(picture.mine[0].get_ydata()).all()


@pytest.mark.parametrize("ratio, words", [(3e-5, "far below"), (2e-4, "below"), (4e-3, "near"), (0.01, "above")])
def test_a_ratio_is_called_high_from_a_hundredth_on(ratio, words):
    frame = replace(first_frames(2)[-1], ratio=np.full((2, 4), ratio))
    assert f"({words} 0.001)" in LiveTrainingPicture().describe(frame)


def test_live_picture_follows_and_marks_what_was_moved():
    run, picture = live_training(), LiveTrainingPicture()
    next(run)
    frame = run.send(None)
    picture.update(frame)
    frame = run.send({"lr": 0.5})
    picture.update(frame)
    assert list(picture.moved.get_xdata()) == [10] and "η = 0.5" in picture.settings.get_text()
    assert len(picture.curves[0].get_xdata()) == 3
    assert picture.background(frame) == (200, True)
    run.close()


def test_a_diverged_run_tells_what_was_before_and_when():
    run = live_training()
    for _ in range(3):
        next(run)
    frame = run.send({"lr": 10.0})
    while frame.diverged_at is None:
        frame = next(run)
    words = LiveTrainingPicture().describe(frame)
    assert words.startswith(f"Diverged at step {frame.diverged_at}: ") and f"at step {frame.now}, " in words
    assert "were right" in words and "dead" not in words and "of their length" not in words


def test_a_run_that_ended_has_no_share_of_dead_units():
    assert "dead units –" in ClinicPicture().describe(clinic(3))


def test_the_clinic_keeps_the_old_run_in_grey_and_its_secret():
    picture = ClinicPicture()
    picture.update(clinic(2))
    assert len(picture.old[0].get_xdata()) == 0 and picture.title.get_text() == "Patient 2"
    assert "overfitting" not in picture.describe(clinic(2))
    cured = clinic(2, "overfit", "more")
    picture.update(cured)
    assert picture.title.get_text() == "Patient 2: overfitting" and "Cured" in picture.said.get_text()


def test_every_feedback_fits_its_two_lines():
    from course_lib.experiments.babysitting_patients import DISEASES, PATIENTS

    picture = ClinicPicture()
    for number in range(1, len(PATIENTS) + 1):
        for guess in DISEASES:
            for treatment in ("none", "he", "bias", "mode", "pairs"):
                picture.set_artists(clinic(number, guess, treatment))
                assert picture.said.get_text().count("\n") <= 1, picture.said.get_text()


def test_few_classes_with_large_weights_are_not_called_even():
    picture = InitialLossPicture()
    for classes, scale in ((2, 0.4), (2, 0.3), (3, 0.3)):
        result = initial_loss(classes, scale)
        picture.update(result)
        assert result.loss < result.expected and "Below ln C" in picture.describe(result)
        assert picture.losses.get_ylim()[0] < result.curve.min()
    assert "far from equal" in picture.describe(initial_loss(scale=0.2))
    assert "As it should be" in picture.describe(initial_loss(2, 0.01))


def test_the_largest_first_loss_stays_inside_the_axis():
    picture, result = InitialLossPicture(), initial_loss(1000, 1.0, 1000.0)
    picture.update(result)
    assert picture.here.get_ydata()[0] == result.loss < picture.losses.get_ylim()[1]


def test_a_slip_is_blamed_for_no_more_than_its_own_factor():
    for slip, factor in {"sum": "200 times too large", "log10": "2.30 times too small"}.items():
        assert f" {factor}. Weights" in InitialLossPicture().describe(initial_loss(scale=1.0, slip=slip))
        assert f"without λ {factor}" in InitialLossPicture().describe(initial_loss(reg=10.0, slip=slip))


def test_two_probabilities_are_told_apart():
    assert "from 0.1 to 0.1" not in InitialLossPicture().describe(initial_loss())
    assert spread(np.array([0.0999, 0.1002])) == "from 0.0999 to 0.1002"
    assert spread(np.array([0.095, 0.1048])) == "from 0.095 to 0.105"
    assert spread(np.zeros(2)) == "of 0 every time"
    assert spread(np.array([0.1, 0.1])) == "of 0.1 every time"


def test_the_label_ln_10_stands_clear_of_a_loss_that_rises():
    picture, result = TinyOverfitPicture(), tiny_overfit(fault="sign")
    picture.update(result)
    (label,) = picture.loss.texts
    box = label.get_window_extent().transformed(picture.loss.transData.inverted())
    assert box.x0 > len(result.loss) - 1  # beside the axes, where no curve comes


def test_the_legend_names_the_curves_that_are_drawn():
    picture = LearningRatePicture()
    for pixels in (1, 16, 255, 1):
        picture.update(learning_rate(0.01, pixels))
        legend = picture.loss.get_legend()
        named = {text.get_text() for text in legend.get_texts()} & set(NAMES)
        drawn = {name for name, line in zip(NAMES, picture.four) if len(line.get_xdata()) > 1}
        assert named == drawn
    assert "high" not in learning_rate(0.01, 16).four


def test_a_ratio_below_the_axis_is_hollow_and_not_drawn_at_its_edge():
    picture, result = ClinicPicture(), clinic(1, factor=0.001)
    picture.update(result)
    assert (result.after.ratio[1:] < 1e-6).all() and np.isnan(picture.moves.get_ydata()).all()
    assert len(picture.below.get_xdata()) == len(result.after.step) - 1
    assert picture.below.get_markerfacecolor() == "none"
    picture.update(clinic(1))
    assert len(picture.below.get_xdata()) == 0 and np.isfinite(picture.moves.get_ydata()).all()

    live = LiveTrainingPicture().update(first_frames(3, lr=1e-5)[-1])
    assert all(len(mark.get_xdata()) == 1 for mark in live.below)
    live.update(first_frames(3, lr=0.1)[-1])
    assert all(len(mark.get_xdata()) == 0 for mark in live.below)


def test_the_range_test_marks_what_it_says():
    picture = RangeTestPicture()
    plain, cut = range_test(255), range_test(255, clip=1.0)
    assert plain.rate[-1] > 100 * plain.explodes and f"from about {digits(plain.rate[-1])} on" in picture.describe(
        plain
    )
    picture.update(cut)
    assert (
        picture.clip.get_visible() and picture.clip.get_ydata()[0] == 1.0 and "cut to length 1" in picture.describe(cut)
    )
    assert f"{np.mean(cut.norm > 1):.0%} of them" in picture.describe(cut)
    picture.update(plain)
    assert not picture.clip.get_visible() and not picture.cut.get_visible() and "cut to" not in picture.describe(plain)
    assert picture.useful.get_x() == plain.useful[0]
    assert "no longer a number" in picture.describe(plain) and "no longer" not in picture.describe(cut)


def legend(picture):
    return [text.get_text() for text in picture.loss.get_legend().get_texts()]


def test_legends_name_what_is_drawn():
    test = RangeTestPicture().update(range_test(clip=0.1))
    assert "explodes" not in legend(test) and "explodes" in legend(test.update(range_test()))
    patient = ClinicPicture().update(clinic(3))
    assert "before treatment" not in legend(patient)
    assert "before treatment" in legend(patient.update(clinic(3, factor=0.01)))


@pytest.mark.parametrize(
    "picture, result",
    [
        (LearningRatePicture, lambda: learning_rate(0.32, 255)),
        (InitialLossPicture, lambda: initial_loss(1000, 1.0, 1000.0, 255, "sum")),
        (ClinicPicture, lambda: clinic(6, treatment="he", factor=10.0)),
    ],
    ids=["rate", "first loss", "clinic"],
)
def test_the_longest_words_fit_in_large_print(picture, result):
    with built_in(LIGHT.large()):
        large = picture().update(result())
    assert max(text.get_window_extent().x1 for text in large.figure.texts) <= large.figure.bbox.width
