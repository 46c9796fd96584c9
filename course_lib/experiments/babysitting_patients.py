"""The patients of the clinic: how each run was set up, what ails it, and what other diseases would look like.

Source: CS231n notes, "Neural Networks Part 3".
"""

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Run:
    """How one training run is set up: 64-50-50-50-10, ReLU, plain SGD, batches of 32, ten epochs' worth of updates."""

    lr: float = 0.3
    std: float | None = None  #: of the first weights; None is He's
    bias: float = 0.0  #: of the hidden units, at the start
    l2: float = 0.0
    images: int = 1078  #: training digits
    shuffled: bool = True  #: else sorted by class, and always in the same order
    paired: bool = True  #: else the images are in another order than their labels
    copied: bool = False  #: the training images were copied into the validation set before the split
    norm: bool = False  #: batch normalisation in the hidden layers
    evaluated: bool = True  #: else validation runs in training mode, class by class


@dataclass(frozen=True)
class Disease:
    """`sign` says what its curves look like, `cause` where it comes from."""

    name: str
    sign: str
    cause: str


DISEASES = {
    "low": Disease(
        "learning rate too low",
        "A rate that is too low lets the loss fall slowly and steadily, with an update ratio far below 0.001",
        "The loss falls steadily and far too slowly; the update ratio is near 0.00001.",
    ),
    "high": Disease(
        "learning rate too high",
        "A rate that is too high makes the loss jump up, until it is no longer a number",
        "Within a few updates the loss is no longer a number. There is nothing to see but the end.",
    ),
    "init": Disease(
        "bad initial weights",
        "Bad initial weights show at the start: a first loss far from 2.30, or a plateau and then a sudden fall",
        "",  # too small and too large look different: see the patient
    ),
    "dead": Disease(
        "dead units",
        "Dead units are counted: the dead share would be near 100 %, and the loss would stand still",
        "All hidden units are off for every digit. Only the last biases still learn, and the loss stays at 2.30.",
    ),
    "order": Disease(
        "data not shuffled",
        "Sorted data make the loss of the batches rise and fall in the same rhythm in every epoch",
        "The loss of the batches is a saw: each class is learned while it lasts, and then forgotten for the next.",
    ),
    "leak": Disease(
        "validation data leaked",
        "A leak makes validation as good as training, and new digits worse than both",
        "Validation is as good as training although new digits are not: it holds copies of training images.",
    ),
    "decay": Disease(
        "too much regularisation",
        "Too strong a penalty keeps training and validation equally poor, and the batch loss J above the loss",
        "Training and validation are equally poor, and J lies above the loss: the penalty holds the weights down.",
    ),
    "mode": Disease(
        "batch norm in the wrong mode",
        "In the wrong mode batch norm makes validation in batches of one class poor from the first epoch on",
        "Training is perfect, validation poor in loss and accuracy: its batches, one class each, normalise themselves.",
    ),
    "overfit": Disease(
        "overfitting",
        "Overfitting shows as a gap: training is all right, validation and new digits are well below",
        "Fifty images are all learned by heart; validation and new digits lag behind, and their loss no longer falls.",
    ),
    "pairs": Disease(
        "labels do not belong to the images",
        "Wrong pairs leave validation at 10 %, with live units and good updates",
        "Units are alive, updates have the right size, and yet validation stays at 10 %: there is nothing to learn.",
    ),
    "healthy": Disease(
        "nothing: it is healthy",
        "A healthy run ends with training, validation and new digits all above 90 %, close together",
        "Both losses fall, the gap is small, new digits do as well as validation, the ratio is mostly 0.001 to 0.01.",
    ),
}


@dataclass(frozen=True)
class Patient:
    """A run and the disease behind it; `clue` helps after a wrong guess, `why` explains after the right one."""

    run: Run
    disease: str
    clue: str
    why: str = ""

    @property
    def explanation(self) -> str:
        """Why it is this disease."""
        return self.why or DISEASES[self.disease].cause


PATIENTS = (
    Patient(Run(lr=3e-4), "low", "Compare the update ratio with the dashed line."),
    Patient(Run(images=50), "overfit", "Compare solid and dashed curves."),
    Patient(Run(lr=30.0), "high", "How long are the curves?"),
    Patient(
        Run(std=0.05),
        "init",
        "Look at the first third of the loss.",
        "A plateau at ln 10, then a sudden fall: weights of std 0.05 let signal and gradient fade from layer to layer.",
    ),
    Patient(Run(), "healthy", "Is anything wrong at all?"),
    Patient(Run(lr=0.1, shuffled=False), "order", "Look at the loss of the batches: is there a rhythm?"),
    Patient(Run(bias=-2.0), "dead", "Read the share of dead units."),
    Patient(Run(images=200, copied=True), "leak", "Compare validation with the diamond: new digits."),
    Patient(Run(lr=0.1, l2=0.1), "decay", "Training is as poor as validation, J is above the loss."),
    Patient(Run(norm=True, evaluated=False), "mode", "Training is perfect. Which layer changes in validation?"),
    Patient(
        Run(std=1.0, lr=0.1),
        "init",
        "Read the first loss.",
        "The first loss is in the hundreds, not 2.30: with weights of std 1 it is sure of itself before it learns.",
    ),
    Patient(Run(paired=False), "pairs", "Units live and move. Does anything carry over to validation?"),
)


TREATMENTS: dict[str, Any] = {
    "none": ("none", {}),
    "he": ("He's initial weights", {"std": None}),
    "bias": ("biases start at 0", {"bias": 0.0}),
    "shuffle": ("shuffle in every epoch", {"shuffled": True}),
    "split": ("split before copying", {"copied": False}),
    "more": ("all 1078 training images", {"images": 1078}),
    "decay off": ("weight decay 0", {"l2": 0.0}),
    "decay on": ("weight decay 0.003", {"l2": 0.003}),
    "mode": ("evaluate in evaluation mode", {"evaluated": True}),
    "pairs": ("keep images and labels together", {"paired": True}),
}
FACTORS = (0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)


def treated(run: Run, treatment: str, factor: float = 1.0) -> Run:
    """`run` with what the treatment changes, and the learning rate times `factor`."""
    return replace(run, **TREATMENTS[treatment][1], lr=run.lr * factor)
