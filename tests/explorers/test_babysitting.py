"""Live training and the clinic, as a hand uses them."""

import pytest

from course_lib.explorers import clinic_explorer, live_training_explorer


def test_sliders_act_while_training_runs_and_others_begin_anew():
    explorer = live_training_explorer()
    for _ in range(5):
        assert explorer.step()
    assert explorer.is_live and explorer.result.now == 40
    explorer.set(lr=0.5, dropout=0.3)
    explorer.step()
    assert explorer.result.now == 50 and (explorer.result.lr, explorer.result.dropout) == (0.5, 0.3)
    assert explorer.result.changed == (40, 40)
    explorer.set(images=100)
    assert explorer.result.now == 0 and explorer.result.images == 100
    explorer.reset()
    assert not explorer.is_live and explorer.result.now == 200
    explorer.close()


@pytest.mark.parametrize("preset, learns", [("A good start", True), ("Rate too high", False), ("Rate too low", False)])
def test_the_rate_of_a_preset_is_what_its_name_says(preset, learns):
    explorer = live_training_explorer().preset(preset)
    assert (explorer.result.val_accuracy[-1] > 0.9) == learns and explorer.result.now == 200
    explorer.close()


def test_the_example_of_a_wrong_treatment_shows_one():
    explorer = clinic_explorer().preset("Example: wrong treatment")
    assert explorer.result.right and explorer.result.after is not None and "Not cured" in explorer.text
    explorer.close()


def test_a_run_that_diverges_says_so_and_stops():
    explorer = live_training_explorer(lr=10.0)
    steps = 0
    while explorer.step():
        steps += 1
    assert steps < 10 and explorer.over and "over" in explorer.message
    assert "no longer a number" in explorer.text
    explorer.close()


def test_a_new_patient_comes_without_diagnosis_and_treatment():
    explorer = clinic_explorer(patient=3, guess="high", factor=0.01)
    assert explorer.result.cured and explorer.result.right
    explorer.set(patient=4)
    assert explorer.settings == {"patient": 4, "guess": "?", "treatment": "none", "factor": 1.0}
    with pytest.raises(ValueError, match="patient"):
        explorer.set(patient=13)
    explorer.close()
