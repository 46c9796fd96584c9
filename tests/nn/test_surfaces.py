"""Surfaces: gradients against finite differences, minima where the literature puts them."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest

from course_lib.nn.surfaces import SURFACES

each = pytest.mark.parametrize("surface", SURFACES.values(), ids=list(SURFACES))


@each
def test_gradient_is_the_slope_of_the_value(surface):
    low, high = np.array(surface.view, float).T
    p = np.random.default_rng(0).uniform(low, high, (200, 2))
    h = 1e-5 * np.eye(2)
    slope = np.stack([(surface.value(p + e) - surface.value(p - e)) / 2e-5 for e in h], axis=-1)
    np.testing.assert_allclose(surface.grad(p), slope, rtol=1e-5, atol=1e-4 * np.abs(slope).max() * 1e-3)


@each
def test_minima_are_flat_lowest_and_in_view(surface):
    minima = np.array(surface.minima)
    np.testing.assert_allclose(surface.grad(minima), 0, atol=1e-12)
    np.testing.assert_allclose(surface.value(minima), surface.lowest, atol=1e-12)
    ring = 0.01 * np.stack([np.cos(a := np.linspace(0, 6.2, 64)), np.sin(a)], axis=-1)
    assert np.all(surface.value(minima[:, None] + ring) > surface.lowest)
    low, high = np.array(surface.view, float).T
    for point in (surface.start, *surface.minima):
        assert np.all(low <= point) and np.all(point <= high)
    cloud = np.random.default_rng(1).uniform(low, high, (20000, 2))
    assert surface.value(cloud).min() >= surface.lowest


@each
def test_leading_axes_and_dtype(surface):
    p = np.random.default_rng(2).standard_normal((3, 5, 2)).astype(np.float32)
    assert surface.value(p).shape == (3, 5) and surface.grad(p).shape == p.shape
    assert surface.value(p).dtype == surface.grad(p).dtype == np.float32
    np.testing.assert_array_equal(surface.grad(p)[1, 4], surface.grad(p[1, 4]))


def test_published_values():
    """Start values of Moré, Garbow & Hillstrom 1981 (problems 1 and 5); eigenvalues of the two quadratics."""
    assert SURFACES["rosenbrock"].value(np.array([-1.2, 1.0])) == pytest.approx(24.2)
    assert SURFACES["beale"].value(np.array([1.0, 1.0])) == pytest.approx(14.203125)
    for name, eigenvalues in (("bowl", [0.1, 2]), ("ravine", [1, 100])):
        hessian = SURFACES[name].grad(np.eye(2))  # the gradient of a quadratic without linear part is Hx
        np.testing.assert_allclose(np.linalg.eigvalsh(hessian), eigenvalues)


def test_saddle_point_is_one():
    grad = SURFACES["saddle"].grad
    np.testing.assert_array_equal(grad(np.zeros(2)), 0)
    assert grad(np.array([0.01, 0.0]))[0] > 0 > grad(np.array([0.0, 0.01]))[1]


def test_plateau_is_flat_where_it_starts():
    surface = SURFACES["plateau"]
    assert np.linalg.norm(surface.grad(np.array(surface.start))) == pytest.approx(0.0054, abs=1e-4)


@pytest.mark.parametrize("sent", [lambda one: pickle.loads(pickle.dumps(one)), copy.copy, copy.deepcopy])
def test_a_surface_can_be_sent_to_another_process(sent):
    assert all(sent(surface) is surface for surface in SURFACES.values())
    own = replace(SURFACES["bowl"], f=np.add, df=np.divmod)  # of the same name, and another
    assert sent(own) == own != SURFACES["bowl"]
