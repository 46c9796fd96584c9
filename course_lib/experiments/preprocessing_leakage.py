"""What a test score is worth when the preprocessing has seen the test data: four ways to leak, many seeds.

Source: Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, section 7.10.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge

from course_lib.annotations import Natural, OneOf
from course_lib.arguments import checked
from course_lib.data.digits import load_digits
from course_lib.nn.preprocessing import Center, Standardize, Whiten

SIZES = (20, 40, 80, 160, 320)
TEST, SPLITS = 100, 4  # 400 examples are held out; each quarter is the test split once
NOISE_FEATURES = 500


@dataclass(frozen=True)
class BestFeatures:
    """Keep the `k` features whose class means differ most beside their spread: Var(class means)/Var(x)."""

    k: int = 10

    def fit(self, x: np.ndarray, y: np.ndarray) -> BestFeatures.Fitted:
        """Choose the features by x (m, n) and labels y (m,)."""
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
    """Test accuracies of a nearest-class-mean classifier; arrays (5 sizes, seeds), each number the mean of 4 splits."""

    step: str
    samples: int  #: the training-set size looked at
    fit: str  #: "train" or "everything": the one looked at
    sizes: np.ndarray  #: (5,)
    clean: np.ndarray  #: (5, seeds) statistics from the training split
    leaky: np.ndarray  #: (5, seeds) statistics from training and test split together
    fresh: np.ndarray  #: (5, seeds) the leaky pipeline on the 300 examples that it never saw
    chance: float

    @property
    def at(self) -> int:
        """The row of `samples`."""
        return int(np.searchsorted(self.sizes, self.samples))

    @property
    def gap(self) -> np.ndarray:
        """leaky − clean on the same test split, seed by seed, (5, seeds)."""
        return self.leaky - self.clean

    @property
    def promise(self) -> np.ndarray:
        """leaky − fresh, (5, seeds): how much more the leaky test score promises than the same classifier keeps."""
        return self.leaky - self.fresh


@checked
def leakage(
    step: Annotated[str, OneOf(STEPS)] = "whiten digits",
    samples: Annotated[int, OneOf(SIZES)] = 40,
    fit: Literal["train", "everything"] = "everything",
    seeds: Annotated[int, Ge(2)] = 30,
) -> Leakage:
    """Draw `size` examples to train and 400 others, for each of five sizes and `seeds` seeds.

    Each hundred of the 400 is the test split in turn, the other 300 are fresh. Fit the step to the training split, or
    to training and test split together; train on the training split; count right answers. Over all four splits, test
    and fresh examples are the same on average, so only leakage can make their scores differ. "noise" has two classes
    and 500 features that know nothing of them.
    """
    clean, leaky, fresh = _runs(step, seeds)
    return Leakage(step, samples, fit, np.array(SIZES), clean, leaky, fresh, 0.1 if STEPS[step][0] == "digits" else 0.5)


@checked
def mean_and_error(accuracy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean over the last axis, and its standard error s/√seeds.

    Returns: two arrays (…), for accuracy (…, seeds).
    """
    return accuracy.mean(axis=-1), accuracy.std(axis=-1, ddof=1) / np.sqrt(accuracy.shape[-1])


@checked
def leakage_columns(samples: Natural = 40, seeds: Natural = 30) -> dict[str, list]:
    """For a table: every step with its accuracies in percent, gap and broken promise in points, ± 2 standard errors."""
    results = [leakage(step, samples, seeds=seeds) for step in STEPS]

    def column(field: str) -> tuple[list[float], list[float]]:
        pairs = [mean_and_error(getattr(result, field)[result.at]) for result in results]
        return [round(100 * float(mean), 1) + 0.0 for mean, _ in pairs], [round(200 * float(e), 1) for _, e in pairs]

    (gap, gap_error), (promise, promise_error) = column("gap"), column("promise")
    return {
        "step": list(STEPS),
        "train": column("clean")[0],
        "everything": column("leaky")[0],
        "gap": gap,
        "±": gap_error,
        "fresh": column("fresh")[0],
        "promised − kept": promise,
        "± ": promise_error,
    }


def accuracies(step, x: np.ndarray, y: np.ndarray, n: int) -> np.ndarray:
    """(3,): fitted to the first n examples; to the test split as well; the latter on fresh ones. Mean of 4 splits.

    Returns: (3,), for x (m, d) and y (m,).
    """

    def fit(seen: np.ndarray):
        return step.fit(x[seen], y[seen]) if isinstance(step, BestFeatures) else step.fit(x[seen])

    def right(fitted, part: np.ndarray) -> np.ndarray:
        return nearest_class_mean(fitted.transform(x[train]), y[train], fitted.transform(x[part])) == y[part]

    train, held_out = np.arange(n), np.arange(n, len(x))
    clean = right(fit(train), held_out).mean()
    leaky = np.array([right(fit(np.r_[train, test]), held_out) for test in np.split(held_out, SPLITS)])
    own = np.repeat(np.eye(SPLITS, dtype=bool), TEST, axis=1)  # (4, 400): who is in the test split
    return np.array([clean, leaky[own].mean(), leaky[~own].mean()])


def nearest_class_mean(z_train: np.ndarray, y_train: np.ndarray, z: np.ndarray) -> np.ndarray:
    """argmin over the classes k in the training data of |z − m_k|²,   m_k the mean of its examples.

    Returns: labels (k,), for z_train (m, d), y_train (m,) and z (k, d).
    """
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
            keep = np.r_[0:n, max(SIZES) : len(y)]  # the same 400 are held out for every size
            scores[:, row, seed] = accuracies(preprocessor, x[keep], y[keep], n)
    scores.setflags(write=False)
    return scores[0], scores[1], scores[2]


def _examples(data: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    total = max(SIZES) + SPLITS * TEST
    rng = np.random.RandomState(seed)
    if data == "noise":
        return rng.standard_normal((total, NOISE_FEATURES)), rng.permutation(np.arange(total) % 2)
    x, y = _all_digits()
    order = rng.permutation(len(y))[:total]
    return x[order], y[order]


@lru_cache(maxsize=1)
def _all_digits() -> tuple[np.ndarray, np.ndarray]:
    return load_digits(split=(1.0, 0.0, 0.0)).training
