"""The chain rule of one part of a network in words and numbers, phase by phase: what stands beside the graph."""

from collections.abc import Sequence

import numpy as np

from course_lib.experiments.neurons_update import CORRUPT, TRUE, NetworkUpdate
from course_lib.plots import activations
from course_lib.plots.activations import name_of

LINES = {"forward": 3, "loss": 3, "backward": 10, "update": 3}  # the most that `rules` gives
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
INDENT = "   "


def number(value: float, digits: int = 3) -> str:
    """As elsewhere, but what the two windows cancel to up to rounding is 0."""
    return activations.number(0.0 if abs(value) < 1e-15 else value, digits)


def subscript(*numbers: int) -> str:
    """₂₁ for row 2, column 1; ₂,₁₂ where a number has two digits."""
    return (",".join if max(numbers) > 9 else "".join)(str(n).translate(SUBSCRIPTS) for n in numbers)


def symbol(result: NetworkUpdate, name: str, at: tuple[int, ...]) -> str:
    """As in the formulas: W₂₁ is the weight from x₁ to unit 2; with one output there are U₂, c and s."""
    if result.sizes[2] == 1:
        at = {"U": at[:1], "c": (), "s": ()}.get(name, at)
    return name + (subscript(*(i + 1 for i in at)) if at else "")


def title(result: NetworkUpdate) -> str:
    name, at = result.place
    looked_at = symbol(result, name, at)
    if name == "W":
        return f"Weight {looked_at}, from x{subscript(at[1] + 1)} to unit {at[0] + 1}"
    if name == "U":
        return f"Weight {looked_at}, from a{subscript(at[0] + 1)} to {symbol(result, 's', at[1:])}"
    if name == "b":
        return f"Bias {looked_at} of hidden unit {at[0] + 1}"
    return {"x": "Input ", "a": "Hidden unit ", "s": "Output ", "c": "Output bias "}[name] + looked_at


def rules(result: NetworkUpdate, phase: str) -> list[str]:
    """What happens in one phase to the part looked at; an indented line goes on with the one before."""
    return {"forward": _forward, "loss": _loss, "backward": _backward, "update": _update}[phase](result)


def sentence(lines: Sequence[str]) -> str:
    """The lines in a row."""
    return "".join(f" {line.strip()}" if line.startswith(INDENT) else f"; {line}" for line in lines)[2:]


def product(values: Sequence[float]) -> str:
    return " · ".join([number(values[0]), *map(_factor, values[1:])])


def total(products: Sequence[Sequence[float]]) -> str:
    """A sum of products."""
    first, *rest = products
    return " + ".join([product(first), *(" · ".join(map(_factor, values)) for values in rest)])


def _factor(value: float) -> str:
    text = number(value)
    return f"({text})" if text.startswith("−") else text


def _forward(result: NetworkUpdate) -> list[str]:
    name, at = result.place
    looked_at = symbol(result, name, at)
    if name == "x":
        return [f"{looked_at} = {_each(result.x[:, at[0]], result, at[0])}"]
    if name in ("W", "a", "b"):
        i = at[0]
        z, a = f"z{subscript(i + 1)}", f"a{subscript(i + 1)}"
        if result.is_window:
            return [
                f"{window}: {a} = f({number(result.z[m, i])}) = {number(result.a[m, i])}"
                for m, window in enumerate(("true", "corrupt"))
            ]
        if name == "W":
            x = result.x[0, at[1]]
            weight = result.before["W"][at]
            return [
                f"{looked_at} x{subscript(at[1] + 1)} = {product((weight, x))} = {number(weight * x)},",
                f"{INDENT}a part of {z} = {number(result.z[0, i])}",
                f"{a} = f({z}) = {number(result.a[0, i])}",
            ]
        return [
            f"{z} = Σ W{subscript(i + 1)}ⱼ xⱼ + b{subscript(i + 1)} = {number(result.z[0, i])}",
            f"{a} = f({z}) = {name_of(result.activation)}({number(result.z[0, i])})",
            f"{INDENT}= {number(result.a[0, i])}",
        ]
    k = at[-1]
    score = symbol(result, "s", (k,))
    if result.is_window:
        return [f"s = Σ Uᵢ aᵢ = {number(result.s[0, 0])}", f"s_c = Σ Uᵢ a_c,ᵢ = {number(result.s[1, 0])}"]
    if name == "U":
        weight, a = result.before["U"][at], result.a[0, at[0]]
        return [
            f"{looked_at} a{subscript(at[0] + 1)} = {product((weight, a))} = {number(weight * a)},",
            f"{INDENT}a part of {score} = {number(result.s[0, k])}",
        ]
    terms = "Uᵢ aᵢ + c" if result.sizes[2] == 1 else f"Uᵢ{subscript(k + 1)} aᵢ + c{subscript(k + 1)}"
    return [f"{score} = Σ {terms} = {number(result.s[0, k])}"]


def _each(values: np.ndarray, result: NetworkUpdate, entry: int) -> str:
    """An input, or the inputs of both windows with the words they belong to."""
    if not result.is_window:
        return number(values[0])
    word = entry // (result.sizes[0] // len(TRUE))
    return f"{number(values[0])} ({TRUE[word]}), {number(values[1])} ({CORRUPT[word]})"


def _loss(result: NetworkUpdate) -> list[str]:
    s, loss = result.s[:, 0], number(result.loss)
    if result.is_window:
        margin = f"max(0, 1 − {_factor(s[0])} + {_factor(s[1])})"
        return ["J = max(0, 1 − s + s_c)", f"{INDENT}= {margin}", f"{INDENT}= {loss}"]
    if len(result.probability):
        return [f"p₁ = exp(s₁) / Σ exp(sₖ) = {number(result.probability[0])}", f"J = −log p₁ = {loss}"]
    return ["J = ½ (s − 1)²", f"{INDENT}= ½ ({number(s[0])} − 1)² = {loss}"]


def _backward(result: NetworkUpdate) -> list[str]:
    """From J down to the part looked at."""
    name, at = result.place
    outputs = range(result.sizes[2]) if name not in ("U", "s", "c") else at[-1:]
    lines = _score_slopes(result, outputs)
    looked_at = f"∂J/∂{symbol(result, name, at)}"
    both = ", both windows:" if result.is_window else ""
    products = [values for example in result.factors for values in example]
    value = number(sum(float(np.prod(values)) for values in products))
    if name == "s":
        return lines
    if name == "c":
        return [*lines, f"{looked_at} = ∂J/∂{symbol(result, 's', at)} = {value}"]
    if name == "U":
        score = symbol(result, "s", at[1:])
        return [*lines, f"{looked_at} = ∂J/∂{score} · a{subscript(at[0] + 1)}{both}", *_result(result, products, value)]
    if name == "x":
        j = at[0]
        lines += [f"{looked_at} = Σ δᵢ Wᵢ{',' * (j > 8)}{subscript(j + 1)}"]
        if result.is_window:
            true, corrupt = (number(slope) for slope in result.dx[:, j])
            return [*lines, f"{INDENT}= {true} in the true window,", f"{INDENT}{corrupt} in the corrupt one"]
        return [*lines, *_rows(products), f"{INDENT}= {value}"]
    lines += _error_signal(result, at[0])
    if name == "a":
        return lines
    x = f" · x{subscript(at[1] + 1)}" if name == "W" else ""
    return [*lines, f"{looked_at} = δ{subscript(at[0] + 1)}{x}{both}", *_result(result, products, value)]


def _rows(products: list) -> list[str]:
    """A sum of products, in one line for each if it is long."""
    shown = f"= {total(products)}"
    rows = [shown] if len(INDENT + shown) < 44 else shown.replace(" + ", "\n+ ").split("\n")
    return [INDENT + row for row in rows]


def _result(result: NetworkUpdate, products: list, value: str) -> list[str]:
    shown = total(products)
    if result.is_window:
        return [f"{INDENT}= {shown}", f"{INDENT}= {value}"]
    return [f"{INDENT}= {value}" if shown == value else f"{INDENT}= {shown} = {value}"]


def _score_slopes(result: NetworkUpdate, outputs: Sequence[int]) -> list[str]:
    if result.is_window:
        return [f"∂J/∂s = {number(result.ds[0, 0])}, ∂J/∂s_c = {number(result.ds[1, 0])}"]
    if result.sizes[2] == 1:
        return [f"∂J/∂s = s − 1 = {number(result.ds[0, 0])}"]
    return [
        f"∂J/∂s{subscript(k + 1)} = p{subscript(k + 1)}{'' if k else ' − 1'} = {number(result.ds[0, k])}"
        for k in outputs
    ]


def _error_signal(result: NetworkUpdate, i: int) -> list[str]:
    """δ = ∂J/∂a · f′(z),   ∂J/∂a = Σ ∂J/∂sₖ Uₖ."""
    index, U, slope = subscript(i + 1), result.before["U"][i], result.slope[:, i]
    if result.is_window:
        true, corrupt = (
            f"{product((result.ds[m, 0], U[0], slope[m]))} = {number(result.delta[m, i])}" for m in range(2)
        )
        return [f"δ{index} = ∂J/∂s · U{index} · f′(z{index})", f"{INDENT}= {true}", f"corrupt: {corrupt}"]
    below = f"∂J/∂s · U{index}" if len(U) == 1 else f"Σ ∂J/∂sₖ · U{index}ₖ"
    sums = _rows(list(zip(result.ds[0], U, strict=True)))
    value = f"= {number(result.da[0, i])}"
    return [
        f"∂J/∂a{index} = {below}",
        *([f"{sums[0]} {value}"] if len(U) == 1 else [*sums, INDENT + value]),
        f"δ{index} = ∂J/∂a{index} · f′(z{index})",
        f"{INDENT}= {product((result.da[0, i], slope[0]))} = {number(result.delta[0, i])}",
    ]


def _update(result: NetworkUpdate) -> list[str]:
    name, at = result.place
    loss = f"J: {number(result.loss)} → {number(result.loss_after)}"
    if name not in result.before:
        stays = "An input is no parameter: it stays" if name == "x" else "No parameter: it follows from the weights"
        return [stays, loss]
    looked_at = symbol(result, name, at)
    step = f"{number(result.before[name][at])} − {number(result.lr)} · {_factor(result.gradient[name][at])}"
    return [
        f"{looked_at} ← {looked_at} − α ∂J/∂{looked_at}",
        f"{INDENT}= {step} = {number(result.after[name][at])}",
        loss,
    ]
