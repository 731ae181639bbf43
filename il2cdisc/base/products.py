"""Products: what a build writes. A product's parameters are its dependencies, as a mapping's are."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Product:
    """One thing that a build writes.

    `write(folder, ...)` gets the folder of the product (`folder` within that of the build) and, for each
    further parameter, the resource of that name, or of the name that `given` has for it. What it returns is
    the resource `name` for later products. `title` is the line that announces it; empty for none.
    """

    name: str
    write: Callable[..., object]
    folder: str = ""
    title: str = ""
    given: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def needs(self) -> dict[str, str]:
        """Parameter → the resource that it takes.

        >>> def write(folder, datasets, created): ...
        >>> Product("files", write, given={"datasets": "sdtm"}).needs
        {'datasets': 'sdtm', 'created': 'created'}
        """
        names = list(inspect.signature(self.write).parameters)[1:]
        return {name: self.given.get(name, name) for name in names}
