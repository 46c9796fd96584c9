"""LaTeX formulas as MathML, for site and decks: no script, no network, and a screen reader can read them."""

import re
from functools import cache
from xml.etree import ElementTree

from docutils import nodes
from latex2mathml.converter import convert

DIGITS = {"bold": 0x1D7CE, "double-struck": 0x1D7D8}  # to browsers these are characters of their own
LIMITS = {"max", "min"}
CLOSE = {"|", "‖", "/", "∂"}
ENDS = {")", "]", "}", "|", "‖", "!"}
THIN = "0.1667em"


@cache
def mathml(tex: str, block: bool = False) -> str:
    """The formula as a `<math>` element; ValueError where it is not LaTeX that latex2mathml knows."""
    words = re.sub(r"\\mathrm\s*\{([A-Za-z]+)\}", r"\\text{\1}", tex)  # one word, not a row of letters
    try:
        math = ElementTree.fromstring(convert(words.strip(), display="block" if block else "inline"))
    except Exception as error:
        raise ValueError(f"latex2mathml cannot read the formula {tex!r}: {error!r}") from error
    for row in math.iter():
        space_as_tex(list(row))
    for element in math.iter():
        name = element.tag.rpartition("}")[2]
        text = (element.text or "").strip()
        if text.startswith("\\"):
            raise ValueError(f"latex2mathml does not know {text} of the formula {tex!r}")
        if name == "mn" and (zero := DIGITS.get(element.attrib.pop("mathvariant", ""))):
            element.text = "".join(chr(zero + int(digit)) if digit.isdigit() else digit for digit in text)
        if name == "mo" and text in ("‖", "¯"):
            element.set("stretchy", "false")
        if block and name == "msub" and (element[0].text or "").strip() in LIMITS:
            element.tag = element.tag.replace("msub", "munder")
    ElementTree.register_namespace("", "http://www.w3.org/1998/Math/MathML")
    return ElementTree.tostring(math, encoding="unicode")


def space_as_tex(row: list[ElementTree.Element]) -> None:
    """Spaces around operators where MathML differs from TeX: |x| and a/b close up, and so does the minus of x = −y."""
    for before, element, after in zip([None, *row], row, [*row[1:], None]):
        operator = next((one for one in (element, *element[:1]) if one.tag.endswith("}mo")), None)
        if operator is None:
            continue
        text = (operator.text or "").strip()
        if text in CLOSE:
            operator.attrib.update(lspace="0", rspace="0")
        elif text.isalpha() and text != "∂":
            operator.set("lspace", THIN if before is not None and not is_operator(before) else "0")
            operator.set("rspace", THIN if after is not None and not is_operator(after) else "0")
        elif text in ("−", "+", "-") and before is not None and is_operator(before):
            operator.set("form", "prefix")


def is_operator(element: ElementTree.Element) -> bool:
    """Something after which a minus is a sign; a closing bracket is not."""
    text = (element.text or "").strip()
    return element.tag.endswith("}mspace") or (element.tag.endswith("}mo") and text not in ENDS)


def visit_inline(self, node: nodes.math) -> None:
    self.body.append(mathml(node.astext()))
    raise nodes.SkipNode


def visit_block(self, node: nodes.math_block) -> None:
    self.body.append(f'<div class="math">{mathml(node.astext(), block=True)}</div>')
    raise nodes.SkipNode
