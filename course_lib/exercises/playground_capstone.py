"""The long exercise's reference answer, and the ways in which people fool themselves with a test set."""

from collections.abc import Callable

import numpy as np

from course_lib.exercises.exercise import Mistake
from course_lib.exercises.playground_pipeline import PipelineExercise
from course_lib.nn.activations import softmax
from course_lib.nn.network import MLP
from course_lib.nn.optimizers import Adam, AdamW
from course_lib.nn.preprocessing import Standardize
from course_lib.nn.schedules import Cosine
from course_lib.nn.training import train

MOVES = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))  # rows down, columns to the right


def moved(images: np.ndarray, down: int, right: int) -> np.ndarray:
    """moved[i, r, c] = images[i, r − down, c − right] where that lies inside, else 0

    images (m, 8, 8); down and right are −1, 0 or 1.
    """
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    return padded[:, 1 - down : 9 - down, 1 - right : 9 - right]


def pipeline(
    x_train: np.ndarray,
    y_train: np.ndarray,
    x_val: np.ndarray,
    y_val: np.ndarray,
    look: Callable[[Callable[[np.ndarray], np.ndarray]], float],
) -> float:
    """Prepare, train for several learning rates, choose on validation digits, train once more on all, look once.

    x (m, 64) raw digits, 0 to 16; look(predict) is the accuracy of predict(images) -> classes on the test digits.
    """

    def ensemble(x, y, lr):
        x = np.concatenate([moved(x.reshape(-1, 8, 8), *move).reshape(-1, 64) for move in MOVES])
        y = np.tile(y, len(MOVES))
        prepared = Standardize(0.5).fit(x)
        net = MLP((64, 128, 10), "relu", "he", norm="batch", trials=5, seed=0, dtype=np.float32)
        steps = 12 * len(x) // 128
        train(
            net,
            prepared.transform(x),
            y,
            AdamW(lr, weight_decay=0.01),
            steps=steps,
            batch_size=128,
            schedule=Cosine(lr, steps),
            record_every=steps,
        )
        return lambda images: softmax(net.forward(prepared.transform(images))).mean(axis=0).argmax(axis=-1)

    def validation(lr):
        return np.mean(ensemble(x_train, y_train, lr)(x_val) == y_val)

    best = max((0.003, 0.01, 0.03), key=validation)
    everything = np.concatenate([x_train, x_val]), np.concatenate([y_train, y_val])
    return look(ensemble(*everything, best))


def _simple(x, y, steps=300):
    """A small network and the preparation it was trained behind."""
    prepared = Standardize(0.5).fit(x)
    net = MLP((64, 64, 10), seed=0, dtype=np.float32)
    train(net, prepared.transform(x), y, Adam(0.01), steps=steps, record_every=steps)
    return net, prepared


def _tuned_on_the_test(x_train, y_train, x_val, y_val, look):
    nets = [_simple(x_train, y_train, steps) for steps in (50, 150, 300)]
    return max(look(lambda images, n=net, p=prepared: n.predict(p.transform(images))) for net, prepared in nets)


def _never_looked(x_train, y_train, x_val, y_val, look):
    net, prepared = _simple(x_train, y_train)
    return net.accuracy(prepared.transform(x_val), y_val)


def _masks_left_on(x_train, y_train, x_val, y_val, look):
    net, prepared = _simple(x_train, y_train)
    net.dropout = 0.3
    return look(lambda images: net.forward(prepared.transform(images), train=True).argmax(axis=-1))


def _own_statistics(x_train, y_train, x_val, y_val, look):
    net, _ = _simple(x_train, y_train)
    return look(lambda images: net.predict(Standardize(0.5).fit(images).transform(images)))


def _unprepared(x_train, y_train, x_val, y_val, look):
    net, _ = _simple(x_train, y_train)
    return look(lambda images: net.predict(images))


def _hardly_trained(x_train, y_train, x_val, y_val, look):
    net, prepared = _simple(x_train, y_train, steps=30)
    return look(lambda images: net.predict(prepared.transform(images)))


def _reports_validation(x_train, y_train, x_val, y_val, look):
    net, prepared = _simple(x_train, y_train)
    look(lambda images: net.predict(prepared.transform(images)))
    return net.accuracy(prepared.transform(x_val), y_val)


PIPELINE = PipelineExercise(
    "11.3",
    "From raw digits to one honest number",
    "Write pipeline(x_train, y_train, x_val, y_val, look). The digits are raw: rows of 64 numbers from 0 to 16. "
    "Prepare them, choose and train what you like, judge your choices on the validation digits. The test digits are in "
    "an envelope: look(predict) opens it and returns the share that your predict(images) -> classes gets right. Call "
    "it once, and return what it returned. 96 % is enough, 98 % is good.",
    pipeline,
    cases=(("1078 raw digits", "their classes", "360 raw digits", "their classes", "opens the envelope"),),
    mistakes=(
        Mistake(
            _tuned_on_the_test,
            "You looked more than once. Whoever looks and then chooses has tuned on the test digits, and the "
            "number is no longer what new digits would give. Choose on the validation digits, then look once.",
        ),
        Mistake(
            _never_looked,
            "You never looked. A number from the validation digits is too good, because they did the choosing: "
            "call look(predict) once, at the end.",
        ),
        Mistake(
            _masks_left_on,
            "Your predict gives another answer when asked again. Is dropout still on? Evaluate with train=False.",
        ),
        Mistake(
            _own_statistics,
            "The answer for a digit depends on which other digits are read with it. Means, standard deviations and "
            "batch statistics must come from training; fit the preparation once, on training digits, and evaluate "
            "with train=False.",
        ),
        Mistake(
            _unprepared,
            "Fewer than 85 % are right: something goes wrong on the way. Does predict prepare its raw images "
            "exactly as the training digits were prepared, and never by the first images that come?",
        ),
        Mistake(
            _hardly_trained,
            "It is honest, but weak: less than 96 %. Train longer, or better, and decide on the validation digits "
            "alone when it is good enough.",
        ),
        Mistake(
            _reports_validation,
            "You did not return what look returned. Report the number the envelope gave, whether you like it or not.",
        ),
    ),
    hints=(
        "First a small thing that works: Standardize fitted on x_train, an MLP (64, 64, 10), Adam with 0.01, 300 "
        "steps. Put preparation and network together into one function predict(images).",
        "Choose with a list of settings and max(settings, key=…), where the key trains on the training digits and "
        "returns the validation accuracy. Shifted copies help most: shifted(x, y) is in "
        "course_lib.experiments.playground_capstone. Five members cost little: with MLP(…, trials=5) net.forward gives "
        "(5, n, 10). Average the softmax outputs (exercise 8.3), then argmax.",
        "For the last training the validation digits may join the training digits: nothing is chosen any more. Then "
        "return look(predict), once.",
    ),
    seconds=90.0,
)
