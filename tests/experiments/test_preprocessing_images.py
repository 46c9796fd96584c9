"""Recipes on real images: what is stored, what is kept, which directions count."""

import numpy as np
import pytest

from course_lib.experiments.preprocessing_images import IMAGES, RECIPES, _data, prepared_images
from course_lib.nn.preprocessing import ZCA

KEEP_ALL = ("raw", "mean image", "channel mean", "channel mean + std")


@pytest.mark.parametrize("images", IMAGES)
@pytest.mark.parametrize("recipe", RECIPES)
def test_with_all_components_everything_comes_back(images, recipe):
    result = prepared_images(images, recipe)
    assert result.error < 1e-6 and result.explained == pytest.approx(1)
    np.testing.assert_allclose(result.returned, result.original, atol=1e-6)


# notes: 109, E31
def test_what_alexnet_vgg_and_resnet_store():
    stored = [prepared_images("patches", recipe).learnt_numbers for recipe in KEEP_ALL]
    assert stored == [0, 8 * 8 * 3, 3, 6]


@pytest.mark.parametrize("k", [192, 20])
def test_what_pca_whitening_and_zca_store(k):
    """The mean and k directions; whitening their variances too; ZCA one filter for each pixel."""
    stored = [prepared_images("patches", recipe, k).learnt_numbers for recipe in ("PCA", "whitened", "ZCA")]
    assert stored == [192 + 192 * k, 192 + 192 * k + k, 192 + 192 * 192]


# notes: 106
def test_zca_with_all_components_is_the_zca_of_the_library():
    x, _ = _data("patches")
    np.testing.assert_allclose(prepared_images(recipe="ZCA").prepared, ZCA(1e-3).fit(x).transform(x[:8]), atol=1e-8)


# notes: 105
@pytest.mark.parametrize("images", IMAGES)
def test_whitening_leaves_lambda_over_lambda_plus_epsilon(images):
    variances = prepared_images(images, "PCA").after
    white = prepared_images(images, "whitened", epsilon=0.01).after
    np.testing.assert_allclose(white, (variances / (variances + 0.01))[: len(white)], rtol=1e-6)


@pytest.mark.parametrize("images", IMAGES)
def test_what_is_dropped_is_the_error(images):
    """Mean squared error per pixel = variance left out / d; it falls with every component."""
    d = prepared_images(images, "PCA").original[0].size
    variances = prepared_images(images, "PCA").after
    errors = []
    for k in (1, 10, 40):
        result = prepared_images(images, "PCA", k)
        assert result.error**2 * d == pytest.approx(variances[k:].sum(), rel=1e-6)
        assert len(result.after) == k
        errors.append(result.error)
    assert errors == sorted(errors, reverse=True)


def test_zca_resembles_the_image_and_whitening_has_no_pixels():
    zca, white = (prepared_images("patches", recipe, epsilon=0.1) for recipe in ("ZCA", "whitened"))
    centred = prepared_images("patches", "mean image").prepared
    assert np.corrcoef(zca.prepared.ravel(), centred.ravel())[0, 1] > 0.5
    assert white.prepared.shape == (8, 12, 16, 1) and zca.prepared.shape == (8, 8, 8, 3)


# notes: 108-109
def test_centring_takes_away_the_largest_eigenvalue():
    result = prepared_images("digits", "mean image")
    assert result.before[0] > 10 * result.after[0]
    assert result.largest_lr == pytest.approx(2 / result.after[0])


@pytest.mark.parametrize(
    "change",
    [{"images": "cats"}, {"recipe": "LeNet"}, {"recipe": "PCA", "components": 0}, {"recipe": "ZCA", "epsilon": -1.0}],
)
def test_impossible_settings_are_told_in_one_sentence(change):
    with pytest.raises(ValueError, match=r"\.$"):
        prepared_images(**change)
