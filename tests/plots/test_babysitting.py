"""The pictures of chapter 09: what they say agrees with what they draw."""

import numpy as np

from course_lib.experiments.babysitting import initial_loss, tiny_overfit
from course_lib.experiments.babysitting_clinic import clinic
from course_lib.experiments.babysitting_live import live_training
from course_lib.experiments.babysitting_rates import learning_rate
from course_lib.plots.babysitting import InitialLossPicture, TinyOverfitPicture
from course_lib.plots.babysitting_clinic import ClinicPicture
from course_lib.plots.babysitting_live import LiveTrainingPicture
from course_lib.plots.babysitting_rates import LearningRatePicture


def test_initial_loss_marks_what_the_program_says():
    picture, result = InitialLossPicture(), initial_loss(reg=10.0)
    picture.update(result)
    assert picture.here.get_ydata()[0] == result.loss
    assert f"{result.loss:.6f}" in picture.title.get_text()
    assert "as it should be with λ = 10" in picture.describe(result)
    assert "Too large" in picture.describe(initial_loss(scale=1.0))


def test_tiny_set_passes_or_fails_in_words():
    picture = TinyOverfitPicture()
    assert "Passed" in picture.update(tiny_overfit()).describe(tiny_overfit())
    assert "Failed" in picture.describe(tiny_overfit(fault="pairs"))


def test_a_lost_run_is_drawn_as_lost():
    picture, result = LearningRatePicture(), learning_rate(1e6)
    picture.update(result)
    assert "no longer a number" in picture.title.get_text()
    assert picture.here.get_xdata()[0] == 1e6 and 1e6 in picture.lost.get_xdata()
    assert np.isfinite(picture.mine[0].get_ydata()).all()


def test_live_picture_follows_and_marks_what_was_moved():
    run, picture = live_training(), LiveTrainingPicture()
    next(run)
    frame = run.send(None)
    picture.update(frame)
    frame = run.send({"lr": 0.5})
    picture.update(frame)
    assert list(picture.moved.get_xdata()) == [10] and "η = 0.5" in picture.settings.get_text()
    assert len(picture.curves[0].get_xdata()) == 3
    assert picture.frame(frame) == 200
    run.close()


def test_the_clinic_keeps_the_old_run_in_grey_and_its_secret():
    picture = ClinicPicture()
    picture.update(clinic(2))
    assert len(picture.old[0].get_xdata()) == 0 and picture.title.get_text() == "Patient 2"
    assert "overfitting" not in picture.describe(clinic(2))
    cured = clinic(2, "overfit", "more")
    picture.update(cured)
    assert picture.title.get_text() == "Patient 2: overfitting" and "Cured" in picture.said.get_text()
    np.testing.assert_array_equal(picture.old[2].get_ydata(), 100 * cured.before.accuracy)
    assert picture.new.get_ydata()[0] == 100 * cured.after.new


def test_every_feedback_fits_its_two_lines():
    from course_lib.experiments.babysitting_patients import DISEASES, PATIENTS

    picture = ClinicPicture()
    for number in range(1, len(PATIENTS) + 1):
        for guess in DISEASES:
            picture.set_artists(clinic(number, guess))
            assert picture.said.get_text().count("\n") <= 1, picture.said.get_text()
