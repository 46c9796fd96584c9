"""What a test score is worth when the preprocessing has seen the test data: four ways to leak, many seeds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course_lib.data.digits import load_digits
from course_lib.nn.preprocessing import Center, Standardize, Whiten

SIZES = (20, 40, 80, 160, 320)
TEST, FRESH = 100, 300
NOISE_FEATURES = 500


@dataclass(frozen=True)
class BestFeatures:
    """Keep the `k` features whose class means differ most beside their spread: Var(class means)/Var(x)."""

    k: int = 10

    def fit(self, x: np.ndarray, y: np.ndarray) -> BestFeatures.Fitted:
        member = np.eye(y.max() + 1)[y]
        count = member.sum(axis=0)[:, None]
        means = member.T @ x / np.maximum(count, 1)
        between = (count * (means - x.mean(axis=0)) ** 2).sum(axis=0) / len(x)
        score = between / np.maximum(x.var(axis=0), 1e-12)
        return self.Fitted(np.argsort(-score, kind="stable")[: self.k])

    @dataclass(frozen=True)
    class Fitted:
        features: np.ndarray

        def transform(self, x: np.ndarray) -> np.ndarray:
            return x[:, self.features]


# What is fitted, and to which data.
STEPS = {
    "centre digits": ("digits", Center()),
    "standardise digits": ("digits", Standardize()),
    "whiten digits": ("digits", Whiten(epsilon=0.01)),
    "choose 10 of 64 pixels": ("digits", BestFeatures()),
    "choose 10 of 500 noise columns": ("noise", BestFeatures()),
}


@dataclass(frozen=True)
class Leakage:
    """Test accuracies of a nearest-class-mean classifier; arrays (5 sizes, seeds)."""

    step: str
    samples: int  # the training-set size looked at
    fit: str  # "train" or "everything": the one looked at
    sizes: np.ndarray  # (5,)
    clean: np.ndarray  # statistics from the training split
    leaky: np.ndarray  # statistics from training and test split together
    fresh: np.ndarray  # the leaky pipeline on 300 examples that it never saw
    chance: float

    @property
    def at(self) -> int:
        """The row of `samples`."""
        return int(np.searchsorted(self.sizes, self.samples))

    @property
    def gap(self) -> np.ndarray:
        """leaky − clean on the same test split, seed by seed."""
        return self.leaky - self.clean


def leakage(step: str = "whiten digits", samples: int = 40, fit: str = "everything", seeds: int = 30) -> Leakage:
    """Split off `size` examples to train, 100 to test, 300 fresh ones, for each of five sizes and `seeds` seeds.

    Fit the step to the training split, or to training and test split together; train on the training split; count
    right answers on the test split. "noise" has two classes and 500 features that know nothing of them.
    """
    if step not in STEPS:
        raise ValueError(f"step must be one of {', '.join(STEPS)}, not {step!r}.")
    if samples not in SIZES or fit not in ("train", "everything") or seeds < 2:
        raise ValueError(f"samples must be one of {SIZES}, fit train or everything and seeds at least 2, "
                         f"not {samples}, {fit!r} and {seeds}.")  # fmt: skip
    clean, leaky, fresh = _runs(step, seeds)
    return Leakage(step, samples, fit, np.array(SIZES), clean, leaky, fresh, 0.1 if STEPS[step][0] == "digits" else 0.5)


def mean_and_error(accuracy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean over the last axis, and its standard error s/√seeds."""
    return accuracy.mean(axis=-1), accuracy.std(axis=-1, ddof=1) / np.sqrt(accuracy.shape[-1])


def accuracies(step, x: np.ndarray, y: np.ndarray, n: int) -> tuple[float, float, float]:
    """Test accuracy with `step` fitted to the first n examples; to the test split as well; and then on fresh ones."""
    train, test, fresh, seen = slice(n), slice(n, n + TEST), slice(n + TEST, None), slice(n + TEST)
    with_labels = isinstance(step, BestFeatures)
    clean = step.fit(x[train], y[train]) if with_labels else step.fit(x[train])
    leaky = step.fit(x[seen], y[seen]) if with_labels else step.fit(x[seen])

    def accuracy(fitted, part: slice) -> float:
        predicted = nearest_class_mean(fitted.transform(x[train]), y[train], fitted.transform(x[part]))
        return float(np.mean(predicted == y[part]))

    return accuracy(clean, test), accuracy(leaky, test), accuracy(leaky, fresh)


def nearest_class_mean(z_train: np.ndarray, y_train: np.ndarray, z: np.ndarray) -> np.ndarray:
    """argmin over the classes k in the training data of |z − m_k|²,   m_k the mean of its examples."""
    classes = np.unique(y_train)
    m = np.stack([z_train[y_train == k].mean(axis=0) for k in classes])
    return classes[np.argmax(z @ m.T - (m**2).sum(axis=1) / 2, axis=1)]


@lru_cache(maxsize=16)
def _runs(step: str, seeds: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    data, preprocessor = STEPS[step]
    scores = np.empty((3, len(SIZES), seeds))
    for seed in range(seeds):
        x, y = _examples(data, seed)
        for row, n in enumerate(SIZES):
            # The last 400 are test and fresh split, the same for every size.
            keep = np.r_[0:n, max(SIZES):len(y)]
            scores[:, row, seed] = accuracies(preprocessor, x[keep], y[keep], n)
    scores.setflags(write=False)
    return tuple(scores)


def _examples(data: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    total = max(SIZES) + TEST + FRESH
    rng = np.random.RandomState(seed)
    if data == "noise":
        return rng.standard_normal((total, NOISE_FEATURES)), rng.permutation(np.arange(total) % 2)
    x, y = _all_digits()
    order = rng.permutation(len(y))[:total]
    return x[order], y[order]


@lru_cache(maxsize=1)
def _all_digits() -> tuple[np.ndarray, np.ndarray]:
    digits = load_digits(split=(1.0, 0.0, 0.0))
    return digits.x_train, digits.y_train
