"""Pictures of chapter 07 list what they draw, and their captions hold at the ends of the sliders."""

from dataclasses import replace

import numpy as np
import pytest

from course_lib.experiments.optimizers import optimizer_paths
from course_lib.experiments.optimizers_adam import adam_bias
from course_lib.experiments.optimizers_map import learning_rate_map
from course_lib.experiments.optimizers_momentum import momentum_run
from course_lib.experiments.optimizers_race import optimizer_race
from course_lib.experiments.optimizers_schedules import schedule_of, schedule_run
from course_lib.explorers import optimizer_path_explorer
from course_lib.nn.optimizers import OPTIMIZERS
from course_lib.nn.schedules import SCHEDULES
from course_lib.plots.optimizers import PathPicture
from course_lib.plots.optimizers_adam import AdamBiasPicture
from course_lib.plots.optimizers_map import MapPicture
from course_lib.plots.optimizers_momentum import MomentumPicture
from course_lib.plots.optimizers_race import OptimizerRacePicture
from course_lib.plots.optimizers_schedules import RATE_LOW, SchedulePicture
from course_lib.plots.style import COLOURS


def test_the_list_beside_the_paths_names_the_paths_that_are_drawn():
    picture = PathPicture().update(optimizer_paths(optimizers=("sgd",)))
    listed = {name for name, key in picture.keys.items() if all(artist.get_visible() for artist in key)}
    assert listed == {"sgd"}
    assert all(not any(artist.get_visible() for artist in picture.keys[name]) for name in OPTIMIZERS if name != "sgd")


def test_optimizers_differ_in_line_and_marker_not_by_colour_alone():
    colours, lines, markers = zip(*(entry.line for entry in OPTIMIZERS.values()), strict=True)
    assert set(colours) <= set(COLOURS) and len(set(lines)) == len(set(markers)) == len(OPTIMIZERS)


def test_every_optimizer_is_drawn_and_named():
    text = PathPicture().describe(optimizer_paths(optimizers=tuple(OPTIMIZERS)))
    assert all(f"{entry.label} (" in text for entry in OPTIMIZERS.values())
    assert f"{len(OPTIMIZERS)} optimisers" in OptimizerRacePicture().describe(optimizer_race(seeds=2, steps=20))


def test_the_races_tuned_rates_say_for_which_batch_and_beta():
    """They do not follow the sliders: with batches of 8, SGD at its 1 learns next to nothing."""
    race = optimizer_race("sgd", "tuned", batch_size=8, seeds=2, steps=20)
    assert "tuned for batch 32 and β = 0.9" in OptimizerRacePicture().describe(race)


def test_the_watched_path_stands_out_and_is_switched_on():
    explorer = optimizer_path_explorer(watch="rmsprop")
    strong = {name for name in OPTIMIZERS if explorer.picture.paths[name].get_alpha() == 1}
    faint = {name for name in OPTIMIZERS if explorer.picture.paths[name].get_visible()} - strong
    assert faint == {"sgd", "momentum", "adagrad", "adam"} and explorer.settings["rmsprop"]
    assert "RMSProp is drawn strongly" in explorer.text
    explorer.set(rmsprop=False)  # nobody to watch
    assert explorer.result.watch == "all" and "strongly" not in explorer.text


def test_a_path_that_comes_in_from_outside_is_drawn():
    result = optimizer_paths("saddle", steps=30, x=-7.0, y=2.0, optimizers=("adagrad", "sgd"))
    picture = PathPicture().update(result)
    runs = {run.name: run for run in result.runs}
    np.testing.assert_array_equal(np.transpose(picture.paths["adagrad"].get_data()), runs["adagrad"].points)
    assert len(picture.paths["sgd"].get_xdata()) < 31 and runs["sgd"].far_from is not None
    assert "The start lies outside the picture." in picture.describe(result)
    assert "outside" not in picture.describe(optimizer_paths("saddle"))


@pytest.mark.parametrize("lr, steps", [(1e-4, 30), (0.1, 30), (10.0, 1)])
def test_effective_rates_can_be_seen(lr, steps):
    result = optimizer_paths(rates="same", lr=lr, steps=steps)
    picture = PathPicture().update(result)
    low, high = picture.rates.get_ylim()
    assert all(low <= np.median(run.rate) <= high for run in result.runs)
    assert all((picture.steps[run.name].get_marker() != "None") == (steps == 1) for run in result.runs)


def test_the_race_marks_losses_outside_its_axis():
    result = optimizer_race(seeds=2, steps=20)
    mean = result.mean.copy()
    mean[:3, -1] = 16.0, 0.004, np.nan
    picture = OptimizerRacePicture().update(replace(result, mean=mean))
    assert picture.beyond.above.get_xydata().tolist() == [[10.0, 0]]
    assert picture.beyond.below.get_xydata().tolist() == [[0.01, 1]]
    assert picture.cells[2][1].get_text() == "diverges"
    assert picture.curves[result.names[2]].get_ydata()[-1] > picture.losses.get_ylim()[1]  # lost through the top
    lost = replace(result, mean=mean, watch=result.names[2], diverged=np.full(len(mean), 2))
    assert "diverges with 2 of the seeds" in picture.describe(lost)
    assert picture.curves["momentum"].get_ydata()[-1] < picture.losses.get_ylim()[0]  # leaves, not clamped to the edge


@pytest.mark.parametrize("lr, steps, beyond", [(0.1, 30, False), (10.0, 200, True), (0.95, 200, True)])
def test_the_dot_of_the_slice_is_on_the_axis_or_marked_beyond_it(lr, steps, beyond):
    picture = MapPicture().update(learning_rate_map("sgd", steps=steps, lr=lr))
    assert len(picture.beyond.above.get_xdata()) + len(picture.beyond.below.get_xdata()) == beyond
    assert np.isfinite(picture.dot.get_ydata()[0]) != beyond


@pytest.mark.parametrize("lr", [0.5, 0.95, 1.0])
def test_no_rate_is_called_best_on_the_slice_that_leaves_more_than_the_chosen_one(lr):
    result = learning_rate_map("sgd", steps=200, lr=lr)
    assert result.best_on_slice[1] <= min(result.here, np.nanmin(result.slice))
    assert ("η = 0.95 is best" in MapPicture().describe(result)) == (lr == 0.95)


def test_one_step_is_singular_and_sgd_has_no_beta():
    result = learning_rate_map("sgd", steps=1)
    picture = MapPicture().update(result)
    assert "1 step:" in picture.describe(result) and "1 step:" in picture.headline.get_text()
    assert picture.axis_name.get_text() == "no β"
    assert picture.update(learning_rate_map("momentum")).axis_name.get_text() == "β"


@pytest.mark.parametrize("beta, curvature", [(0.9, 3.5), (0.0, 0.02), (0.99, 0.02), (0.5, 3.0), (0.97, 3.93)])
def test_a_ball_that_stays_in_the_valley_stays_in_the_picture(beta, curvature):
    result = momentum_run(beta, curvature, 100)
    picture = MomentumPicture().update(result)
    np.testing.assert_array_equal(picture.x.get_ydata(), result.x)
    low, high = picture.valley.get_ylim()
    assert low <= result.x.min() and result.x.max() <= high


def test_the_legend_names_a_floor_only_where_one_is_drawn():
    picture = SchedulePicture()
    for problem, lr in (("noisy bowl", 0.5), ("noisy bowl", 2.5), ("digits", 0.5)):
        picture.update(schedule_run(lr=lr, problem=problem))
        assert ("floor" in picture.legend.get_text()) == bool(len(picture.floor.get_xdata()))


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_rate_is_drawn_at_every_update(name):
    result = schedule_run(name)
    t, drawn = SchedulePicture().update(result).rate.get_data()
    np.testing.assert_array_equal(t, np.arange(601))
    np.testing.assert_allclose(drawn[result.step], np.maximum(result.rate, RATE_LOW / 10))


def test_one_over_t_passes_the_exponential_schedule_after_about_ten_thousand_updates():
    def loss(name, updates):  # E[x²] under x ← (1 − α)x − αz, exactly
        square = 9.0
        for rate in schedule_of(name, 0.5)(np.arange(updates, dtype=float)):
            square = (1 - rate) ** 2 * square + rate**2
        return square / 2

    assert loss("exponential", 600) < 0.1 * loss("one_over_t", 600)
    assert loss("exponential", 8_000) < loss("one_over_t", 8_000)
    assert loss("exponential", 12_000) > loss("one_over_t", 12_000)
    assert f"{loss('exponential', 12_000):.2g}" == "0.0013"


@pytest.mark.parametrize("beta2, rises", [(0.0, True), (0.5, True), (0.9, True), (0.99, False), (0.999, False)])
def test_steps_that_only_grow_have_no_longest(beta2, rises):
    result = adam_bias(beta2=beta2, correction=False, noise=0.0)
    picture = AdamBiasPicture().update(result)
    assert len(picture.peak.get_xdata()) == (not rises)
    assert ("rise to 1 η" in picture.describe(result)) == rises == ("rises to 1 η" in picture.number.get_text())
