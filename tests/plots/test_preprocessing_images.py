"""Photographs keep their colours, and the paper stays white."""

import io

import numpy as np
from PIL import Image

from course_lib.experiments.preprocessing_images import RECIPES, prepared_images
from course_lib.plots.preprocessing_images import PITCH_X, PITCH_Y, TILE, RecipePicture, _mosaic


def test_colours_survive_the_256_of_the_png():
    for recipe in RECIPES:
        picture = RecipePicture().update(prepared_images("patches", recipe))
        drawn = np.asarray(picture.canvas.buffer_rgba())[..., :3].astype(int)
        stored = np.asarray(Image.open(io.BytesIO(picture.png())).convert("RGB")).astype(int)
        assert (stored[0, 0] == 255).all()
        assert np.abs(stored - drawn).mean() < 2


def test_each_image_stands_enlarged_in_its_place():
    images = prepared_images("patches", "raw").original
    canvas = _mosaic([images])
    for column in (0, 7):
        tile = canvas[28 : 28 + TILE, PITCH_X * column : PITCH_X * column + TILE, :3]
        np.testing.assert_allclose(tile[4::8, 4::8] / 255, images[column], atol=0.5 / 255 + 1e-9)
    assert (canvas[PITCH_Y:] == 255).all()
