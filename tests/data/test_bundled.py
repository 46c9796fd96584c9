"""The bundled digits and the photograph: complete, licensed, split cleanly, safe from learners and from damage."""

import subprocess
import sys

import numpy as np
import pytest

from course_lib.data import digits, patches
from course_lib.data.bundled import FOLDER, read_bundled
from course_lib.data.digits import load_digits
from course_lib.data.patches import load_patches

PARTS = ("train", "val", "test")


def rows(d) -> list[bytes]:
    return [row.tobytes() for part in PARTS for row in getattr(d, f"x_{part}")]


def test_the_digits_are_those_of_uci():
    """Facts of the UCI page and of scikit-learn's copy: 1,797 images, 0…16, and how often each class occurs."""
    d = load_digits(scaled=False)
    x = np.concatenate([getattr(d, f"x_{part}") for part in PARTS])
    y = np.concatenate([getattr(d, f"y_{part}") for part in PARTS])
    assert x.shape == (1797, 64)
    assert (x.min(), x.max(), x.sum()) == (0, 16, 561718)
    np.testing.assert_array_equal(np.bincount(y), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])


def test_images_keep_their_labels():
    """The nearest other digit has the same label in nearly all cases; shuffled apart it would be one in ten."""
    d = load_digits()
    distance = ((d.x_val[:, None] - d.x_train[None]) ** 2).sum(axis=-1)
    assert (d.y_train[distance.argmin(axis=1)] == d.y_val).mean() > 0.95


# notes: 210-211
def test_the_split_is_disjoint_and_complete():
    d = load_digits()
    assert [len(getattr(d, f"y_{part}")) for part in PARTS] == [1078, 360, 359]
    assert sorted(rows(d)) == sorted(rows(load_digits(seed=1)))
    assert rows(d) != rows(load_digits(seed=1))
    assert rows(d) == rows(load_digits())
    assert all(np.bincount(getattr(d, f"y_{part}"), minlength=10).min() > 15 for part in PARTS)


def test_shapes_scales_and_types():
    flat, square = load_digits(), load_digits(flat=False, scaled=False)
    assert flat.x_train.dtype == np.float64
    assert flat.y_train.dtype == np.int64
    assert square.x_train.shape == (1078, 8, 8)
    np.testing.assert_array_equal(square.x_train.reshape(-1, 64) / 16, flat.x_train)


def test_a_part_of_the_data_may_be_left_out():
    d = load_digits(split=(0.1, 0.2, 0.0))
    assert [len(getattr(d, f"y_{part}")) for part in PARTS] == [180, 359, 0]


@pytest.mark.parametrize("split", [(0.6, 0.6, 0.2), (0.5, 0.5), (-0.1, 0.5, 0.5), (float("nan"), 0.1, 0.1)])
def test_an_impossible_split_is_answered_with_a_sentence(split):
    with pytest.raises(ValueError, match="(three shares .* at most 1|a list of 3, each a finite number)"):
        load_digits(split=split)


def test_a_learner_cannot_damage_what_others_load():
    load_digits().x_train[:] = 7
    load_patches().images[:] = 7
    assert load_digits().x_train.max() == 1
    assert load_patches().images.std() > 10
    with pytest.raises(ValueError, match="read-only"):
        read_bundled("digits.npz", digits.SHA256)["images"][0] = 7


def test_patches_are_colour_pictures_with_something_on_them():
    p = load_patches()
    assert p.images.shape == (500, 16, 16, 3)
    assert p.images.dtype == np.uint8
    assert p.images.mean(axis=-1).std(axis=(1, 2)).min() >= 8
    assert len({image.tobytes() for image in p.images}) == 500
    assert p.images.mean(axis=(0, 1, 2)).std() > 1  # the channels differ
    assert load_patches(n=40, size=32, seed=1).images.shape == (40, 32, 32, 3)
    np.testing.assert_array_equal(load_patches(n=10).images, p.images[:10])
    assert (load_patches(seed=1).images != p.images).any()
    assert load_patches(contrast=0).images.mean(axis=-1).std(axis=(1, 2)).min() < 8  # now there is sky


def test_neighbouring_pixels_and_channels_are_strongly_correlated():
    """Why photographs are worth whitening: neighbours 0.8 and more, channels too; distant pixels less."""
    x = load_patches().images.astype(float)

    def correlation(a, b):
        return np.corrcoef(a.ravel(), b.ravel())[0, 1]

    near = correlation(x[:, :, 1:], x[:, :, :-1])
    far = correlation(x[:, :, 15:], x[:, :, :1])
    assert near > 0.8 > far
    assert correlation(x[..., 0], x[..., 1]) > 0.8


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n": 0}, "not n=0"),
        ({"size": 0}, "size=0"),
        ({"size": 300}, "from 1 to 213 pixels"),
        ({"n": 5, "size": 213, "contrast": 100.0}, "holds only 0 patches of size 213"),
    ],
)
def test_impossible_patches_are_answered_with_a_sentence(settings, message):
    with pytest.raises(ValueError, match=message):
        load_patches(**settings)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("digits", ["Alpaydin", "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/", "10.24432/C50P49"]),
        ("photograph", ["danielbuechele", "CC BY 2.0", "https://creativecommons.org/licenses/by/2.0/", "6061409035"]),
    ],
)
def test_licence_and_attribution_lie_beside_each_file(name, words):
    note = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    assert all(word in note for word in words)
    assert (FOLDER / f"{name}.npz").stat().st_size < 300_000
    assert all(word in load_patches(n=1).attribution for word in ("danielbuechele", "CC BY 2.0"))


def test_every_bundled_file_has_its_note():
    assert {path.stem for path in FOLDER.glob("*.npz")} == {path.stem for path in FOLDER.glob("*.txt")}


@pytest.mark.parametrize(("name", "sha256"), [("digits.npz", digits.SHA256), ("photograph.npz", patches.SHA256)])
def test_damage_and_absence_are_one_sentence(name, sha256, tmp_path):
    with pytest.raises(ValueError, match=f"{name} that belongs to the course cannot be read .* install the course"):
        read_bundled(name, sha256, tmp_path)
    whole = (FOLDER / name).read_bytes()
    for damaged in (whole[:1000], whole[:-1] + b"!", b"", b"version https://git-lfs.github.com/spec/v1\n"):
        (tmp_path / name).write_bytes(damaged)
        with pytest.raises(ValueError, match=f"{name} .* is damaged .* install the course again"):
            read_bundled(name, sha256, tmp_path)
    (tmp_path / name).write_bytes(whole)  # a failure is not remembered
    assert read_bundled(name, sha256, tmp_path)


def test_the_data_package_imports_numpy_and_nothing_else():
    program = (
        "import sys, course_lib.data.digits, course_lib.data.patches, course_lib.data.clouds, "
        "course_lib.data.mnist, course_lib.nn.preprocessing, course_lib.nn.initializers; "
        "print(*{m.split('.')[0] for m in sys.modules})"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pooch", "requests", "matplotlib", "ipywidgets", "sklearn", "scipy", "PIL"} & set(loaded)
