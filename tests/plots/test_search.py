"""The pictures of chapter 10: their words follow the sliders that the text tells the reader to watch."""

from dataclasses import replace
from itertools import islice

import pytest

from course_lib.experiments.search import grid_vs_random
from course_lib.experiments.search_digits import digits_search, finished
from course_lib.explorers import search_explorer
from course_lib.plots.search import NAMES, GridVsRandomPicture
from course_lib.plots.search_digits import SearchPicture
from course_lib.plots.style import LIGHT, built_in


def test_the_words_of_the_designs_follow_the_best_value_and_the_draw():
    picture = GridVsRandomPicture()
    said = set()
    for best_x, seed in ((0.6, 3), (0.5, 3), (0.6, 1)):
        result = grid_vs_random(9, best_x=best_x, seed=seed)
        words = picture.describe(result)
        assert all(f"{name} {off:.3f}" in words for name, off in zip(NAMES, result.distance))
        said.add(words)
    assert len(said) == 3


def test_many_trials_leave_room_between_the_words_in_large_print():
    with built_in(LIGHT.large()):
        large = GridVsRandomPicture().update(grid_vs_random(100, 1.0))
    ticks = min(label.get_window_extent().x0 for label in large.chance.get_yticklabels())
    assert max(number.get_window_extent().x1 for number in large.numbers) < ticks - 10
    ends = [head.get_window_extent().x1 for head in large.heads]
    assert all(end < head.get_window_extent().x0 - 20 for end, head in zip(ends, large.heads[1:]))
    assert large.images[0].axes.yaxis.label.get_window_extent().x0 >= 0


# Saito's range ends where it becomes good. Halving 20 trials leaves two; with seed 8, one of 20 random trials is good.
@pytest.mark.parametrize("strategy, seed", [("halving", 0), ("random", 8)])
def test_too_few_good_trials_are_not_called_clear_of_the_ends(strategy, seed):
    state = finished(strategy=strategy, trials=20, lr_low=1e-6, lr_high=1e-2, seed=seed)
    assert "Too few good trials" in SearchPicture().describe(state)


def test_the_first_trials_are_not_judged_and_one_look_at_the_end_is_told():
    first, second = islice(digits_search(trials=20), 2)
    picture = SearchPicture().update(first)
    assert picture.title.get_text() == "Random search: no trial yet"
    assert "Nothing to rank" in picture.describe(first)
    assert "Too few good trials" in picture.describe(second)
    assert picture.describe(replace(second, test_accuracy=0.9123)).endswith(" Test digits, one look: 91.2 %.")


def test_trials_that_a_stage_leaves_behind_were_not_given_up():
    state = finished(strategy="coarse", trials=20, abandon=False)
    picture = SearchPicture().update(state)
    words = picture.describe(state)
    assert "0 given up early, 10 not taken further" in words
    assert "× left behind" in picture.legend.get_text() and "10 left behind" in picture.count.get_text()


def test_a_search_that_nobody_ran_is_called_a_preview():
    explorer = search_explorer()
    assert explorer.text.startswith("Before Play, the first 20 trials.")
    assert len(explorer.result.result.trials) == 20
    explorer.step()
    explorer.step()
    assert explorer.is_live and explorer.text.startswith("Random search")
    assert "Before Play" not in explorer.description()
    explorer.reset()
    assert explorer.description().startswith("Before Play")
    explorer.close()
