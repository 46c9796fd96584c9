"""An exercise: a task, the answer the course gives, and how a learner's answer is judged.

An answer is a function. It is right when it agrees with `answer` on every case. When it agrees with a *known
mistake* on every case instead, the learner reads what is wrong with the idea, not only with the number; and when its
numbers are right in every case but arranged otherwise, how to arrange them.
"""

import ast
import copy
import inspect
import logging
import textwrap
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from course_lib.exercises.sandbox import OutOfTime, within
from course_lib.exercises.values import (
    PRINTED,
    agree,
    difference,
    numbers,
    one_line,
    rearranged,
    shortened,
    show,
    show_both,
)


def normal(seed: int, *shape: int) -> np.ndarray:
    """Standard normal numbers for a case, of the old generator, which draws the same with every version of NumPy."""
    return np.random.RandomState(seed).standard_normal(shape)


def uniform(seed: int, *shape: int) -> np.ndarray:
    """The same, even from 0 to 1."""
    return np.random.RandomState(seed).uniform(size=shape)


class NotAttempted(Exception):
    """The answer is still the stub."""


class _Unusable(Exception):
    """The answer cannot even be called; the message says why."""


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people really give, the sentences that help, and other code that they help as well.

    An answer that raises in some cases stands for answers that raise the same in these.
    """

    answer: Callable[..., Any]
    message: str
    also: tuple[Callable[..., Any], ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What `judge` found: `message` is what the learner reads."""

    solved: bool
    message: str
    mistake: Mistake | None = None


@dataclass
class _Attempt:
    """One call of the learner's function: `got` if it returned numbers, and what was wrong (empty if nothing)."""

    case: tuple
    expected: np.ndarray
    returned: Any = None
    got: np.ndarray | None = None
    raised: type[BaseException] | None = None
    problem: str = ""
    changed: list[str] = field(default_factory=list)  # arguments the call wrote into
    put_back: bool = True  # all of them, up to rounding

    @property
    def size(self) -> int:
        return sum(np.size(arg) for arg in self.case)


@dataclass(frozen=True)
class Exercise:
    """`cases` are tuples of positional arguments; `hints` go from a nudge to nearly the answer."""

    id: str
    title: str
    task: str
    answer: Callable[..., Any]
    cases: tuple[tuple, ...]
    mistakes: tuple[Mistake, ...]
    hints: tuple[str, ...]
    seconds: float = 5.0  # for all cases together

    @property
    def _names(self) -> list[str]:
        return list(inspect.signature(self.answer).parameters)

    def judge(self, yours: Any) -> Verdict:
        """Try `yours` on copies of all cases.  Never raises, whatever `yours` is or does."""
        attempts: list[_Attempt] = []
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"), np.printoptions(**PRINTED):
                warnings.simplefilter("ignore")  # the verdict says it in one sentence
                within(self.seconds, lambda: self._try_all(yours, attempts))
                return self._verdict(attempts)
        except NotAttempted:
            return Verdict(False, f"{self.id}: not attempted yet.")
        except _Unusable as error:
            return Verdict(False, f"{self.id}: {error}")
        except OutOfTime:
            stopped = _Attempt(self.cases[len(attempts) % len(self.cases)], np.empty(0))
            return self._not_yet(
                f"Your function was still running after {self.seconds:g} seconds and was stopped. "
                "Is there a loop that never ends?",
                stopped,
            )
        except KeyboardInterrupt:
            return Verdict(False, f"{self.id}: you stopped the check.")
        except BaseException as error:  # a property or a repr that raises, or a defect of ours
            logging.getLogger(__name__).exception("Exercise %s could not be checked", self.id)
            return Verdict(False, f"{self.id}: your answer could not be checked ({type(error).__name__}).")

    def _try_all(self, yours: Any, attempts: list[Any]) -> None:
        self._refuse_if_unusable(yours)
        for case in self.cases:
            attempts.append(self._try(yours, case))

    def _refuse_if_unusable(self, yours: Any) -> None:
        if yours is ...:
            raise NotAttempted
        if not callable(yours) or isinstance(yours, type):
            raise _Unusable(
                f"pass the function itself, not {shortened(yours)}: "
                f'check("{self.id}", {self.answer.__name__}), its name without brackets.'
            )
        try:
            signature = inspect.signature(yours)
        except (TypeError, ValueError):
            return  # some built-in functions have none; the call will tell
        try:
            signature.bind(*self.cases[0])
        except TypeError:
            plain = [one.replace(annotation=one.empty) for one in signature.parameters.values()]
            takes = one_line(str(inspect.Signature(plain))) if plain else "nothing"
            raise _Unusable(f"your function must take ({', '.join(self._names)}); it takes {takes}.") from None

    def _try(self, yours: Callable, case: tuple) -> _Attempt:
        attempt = _Attempt(case, np.array(self.answer(*copy.deepcopy(case))))
        args = copy.deepcopy(case)
        value, error = call(yours, *args)
        if error is not None:
            attempt.raised, attempt.problem = type(error), sentence_on(error)
            return attempt
        attempt.returned = value
        attempt.changed = [name for name, mine, given in zip(self._names, args, case) if not _same(mine, given)]
        attempt.put_back = all(_same(mine, given, rounding=1e-12) for mine, given in zip(args, case))
        try:
            attempt.got = numbers(value)
            attempt.problem = difference(attempt.got, attempt.expected)
        except ValueError as error:
            attempt.problem = "It returned None. Is a `return` missing?" if value is None else str(error)
        if attempt.problem and attempt.changed:
            attempt.problem += f" It also changes its input {attempt.changed[0]}."
        return attempt

    def _verdict(self, attempts: list[Any]) -> Verdict:
        wrong = [attempt for attempt in attempts if attempt.problem]
        if wrong:
            mistake = next((m for m in self.mistakes if _made(m, attempts)), None)
            smallest = min(wrong, key=lambda attempt: attempt.size)
            if mistake:
                return self._not_yet(mistake.message, smallest, mistake)
            advice = rearranged([(attempt.returned, attempt.expected) for attempt in attempts])
            return self._not_yet(f"{smallest.problem} {advice}".rstrip(), smallest)
        changed = next((attempt.changed[0] for attempt in attempts if attempt.changed), None)
        if changed and all(attempt.put_back for attempt in attempts):
            return Verdict(
                False,
                f"{self.id}: not yet. The numbers are right, and you put {changed} back, but only up to rounding: "
                "adding and subtracting h does not end where it began. Save the old value first, and put that back.",
            )
        if changed:
            return Verdict(
                False,
                f"{self.id}: not yet. The numbers are right, but your function changes its input "
                f"{changed}. Build a new array instead: `a * 2` makes one, `a *= 2` writes into a.",
            )
        return Verdict(
            True, f"{self.id}: solved. Your function agrees with the reference in all {len(attempts)} cases."
        )

    def _not_yet(self, why: str, attempt: _Attempt, mistake: Mistake | None = None) -> Verdict:
        lines = [f"{self.id}: not yet. {why}"]
        for name, arg in zip(self._names, attempt.case):
            lines.append(_line(name, show(arg)))
        if attempt.got is not None:
            got, expected = show_both(attempt.got, attempt.expected)
            lines += [_line("expected", expected), _line("got", got)]
        elif attempt.expected.size:
            lines.append(_line("expected", show(attempt.expected)))
        return Verdict(False, "\n".join(lines), mistake)


def call(yours: Callable, *args: Any) -> tuple[Any, BaseException | None]:
    """What `yours` returned, or what it raised; `NotAttempted` if it is still the stub."""
    try:
        value = yours(*args)
    except NotImplementedError:
        raise NotAttempted from None
    except OutOfTime:
        raise
    except BaseException as error:
        return None, error
    if value is ... or value is NotImplemented or (value is None and is_stub(yours)):
        raise NotAttempted
    return value, None


def _made(mistake: Mistake, attempts: list[_Attempt]) -> bool:
    """Whether every attempt gave exactly what the mistake gives."""
    return any(attempt.got is not None for attempt in attempts) and any(
        all(_gives(answer, attempt) for attempt in attempts) for answer in (mistake.answer, *mistake.also)
    )


def _gives(answer: Callable[..., Any], attempt: _Attempt) -> bool:
    try:
        value = np.array(answer(*copy.deepcopy(attempt.case)))
    except Exception as error:
        return attempt.raised is type(error)
    return attempt.got is not None and agree(_without_noise(attempt.got), _without_noise(value))


def _without_noise(array: np.ndarray) -> np.ndarray:
    """Numbers beyond 1e12 as infinity: a mistake that divides by what should be 0 gets rounding noise there."""
    return np.where(np.abs(array) > 1e12, np.inf, array)


def _same(mine: Any, given: Any, rounding: float = 0.0) -> bool:
    """Whether an argument is still as it was given.  Random generators are meant to change."""
    if rounding and isinstance(given, np.ndarray) and given.dtype.kind == "f":
        return np.shape(mine) == given.shape and np.allclose(mine, given, rtol=rounding, atol=rounding, equal_nan=True)
    if isinstance(given, np.ndarray | list | tuple | float | int):
        return np.array_equal(mine, given, equal_nan=True)
    return True


def is_stub(yours: Callable) -> bool:
    """Whether a function that returned None has nothing but a docstring, `...`, `pass` and `return` in its body."""
    try:
        definition: Any = ast.parse(textwrap.dedent(inspect.getsource(yours))).body[0]
        body = definition.body if definition.name == yours.__name__ else []
    except Exception:
        return True  # no source, or not a `def`
    return all(
        isinstance(line, ast.Pass)
        or (isinstance(line, ast.Expr | ast.Return) and isinstance(line.value, ast.Constant | None))
        for line in body
    )


def sentence_on(error: BaseException) -> str:
    """One sentence on an exception, with the line of the learner's code it came from."""
    frames = traceback.extract_tb(error.__traceback__)[1:]  # the first is that of `call`
    own = [frame.line for frame in frames if frame.filename == frames[0].filename]
    where = f" at `{one_line(own[-1])}`" if own and own[-1] else ""
    try:
        text = textwrap.shorten(str(error), 200)
    except Exception:
        text = ""
    return f"Your function raised {type(error).__name__}{': ' if text else ''}{text}{where}."


def _line(label: str, text: str) -> str:
    return f"  {label:<10}{text.replace(chr(10), chr(10) + ' ' * 12)}"
