"""The clinic: real runs with one thing wrong each. Read the curves, name the disease, treat it, and run again.

Source: CS231n notes, "Neural Networks Part 3" (what curves tell); the patients are the course's own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

import numpy as np
from annotated_types import Le

from course_lib.annotations import Count, OneOf
from course_lib.arguments import checked
from course_lib.experiments.babysitting import centred_digits
from course_lib.experiments.babysitting_patients import (
    DISEASES,
    FACTORS,
    PATIENTS,
    TREATMENTS,
    Disease,
    Patient,
    Run,
    treated,
)
from course_lib.experiments.babysitting_vitals import dead_share, update_ratios
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import SGD
from course_lib.nn.sequential import share_right
from course_lib.nn.training import train_frames

STEPS, EVERY, BATCH, EVAL_SIZE, TEST_BATCH = 330, 15, 32, 300, 12
UNDECIDED = "?"
GUESSES = (UNDECIDED, *DISEASES)


@dataclass(frozen=True)
class Course:
    """How a run went; curves have one entry per evaluation. Where it diverged they end."""

    run: Run
    step: np.ndarray  #: (evaluations,)
    loss: np.ndarray  #: (evaluations,) mean cross-entropy on (300 of) the training images
    val_loss: np.ndarray  #: (evaluations,)
    accuracy: np.ndarray  #: (evaluations,)
    val_accuracy: np.ndarray  #: (evaluations,)
    batch_loss: np.ndarray  #: (updates,) J of every batch, penalty included
    ratio: np.ndarray  #: (evaluations,) median over the layers of ‖ΔW‖/‖W‖; 0 before the first update
    dead: float  #: share of dead units at the end; NaN after divergence
    new: float  #: accuracy on digits that nobody has looked at; NaN after divergence
    diverged_at: int | None

    @property
    def on_new_digits(self) -> str:
        """The accuracy on new digits, as one writes it."""
        return "–" if math.isnan(self.new) else f"{self.new:.0%}"

    @property
    def well(self) -> bool:
        """It learned, generalises, and its validation tells the truth."""
        honest = not self.run.copied and abs(self.val_accuracy[-1] - self.new) < 0.05
        return bool(self.diverged_at is None and self.new >= 0.92 and honest)


@dataclass(frozen=True)
class Clinic:
    """A patient, what the learner says, and what the treatment does."""

    number: int  #: from 1
    patient: Patient
    guess: str
    treatment: str
    factor: float
    before: Course
    after: Course | None  #: None: nothing was changed

    @property
    def disease(self) -> Disease:
        """What is wrong with the patient's run."""
        return DISEASES[self.patient.disease]

    @property
    def right(self) -> bool | None:
        """Whether the diagnosis is right; None while there is none."""
        return None if self.guess == UNDECIDED else self.guess == self.patient.disease

    @property
    def cured(self) -> bool:
        """Whether the treated run is well."""
        return self.after is not None and self.after.well

    @property
    def feedback(self) -> str:
        """What the teacher says about the diagnosis."""
        if self.right is None:
            return "Read the curves. What is wrong with this run?"
        if self.right:
            return f"Right. {self.patient.explanation}"
        return f"Not so. {DISEASES[self.guess].sign}. {self.patient.clue}"

    @property
    def outcome(self) -> str:
        """What became of the treatment."""
        label = TREATMENTS[self.treatment][0]
        if self.after is None and self.treatment != "none":
            return f"{label[0].upper()}{label[1:]}: already so. {'Well' if self.before.well else 'Not cured'}."
        if self.after is None:
            if self.patient.disease == "healthy" and self.right:
                return "Leave it alone: the best treatment there is."
            return "Now treat it." if self.right else "Guess again, or treat it and see."
        if self.after.diverged_at is not None:
            verdict = "Worse" if self.before.diverged_at is None else "Not cured"
            return f"{verdict}: no longer a number after {self.after.diverged_at} updates."
        if self.before.well:
            return f"It was well before: {self.before.new:.0%} of new digits, now {self.after.new:.0%}."
        verdict = "Cured" if self.cured else "Not cured"
        return f"{verdict}: new digits {self.before.on_new_digits} → {self.after.on_new_digits}."


@checked
def clinic(
    patient: Annotated[Count, Le(len(PATIENTS))] = 1,
    guess: Annotated[str, OneOf(GUESSES)] = UNDECIDED,
    treatment: Annotated[str, OneOf(TREATMENTS)] = "none",
    factor: Annotated[float, OneOf(FACTORS)] = 1.0,
) -> Clinic:
    """The run of a patient, and beside it the same run after treatment, its learning rate times `factor`."""
    who = PATIENTS[patient - 1]
    run = treated(who.run, treatment, factor)
    return Clinic(patient, who, guess, treatment, factor, course(who.run), None if run == who.run else course(run))


@lru_cache(maxsize=256)
def course(run: Run = Run(), steps: int = STEPS, hidden: tuple[int, ...] = (50, 50, 50)) -> Course:  # noqa: B008
    """Train as `run` says, and evaluate 23 times."""
    digits = centred_digits()
    x, y, x_val, y_val = _data(run)
    init: Any = "he" if run.std is None else ("normal", {"std": run.std})
    norm, seed = "batch" if run.norm else None, np.random.RandomState(0)
    net = MLP((64, *hidden, 10), init=init, bias=run.bias, l2=run.l2, norm=norm, seed=seed)
    evaluations, diverged = [], None
    losses: list[float] = []
    options: dict[str, Any] = {"x_val": x_val, "y_val": y_val, "rng": np.random.RandomState(0), "shuffle": run.shuffled}
    options |= {"steps": steps, "batch_size": BATCH, "record_every": EVERY, "eval_size": EVAL_SIZE}
    for frame in train_frames(net, x, y, SGD(lr=run.lr), **options):
        losses.extend(frame.batch_loss)
        if not (np.isfinite([frame.loss, frame.val_loss]).all() and np.isfinite(net.theta).all()):
            diverged = int(np.flatnonzero(~np.isfinite([*losses, np.nan]))[0])
            break
        val = (frame.val_loss, frame.val_accuracy) if run.evaluated else _class_by_class(net, x_val, y_val)
        moved = float(np.median(update_ratios(net, run.lr))) if frame.step else 0.0
        evaluations.append((frame.step, frame.loss, val[0], frame.accuracy, val[1], moved))
    step, loss, val_loss, accuracy, val_accuracy, ratio = np.array(evaluations, float).T
    if diverged is not None:
        new = math.nan
    elif run.evaluated:
        new = net.accuracy(digits.x_test, digits.y_test)
    else:
        new = _class_by_class(net, digits.x_test, digits.y_test)[1]
    batch_loss = np.array(losses)[: diverged or len(losses)]
    curves = step, loss, val_loss, accuracy, val_accuracy, batch_loss, ratio
    return Course(run, *curves, dead_share(net, x) if diverged is None else math.nan, new, diverged)


def _data(run: Run) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Training and validation images and labels, spoiled as the run says."""
    digits = centred_digits()
    x, y, x_val, y_val = digits.x_train[: run.images], digits.y_train[: run.images], digits.x_val, digits.y_val
    if run.copied:  # validation was drawn from a pool that held every training image as well
        x_val, y_val = np.concatenate([x, x_val[:20]]), np.concatenate([y, y_val[:20]])
    if not run.shuffled:
        order = np.argsort(y, kind="stable")
        x, y = x[order], y[order]
    if not run.paired:
        y = y[np.random.RandomState(1).permutation(len(y))]
    return x, y, x_val, y_val


def _class_by_class(net: MLP, x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Loss and accuracy in TRAINING mode, in small batches of digits sorted by class: what a forgotten switch does."""
    order = np.argsort(y, kind="stable")[: len(y) - len(y) % TEST_BATCH]
    z = x[order].reshape(-1, TEST_BATCH, x.shape[1])
    with net.preserved_state():
        for layer in net.layers:  # an axis of batches in front: each is normalised by itself
            z = layer.forward(z, train=True)
    scores = z.reshape(-1, 10)
    return float(net.loss_function(scores, y[order])[0]), float(share_right(scores, y[order]))
