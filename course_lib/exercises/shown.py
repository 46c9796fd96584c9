"""Something a notebook shows: widgets where there is a kernel, text and HTML where there is none."""

from abc import ABC, abstractmethod
from typing import Any

from course_lib import stills
from course_lib.comms import hear_beside_cells

WIDGET = "application/vnd.jupyter.widget-view+json"


class Shown(ABC):
    """The widgets are built when the object is displayed, so that only then `ipywidgets` is imported (110 ms)."""

    _root: Any = None

    @abstractmethod
    def __repr__(self) -> str:
        """Text that is the same for everybody and in every run."""

    @abstractmethod
    def html(self) -> str:
        """The same in HTML: what a stored notebook shows."""

    @abstractmethod
    def widget(self) -> Any:
        """The live form, built anew."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        if self._root is None:
            self._root = self.widget()
            hear_beside_cells(stills.tree(self._root))
        view = self._root._repr_mimebundle_()[WIDGET]
        return {"text/plain": repr(self), "text/html": self.html(), WIDGET: view}

    def close(self) -> None:
        """Take the widgets away: `ipywidgets` keeps every one of them until it is closed."""
        if self._root is not None:
            for widget in list(stills.tree(self._root)):
                widget.close()
            self._root = None

    def leave(self) -> None:
        """Leave the widgets on the pages that show them, with buttons that cannot be pressed, and forget them."""
        if self._root is not None:
            for widget in stills.tree(self._root):
                if widget.has_trait("disabled"):
                    widget.disabled = True
            stills.let_go(self._root)
            self._root = None
