"""Signals against the lecture's published tables, sixty-seed tables and the theory of infinite width."""

import math

import numpy as np
import pytest

from course_lib.experiments.histograms import size_histogram
from course_lib.experiments.infinite_width import infinite_width
from course_lib.experiments.signals import propagate, signal_propagation, weight_gradient_std
from course_lib.nn.activations import ACTIVATIONS


def legacy(activation, std, width=500, depth=10, dtype=np.float64):
    """The lecture's own order of drawing, from NumPy's frozen stream: first the inputs, then layer by layer."""
    rng = np.random.RandomState(0)
    x = rng.randn(1000, width).astype(dtype)
    weights = [rng.randn(width, width).astype(dtype) for _ in range(depth)]
    upstream = rng.randn(1000, width).astype(dtype)
    return list(propagate(x, weights, upstream, ACTIVATIONS[activation], factor=std))


# Computed with RandomState(0) independently of this library (plain h = f(h @ W)), to 10 digits.
EXACT = {
    ("tanh", 0.01): [
        0.2132319686,
        0.04770007731,
        0.01062500183,
        0.002382752546,
        0.0005307641792,
        0.0001186688617,
        2.665803385e-05,
        5.946187935e-06,
        1.323872642e-06,
        2.952706407e-07,
    ],
    ("tanh", 1 / math.sqrt(500)): [
        0.6272317523,
        0.486583271,
        0.407249346,
        0.357538962,
        0.3203414155,
        0.2934530072,
        0.2728709176,
        0.2549540897,
        0.239450094,
        0.226571612,
    ],
    ("relu", math.sqrt(2 / 500)): [
        0.8249302155,
        0.8192960448,
        0.7822812388,
        0.7632155494,
        0.744746941,
        0.7670335374,
        0.798408202,
        0.764965461,
        0.7582806496,
        0.7643365917,
    ],
}


# notes: 125-126, 129-130, 137, 139, E62
@pytest.mark.parametrize("activation, std", EXACT)
def test_layers_match_the_table_of_the_frozen_stream(activation, std):
    measured = [h.std() for h, _, _ in legacy(activation, std)]
    np.testing.assert_allclose(measured, EXACT[activation, std], atol=1e-6, rtol=1e-6)


# Std over 60 seeds and the tolerance of one run (six standard deviations over the seeds), per layer.
SEEDS = {
    ("tanh", "0.01"): (
        [
            0.2135341539,
            0.04763277544,
            0.01064740302,
            2.381785045e-3,
            5.324544993e-4,
            1.190898376e-4,
            2.662674788e-5,
            5.952896621e-6,
            1.332116362e-6,
            2.979853734e-7,
        ],
        [
            2.14593e-3,
            7.44224e-4,
            2.44042e-4,
            7.41976e-5,
            2.04724e-5,
            5.18409e-6,
            1.28982e-6,
            3.33919e-7,
            8.46082e-8,
            2.30501e-8,
        ],
    ),
    ("tanh", "1.0"): (
        [0.98197, 0.98168, 0.98165, 0.98167, 0.98168, 0.98168, 0.98167, 0.98166, 0.98166, 0.98168],
        [7.2e-4] * 10,
    ),
    ("relu", "he"): (
        [
            0.8256949967,
            0.8262598579,
            0.8246726146,
            0.8199211202,
            0.8216413746,
            0.8217421806,
            0.8244919721,
            0.8245813107,
            0.8225270043,
            0.8227460076,
        ],
        [0.0110576, 0.0957775, 0.178651, 0.249317, 0.327627, 0.39424, 0.483868, 0.51288, 0.573947, 0.634287],
    ),
    ("sigmoid", "1.0"): (
        [0.48185, 0.47357, 0.47316, 0.47338, 0.4734, 0.47337, 0.47336, 0.47377, 0.47313, 0.47348],
        [4.9e-4, 3.4e-3, 5e-3, 5.8e-3, 8.1e-3, 7.8e-3, 8.1e-3, 7.9e-3, 7.3e-3, 8.8e-3],
    ),
}

GRADIENTS = {
    ("tanh", "0.01"): (
        [
            2.984180128e-7,
            1.396523317e-6,
            6.258284741e-6,
            2.799393522e-5,
            1.251563788e-4,
            5.598292697e-4,
            2.501444106e-3,
            0.01118742306,
            0.05002363693,
            0.2236004251,
        ],
        0.08,
    ),
    ("tanh", "xavier"): (
        [
            0.2676022773,
            0.3925841444,
            0.491781149,
            0.5769782739,
            0.6523808597,
            0.7211678523,
            0.783874803,
            0.8428992263,
            0.8981268739,
            0.9500855351,
        ],
        0.055,
    ),
    ("relu", "he"): (
        [
            1.003530818,
            1.00354785,
            1.00456938,
            1.004414036,
            1.00493381,
            1.005071522,
            1.003996443,
            1.002732138,
            1.004800226,
            1.001230108,
        ],
        0.31,
    ),
    ("sigmoid", "1.0"): (
        [
            37.38558371,
            30.64480371,
            20.97509969,
            14.24575218,
            9.723952209,
            6.652600648,
            4.555677332,
            3.108262652,
            2.139604255,
            1.458962506,
        ],
        0.45,
    ),
    ("sigmoid", "xavier"): (
        [
            4.779651064e-7,
            2.258924433e-6,
            9.621720231e-6,
            4.076659896e-5,
            1.727876658e-4,
            7.322815884e-4,
            3.100813747e-3,
            0.01313904759,
            0.0556996021,
            0.2358668698,
        ],
        0.1,
    ),
}


@pytest.mark.parametrize("activation, init", SEEDS)
def test_another_seed_stays_within_six_standard_deviations(activation, init):
    mean, tolerance = map(np.array, SEEDS[activation, init])
    assert (abs(signal_propagation(activation, init, seed=3).act_std - mean) < tolerance).all()


# notes: 126, 129, E05
@pytest.mark.parametrize("activation, init", GRADIENTS)
def test_gradients_match_the_table_over_seeds(activation, init):
    mean, relative = GRADIENTS[activation, init]
    np.testing.assert_allclose(signal_propagation(activation, init).grad_std, mean, rtol=relative)


# Saito's 5 x 100 sigmoid network: std of the activations over 300 seeds with the tolerance of one run, and the same
# for the gradients over 200 seeds.
SAITO = {
    1.0: (
        [0.4587744722, 0.4382563855, 0.4369581573, 0.4359808452, 0.4362306859],
        [0.00241015, 0.0176525, 0.0285927, 0.0417119, 0.0425001],
        [0.7746706848, 0.9523633611, 0.9689098468, 0.9789561989, 0.9840956429],
        [0.433377, 0.535086, 0.540502, 0.497894, 0.35503],
    ),
    0.1: (
        [0.2078927927, 0.1260581023, 0.1208583291, 0.1200020121, 0.1200450461],
        [0.0068908, 0.0401769, 0.0466355, 0.0502672, 0.0502777],
        [0.0006497693732, 0.00307270857, 0.01310593616, 0.0555882315, 0.235770412],
        [0.000117996, 0.000504708, 0.00183869, 0.00557979, 0.0145732],
    ),
    0.4: (
        None,
        None,
        [0.07752285452, 0.1532093499, 0.2484095748, 0.396092221, 0.627669778],
        [0.0397667, 0.0791782, 0.128122, 0.179179, 0.189602],
    ),
    0.01: (
        [0.02493597913, 0.01241422195, 0.01240972331, 0.01240833603, 0.01236359225],
        [0.00113201, 0.00521022, 0.00519266, 0.00545959, 0.00545822],
        None,
        None,
    ),
}


# notes: 141, 143, 145
@pytest.mark.parametrize("scale", SAITO)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_book_network(scale, seed):
    result = signal_propagation("sigmoid", "custom", scale, width=100, depth=5, seed=seed)
    for measured, mean, tolerance in [
        (result.act_std, *SAITO[scale][:2]),
        (result.grad_std, *SAITO[scale][2:]),
    ]:
        if mean is not None:
            assert (abs(measured - np.array(mean)) < tolerance).all()


# notes: 129, 142, E05, E67
def test_saturated_units_with_std_1_do_not_stop_the_gradient():
    """The usual reading is wrong: local slopes are tiny, the gradient from end to end is not."""
    sigmoid = signal_propagation("sigmoid", "1.0", width=100, depth=5)
    assert sigmoid.slope_median.max() < 0.03
    assert sigmoid.grad_std[0] > 0.4
    tanh = signal_propagation("tanh", "1.0")
    assert tanh.saturated.min() > 0.89 and tanh.grad_std[0] > 1e5


# Infinite-width standard deviations, computed by quadrature elsewhere.
THEORY = {
    ("tanh", 0.01, 500, 10): [
        0.2135464847,
        0.04764214435,
        0.01065189865,
        2.381823435e-3,
        5.3259176e-4,
        1.190911363e-4,
        2.66295876e-5,
        5.954556809e-6,
        1.33147938e-6,
        2.977278404e-7,
    ],
    ("tanh", 1.0, 500, 10): [0.9820116164, 0.9816795936, 0.9816733501, *[0.9816732305] * 7],
    ("relu", math.sqrt(2 / 500), 500, 10): [0.8256452712] * 10,
    ("sigmoid", 1.0, 100, 5): [0.4590647448, 0.4395258088, 0.4383401341, 0.4382676741, 0.4382632441],
    ("sigmoid", 0.1, 100, 5): [0.2082763449, 0.126852525, 0.121475828, 0.121203613, 0.1211901213],
}


@pytest.mark.parametrize("activation, std, width, depth", THEORY)
def test_infinite_width(activation, std, width, depth):
    stds, _ = infinite_width(ACTIVATIONS[activation], std, width, depth)
    np.testing.assert_allclose(stds, THEORY[activation, std, width, depth], rtol=2e-6)


# notes: 133, E05, E06
def test_infinite_width_gradient_factors():
    _, factors = infinite_width(ACTIVATIONS["sigmoid"], 1.0, 100, 5)
    np.testing.assert_allclose(factors, [0.81281274, 0.9829451848, 0.9922736689, 0.9928407483, 0.992875407], rtol=1e-5)
    _, factors = infinite_width(ACTIVATIONS["tanh"], 0.1, 100, 5)
    np.testing.assert_allclose(
        factors, [0.681471131, 0.7978374286, 0.8524838316, 0.8842055455, 0.9048741081], rtol=1e-5
    )


# notes: 165
def test_batch_norm_holds_the_activations_and_lets_relu_gradients_grow():
    """tanh keeps 0.628 at any scale; each ReLU layer multiplies the gradient by √(π/(π − 1)) (Yang et al. 2019)."""
    for scale in (0.01, 0.3, 5.0):
        result = signal_propagation("tanh", "custom", scale, batchnorm=True)
        np.testing.assert_allclose(result.act_std, 0.628, atol=0.012)
    _, factors = infinite_width(ACTIVATIONS["relu"], 0.1, 500, 10, batchnorm=True)
    np.testing.assert_allclose(factors[1:], math.sqrt(math.pi / (math.pi - 1)), rtol=1e-5)
    measured = signal_propagation("relu", "he", batchnorm=True).grad_std
    np.testing.assert_allclose((measured[1] / measured[9]) ** (1 / 8), math.sqrt(math.pi / (math.pi - 1)), rtol=0.03)


# notes: 127-128, E08
def test_what_counts_is_n_times_the_variance_of_the_weights():
    """std 0.05 saturates 4096 tanh units (CS231n 2018: std 0.85, a third beyond ±0.99) and is harmless for 500."""
    wide, narrow = (
        infinite_width(ACTIVATIONS["tanh"], std, n, 6)[0] for std, n in ((0.05, 4096), (math.sqrt(10.24 / 500), 500))
    )
    np.testing.assert_allclose(wide, narrow, rtol=1e-9)
    assert wide[-1] == pytest.approx(0.85, abs=0.005)
    saturated = signal_propagation("tanh", "custom", math.sqrt(10.24 / 500), depth=6, samples=300).saturated
    assert 0.3 < saturated.min() and saturated.max() < 0.43
    harmless = signal_propagation("tanh", "0.05", samples=300)
    assert harmless.act_std[[0, -1]] == pytest.approx([0.66, 0.352], abs=0.02) and harmless.saturated.max() < 0.03


# notes: 141, E27
def test_a_sigmoid_with_std_1_piles_up_at_both_ends_alike():
    """Saito 6.2.2, layer 1, 300 seeds: 0.36733 of the outputs below 1/30 and 0.36719 above 29/30."""
    counts = signal_propagation("sigmoid", "1.0", width=100, depth=5).act_counts[0]
    assert len(counts) == 60
    shares = counts[:2].sum() / counts.sum(), counts[-2:].sum() / counts.sum()
    assert shares == pytest.approx((0.36733, 0.36719), abs=0.01)


# notes: 138, E07
def test_literal_readings_of_divide_by_two_fail():
    for std, factor in [(2 / math.sqrt(500), math.sqrt(2)), (1 / (2 * math.sqrt(500)), 0.25 * math.sqrt(2))]:
        stds = signal_propagation("relu", "custom", std).act_std
        assert (stds[9] / stds[0]) ** (1 / 9) == pytest.approx(factor, rel=0.03)


# notes: 62, 138, E07, E25
def test_he_kills_no_unit_at_first_and_a_tenth_by_layer_ten():
    result = signal_propagation("relu", "he")
    np.testing.assert_allclose(result.zero, 0.5, atol=0.07)
    assert result.dead[:2].max() == 0 and 0.04 < result.dead[9] < 0.17


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "identity"])
def test_the_shortcut_for_homogeneous_functions_is_exact(activation):
    """Scaling the stored run gives what running the scaled network gives."""
    from course_lib.experiments.signals import standard_draw

    quick = signal_propagation(activation, "custom", 0.11, width=64, depth=6)
    x, draws, upstream = standard_draw(0, 128)
    weights = [z[:64, :64].astype(float) for z in draws[:6]]
    slow = list(
        propagate(
            x[:, :64].astype(float),
            weights,
            upstream[:, :64].astype(float),
            ACTIVATIONS[activation],
            factor=0.11,
        )
    )
    np.testing.assert_allclose(quick.act_std, [h.std() for h, _, _ in slow], rtol=1e-4)
    np.testing.assert_allclose(quick.grad_std, [g.std() for _, _, g in slow], rtol=1e-4)
    below = [np.mean(np.abs(slow[0][2]) < quick.grad_edges[0, 60])]
    assert quick.grad_counts[0, :60].sum() / quick.grad_counts[0].sum() == pytest.approx(below[0], abs=1e-3)


def test_backward_pass_agrees_with_finite_differences():
    rng = np.random.default_rng(0)
    x, upstream = rng.standard_normal((5, 7)), rng.standard_normal((5, 7))
    weights = [rng.standard_normal((7, 7)) for _ in range(3)]
    for name, batchnorm in [("tanh", False), ("sigmoid", True), ("gelu", True)]:

        def objective(x, f=ACTIVATIONS[name], batchnorm=batchnorm):
            return float(np.sum(list(propagate(x, weights, upstream, f, 0.4, batchnorm))[-1][0] * upstream))

        gradient = list(propagate(x, weights, upstream, ACTIVATIONS[name], 0.4, batchnorm))[0][2]
        for index in [(0, 0), (2, 3), (4, 6)]:
            step = np.zeros_like(x)
            step[index] = 1e-6
            assert gradient[index] == pytest.approx(
                (objective(x + step) - objective(x - step)) / 2e-6, rel=1e-5, abs=1e-9
            )


def test_bit_shift_bins_are_what_numpy_counts():
    g = np.random.default_rng(0).standard_normal(20000).astype(np.float32) * 1e-3
    edges, counts = size_histogram(g)
    np.testing.assert_array_equal(counts, np.histogram(np.abs(g), bins=edges)[0])
    assert counts.sum() == (np.abs(g) >= edges[0]).sum() > 19990


@pytest.mark.parametrize(
    "change",
    [
        {"activation": "tanhh"},
        {"init": "best"},
        {"init": "custom"},
        {"width": 0},
        {"depth": 11},
        {"init": "custom", "scale": -1.0},
        {"init": "custom", "scale": math.nan},
        {"samples": 1},
    ],
)
def test_impossible_settings_are_told_in_one_sentence(change):
    with pytest.raises(ValueError, match=r"\.$"):
        signal_propagation(**change)


# notes: 126
@pytest.mark.parametrize(
    "activation, std, first, last, relative",
    [
        ("tanh", 0.01, 4.219671643e-8, 4.212208373e-8, 0.05),
        ("tanh", 1 / math.sqrt(500), 0.008457981446, 0.007223329925, 0.05),
        ("relu", math.sqrt(2 / 500), 0.02243153032, 0.02218175433, 0.3),
    ],
)
def test_weight_gradients_match_the_mean_over_sixty_seeds(activation, std, first, last, relative):
    measured = weight_gradient_std(activation, std)
    assert measured[0] == pytest.approx(first, rel=relative)
    assert measured[-1] == pytest.approx(last, rel=relative)
