"""Neural networks in NumPy: `from course_lib.nn import MLP, Adam, train`. A module is imported when first asked for.
An optimizer is exported because it has an entry in `OPTIMIZERS`.

The function `search` shares its name with its module: from course_lib.nn.search import search.
"""

# ruff: noqa: F403
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what type checkers and editors read
    from course_lib.nn.activations import *
    from course_lib.nn.gradient_check import *
    from course_lib.nn.initializers import *
    from course_lib.nn.layers import *
    from course_lib.nn.losses import *
    from course_lib.nn.network import *
    from course_lib.nn.normalization import *
    from course_lib.nn.optimizers import *
    from course_lib.nn.preprocessing import *
    from course_lib.nn.schedules import *
    from course_lib.nn.search import *
    from course_lib.nn.sequential import *
    from course_lib.nn.spaces import *
    from course_lib.nn.stacked import *
    from course_lib.nn.surfaces import *
    from course_lib.nn.training import *

_NAMES = {
    "activations": "ACTIVATIONS Activation activation softmax log_softmax",
    "gradient_check": "GradientCheck check_gradients numerical_gradient relative_error",
    "initializers": "INITIALIZERS initializer variance_scaling glorot_normal glorot_uniform he lecun orthogonal",
    "layers": "Dense Dropout Elementwise Layer Maxout PReLU RReLU",
    "losses": "LOSSES l1 l2 max_margin pair_margin sigmoid_bce softmax_cross_entropy squared_error",
    "network": "MLP",
    "normalization": "BatchNorm GroupNorm InstanceNorm LayerNorm",
    "optimizers": "OPTIMIZERS Optimizer",
    "preprocessing": "PREPROCESSORS Center ChannelMean ChannelStandardize MeanImage PCA Standardize Whiten ZCA",
    "schedules": "SCHEDULES Constant Cosine Exponential InverseTime OneOverT Plateau Schedule Step Warmup",
    "search": "LossExploded SearchResult Trial run_trials successive_halving",
    "sequential": "Sequential Signals",
    "spaces": "Choice IntUniform LogUniform Uniform grid narrowed",
    "stacked": "TrainMLP stacked_search",
    "surfaces": "SURFACES Surface",
    "training": "Frame History train train_frames",
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    optimizers = {entry.make.__name__: entry.make for entry in __getattr__("OPTIMIZERS").values()}
    if name == "__all__":
        return [*_MODULE_OF, *optimizers]
    if name not in optimizers:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return optimizers[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *__getattr__("__all__")})
