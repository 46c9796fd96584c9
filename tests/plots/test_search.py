"""The pictures of chapter 10: their words follow the sliders that the text tells the reader to watch."""

from course_lib.experiments.search import grid_vs_random
from course_lib.explorers import search_explorer
from course_lib.plots.search import NAMES, GridVsRandomPicture
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
