"""What a method of analysis declares about itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from il2cdisc.results.work import Work
from il2cdisc.spec.tlf import Analysis, Display, Kind


def _nothing(display: Display, analysis: Analysis) -> list[str]:
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method: what it makes of `Work`, and what its row of the Analyses sheet may say.

    `statistics` are those that Lines may show; `needs` the headers that must be filled and `takes` those
    that may be; `most` the number of variables that it takes; `numeric` says whether these are numbers.
    `options` are the options that it knows, `naming` those of them that name variables, `numbers` those
    whose variables are numbers. `kind` is the kind of display that it can stand in; `refuse` tells what is
    wrong with the options' values.
    """

    run: Callable[[Work], pd.DataFrame]
    statistics: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    most: int = 100
    numeric: bool = False
    options: tuple[str, ...] = ()
    naming: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    kind: Kind = "Table"
    refuse: Callable[[Display, Analysis], list[str]] = _nothing
