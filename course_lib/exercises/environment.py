"""Is everything installed that the course needs? Said in plain words, with what to do if not."""

import html
import sys
from dataclasses import dataclass
from importlib import metadata
from typing import Any

PACKAGE = "course-lib"


@dataclass(frozen=True)
class Need:
    """One thing the course needs. `found` is the installed version, None if there is none."""

    name: str
    needs: str
    found: str | None
    good: bool


@dataclass(frozen=True, repr=False)
class Environment:
    """What was found. The plain text names no versions, so that it is the same on every sound machine."""

    needs: tuple[Need, ...]

    @property
    def good(self) -> bool:
        return all(need.good for need in self.needs)

    def __repr__(self) -> str:
        if self.good:
            return f"Everything is here: {', '.join(need.name for need in self.needs)}."
        bad = [
            f"{need.name} {need.needs} is needed, {need.found or 'nothing'} was found."
            for need in self.needs
            if not need.good
        ]
        cure = "Close JupyterLab and run `make lab` in the folder of the course: it installs what is missing."
        return "\n".join([*bad, cure])

    def html(self) -> str:
        """What a notebook stores: it names no versions either."""
        return "".join(f"<p>{html.escape(line)}</p>" for line in repr(self).splitlines())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        bundle: dict[str, Any] = {"text/plain": repr(self), "text/html": self.html()}
        if metadata_of("ipywidgets") is not None:
            import ipywidgets

            rows = "".join(
                f"<tr><td>{html.escape(need.name)}</td><td>{html.escape(need.found or 'missing')}</td>"
                f"<td>needs {html.escape(need.needs)}</td></tr>"
                for need in self.needs
            )
            bundle = ipywidgets.HTML(f"{self.html()}<table>{rows}</table>")._repr_mimebundle_() | bundle
        return bundle


def check_environment() -> Environment:
    """Compare Python and the installed packages with what the course's own metadata asks for."""
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

    asked = metadata.metadata(PACKAGE)
    python = ".".join(map(str, sys.version_info[:3]))
    needs = [Need("Python", asked["Requires-Python"], python, python in SpecifierSet(asked["Requires-Python"]))]
    for text in metadata.requires(PACKAGE) or []:
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue  # an extra, which no chapter needs
        found = metadata_of(requirement.name)
        good = found is not None and requirement.specifier.contains(found, prereleases=True)
        needs.append(Need(requirement.name, str(requirement.specifier) or "any version", found, good))
    return Environment(tuple(needs))


def metadata_of(name: str) -> str | None:
    """The installed version of a package, None if it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
