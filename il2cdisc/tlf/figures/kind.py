"""What a kind of figure declares about itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from il2cdisc.tlf.figures.data import FigureData

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class FigureKind:
    """A kind of figure: the method of its analyses, and what draws their results.

    `draw` gets the results and an empty figure of the right size, and gives the alternative text: a sentence
    that says what is on which axis.
    """

    method: str
    draw: Callable[[FigureData, Figure], str]
