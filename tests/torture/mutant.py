"""A mutant: one damage to a trial's inputs, and what a build must say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from trial import Trial

Apply = Callable[[Path], None]


@dataclass(frozen=True)
class Mutant:
    """One damage.

    `breaks`: what the inputs state and the damage contradicts. `codes`: the kinds of problem that tell it
    truly, any of them. `place`: the line or cell that must be named, or the file where there is no line.
    `alone`: it moves lines, stops the build or changes much, and shares no build with others.
    """

    mutator: str
    name: str
    breaks: str
    codes: frozenset[str]
    place: str
    apply: Apply
    alone: bool = False
    outcome: str = ""
    """`stop` or `finding`, where that was foretold."""
    words: tuple[str, ...] = ()
    """Any of them tells it where no code was foretold."""

    @property
    def cell(self) -> str:
        """What two mutants of one build may not share: the line or cell without the column."""
        return self.place.partition(" ")[0]


Mutator = Callable[[Trial, Random], Iterator[Mutant]]


def codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


def family(prefix: str, first: int, last: int) -> str:
    """Codes of one prefix: `family("SPC", 130, 132)` gives `SPC130 SPC131 SPC132`."""
    return " ".join(f"{prefix}{number:03}" for number in range(first, last + 1))
