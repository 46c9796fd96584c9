"""Names for what arguments often are: standard types with bounds, which type checkers, `checked` and tests all read."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, runtime_checkable

import numpy as np
from annotated_types import Ge, Gt, Le, Lt, Predicate, doc
from numpy.typing import NDArray


@runtime_checkable
class HasUniform(Protocol):
    """What draws from U(low, high), as `numpy.random.Generator` and `RandomState` do."""

    def uniform(self, low: Any = ..., high: Any = ..., size: Any = ...) -> Any: ...


@runtime_checkable
class RandomGenerator(HasUniform, Protocol):
    """What `numpy.random.Generator` and `RandomState` have in common."""

    def standard_normal(self, size: Any = ...) -> Any: ...

    def permutation(self, x: Any) -> Any: ...


@runtime_checkable
class Trainable(Protocol):
    """What can be trained: an `MLP`, or a class of your own with parameters in one vector."""

    theta: np.ndarray
    grad: np.ndarray
    layers: Any  # a sequence
    loss_function: Callable[..., Any]

    def forward(self, x: np.ndarray, train: bool = ...) -> np.ndarray: ...

    def loss_and_grad(self, x: np.ndarray, y: np.ndarray, train: bool = ...) -> Any: ...


@dataclass(frozen=True, eq=False)  # a registry has no hash, and may grow
class OneOf:
    """A value is one of these, or a name that stands in this registry."""

    options: Collection[Any]


def _is_matrix(a: np.ndarray) -> bool:
    return a.ndim == 2


def _is_precision(dtype: Any) -> bool:
    named = isinstance(dtype, str | type | np.dtype)
    return named and str(getattr(dtype, "__name__", dtype)) in ("float32", "float64", "float")


Natural = Annotated[int, Ge(0)]
Count = Annotated[int, Ge(1)]
Positive = Annotated[float, Gt(0), doc("a positive number")]
NotNegative = Annotated[float, Ge(0), doc("a number, 0 or more")]
Share = Annotated[float, Ge(0), Le(1), doc("a number from 0 to 1")]
Finite = Annotated[np.ndarray, Predicate(np.isfinite), doc("an array of finite numbers")]
Rows = Annotated[Finite, Predicate(_is_matrix), doc("an array (examples, features) of finite numbers")]
Floats = Annotated[NDArray[np.floating], Predicate(np.isfinite)]  # of whole numbers too, which become floats
Strength = Annotated[float | Floats, Ge(0), doc("a number, 0 or more, or an array of them")]
Rate = Annotated[float | Floats, Gt(0), doc("a positive number, or an array of them")]
BelowOne = Annotated[float | Floats, Ge(0), Lt(1), doc("at least 0 and below 1, a number or an array of them")]
Network = Annotated[Trainable, doc("a network such as MLP")]
Rng = Annotated[RandomGenerator, doc("a random generator such as np.random.default_rng(0)")]
UniformRng = Annotated[HasUniform, doc("a random generator such as np.random.default_rng(0)")]
FrozenSeed = Annotated[int, Ge(0), Lt(2**32), doc("a seed (a whole number from 0 to 4294967295)")]  # of a RandomState
Seed = Annotated[Natural | RandomGenerator, doc("a seed (a whole number, 0 or more) or a random generator")]
Precision = Annotated[Any, Predicate(_is_precision), doc("np.float32 or np.float64")]
Functions = Annotated[list[Callable] | tuple[Callable, ...], doc("a list of functions")]
