"""What a method of analysis declares about itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from il2cdisc.base.problems import Kind, Problem
from il2cdisc.results.fitted import FittedModel
from il2cdisc.results.options import BadCell
from il2cdisc.results.problems import NOT_ESTIMABLE
from il2cdisc.results.shape import Decimals, ResultRow, RowShape, ShownLine
from il2cdisc.results.work import Work
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line
from il2cdisc.spec.tlf import Kind as DisplayKind


def _nothing(display: Display, analysis: DisplayAnalysis) -> list[str | BadCell]:
    return []


def _no_remarks(analysis: DisplayAnalysis, found: pd.DataFrame) -> list[Problem]:
    return []


def _no_others(analysis: DisplayAnalysis) -> Sequence[str]:
    return ()


def _unlimited() -> dict[str, int]:
    return {}


def _no_statistics() -> dict[str, Decimals]:
    return {}


def _no_rows(
    analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]
) -> Iterable[RowShape]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method: its estimates, the rows that show them, and what its row of the Analyses sheet may say.

    `name` is its name in the column Method. `run` gives results (`frame.frame_of`); `rows` gives the rows of
    the display, from an analysis, the lines that it shows and the rows of its results. A listing has `listed`
    in its place: the table that it shows, with the keys of its records. `statistics` are those
    that Lines may show, with their decimals; `lines` are shown where Lines is empty; a 0 of the statistic
    `alone` is shown without the rest of its cell. `failure` is the kind of problem that is reported where a
    statistic that the display shows has no value.

    `needs` are the headers that must be filled and `takes` those that may be; `most` how many things a cell
    may list, by header; `numeric` says whether the variables are numbers. `options` are the options that it
    knows, `naming` those of them that name variables, `of_subjects` those that name variables of the
    population's dataset, `numbers` those whose variables are numbers. `kind` is the kind of display that it
    makes; `drawn` are the statistics that a figure is drawn of. `refuse` says what is wrong with the values
    of the options. `remark` gives problems of results without a failure, such as a model that is not the
    first one asked for; `report` gives the fitted model behind the results, for an appendix.

    A method of the results of other analyses has `among`, which says, of all displays, what is wrong with
    those that its Levels name, and `others`: the displays beside its own that it takes results of. It is
    computed when all else is.

    Raises `ValueError` for a method that can't be shown: no lines, or a statistic shown that is not made.
    """

    name: str
    run: Callable[[Work], pd.DataFrame]
    rows: Callable[[DisplayAnalysis, Sequence[ShownLine], Sequence[ResultRow]], Iterable[RowShape]] = _no_rows
    listed: Callable[[Work], pd.DataFrame] | None = None
    statistics: Mapping[str, Decimals] = field(default_factory=_no_statistics)
    lines: tuple[Line, ...] = ()
    alone: str = ""
    failure: Kind = NOT_ESTIMABLE
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    most: Mapping[str, int] = field(default_factory=_unlimited)
    numeric: bool = False
    options: tuple[str, ...] = ()
    naming: tuple[str, ...] = ()
    of_subjects: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    kind: DisplayKind = "Table"
    drawn: tuple[str, ...] = ()
    refuse: Callable[[Display, DisplayAnalysis], Sequence[str | BadCell]] = _nothing
    report: Callable[[Work], FittedModel] | None = None
    among: Callable[[Sequence[Display], Display, DisplayAnalysis], Iterable[BadCell]] | None = None
    others: Callable[[DisplayAnalysis], Sequence[str]] = _no_others
    remark: Callable[[DisplayAnalysis, pd.DataFrame], Sequence[Problem]] = _no_remarks

    def __post_init__(self) -> None:
        if (self.kind == "Listing") != (self.listed is not None):
            raise ValueError(f"the method {self.name}: a listing has `listed`, and nothing else has")
        shown = {name for line in self.lines for name in line.statistics}
        shown |= set(self.drawn)
        if not self.lines and self.kind != "Listing" and "Lines" not in self.needs:
            raise ValueError(f"the method {self.name} has no lines and does not need Lines")
        if unknown := sorted(shown - set(self.statistics)):
            raise ValueError(f"the method {self.name} shows statistics that it does not make: {unknown}")
