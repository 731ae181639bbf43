"""What the columns of a mapping may ask while they are computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.numbers import DecimalMark
from il2cdisc.base.problems import Address, Kind, Problems, at_line
from il2cdisc.base.rowids import id_column
from il2cdisc.sdtm.steering import Codes
from il2cdisc.spec.models import Spec

Where = NDArray[np.bool_]
NO_SPEC = Spec(shown="", standard="SDTM", define={}, datasets={})
"""A workbook without datasets."""


@dataclass(frozen=True)
class Context:
    """What a column may ask while it is computed: the workbook, the place of a raw cell, where to report.

    `folder`: where the mapping modules are, for the messages. `decimals`: the decimal mark of each form;
    `codes`: the data dictionary's, by raw column; `became`: what became of a record whose code is not among
    them, by its raw cell. `dataset`: that whose variables are made, "" for qualifiers.
    """

    spec: Spec
    problems: Problems
    address: Callable[[str, int, str], Address]
    folder: str = "mappings/sdtm"
    decimals: Mapping[str, DecimalMark] = field(default_factory=dict[str, DecimalMark])
    codes: Codes = field(default_factory=dict[str, Mapping[str, str]])
    became: dict[Address, str] = field(default_factory=dict[Address, str])
    dataset: str = ""
    in_blocks: bool = False
    """Whether these rows are those of some of the subjects: then all rows are counted, too."""

    def report(
        self,
        kind: Kind,
        name: str,
        rows: pd.DataFrame,
        where: Where,
        source: str,
        what: Callable[[str], str],
        *,
        values: pd.Series | None = None,
    ) -> None:
        """Report a problem for each distinct value in `where`, with the raw cells of all rows that have it.

        `name` is the variable that is made, `source` the raw column `form.COLUMN` of the cells; `values` is
        what is wrong, on the index of `rows`, where that is not the column's own text.
        """
        if not where.any() and not self.in_blocks:
            return
        form, _, column = source.partition(".")
        given = rows.get(source) if values is None else values
        texts = pd.Series(source, index=rows.index, dtype="str") if given is None else given
        of = f"{kind.code} {self.dataset}.{name} {source}"
        out_of = self.problems.look(of, int(texts.notna().sum()))
        if not where.any():
            return
        for value, chosen in _rows_by_value(texts[where]):
            cells = self._cells(rows.loc[chosen], form, column)
            place = cells[0] if cells else Address(file=source)
            self.problems.add(
                kind.at(place, what(value), values=[value], records=cells, out_of=out_of, of=of)
            )

    def _cells(self, rows: pd.DataFrame, form: str, column: str) -> list[Address]:
        """The raw cells of rows, in the order of the raw lines; of a row of several raw lines all of them."""
        if id_column(form) not in rows:
            return []
        ids = rows[id_column(form)].dropna().tolist()
        lines = {int(row) for item in ids for row in (item if isinstance(item, tuple) else (item,))}
        return [self.address(form, row, column) for row in sorted(lines)]


def context_of(spec: Spec) -> Context:
    """A context outside of a build: nothing is known but a workbook, and nothing is reported."""
    return Context(spec, Problems(), lambda form, row, column: at_line(form, row + 1, column))


def _rows_by_value(texts: pd.Series) -> list[tuple[str, pd.Index]]:
    """The distinct values of a column in the order of their first row, and the rows of each."""
    codes, found = pd.factorize(texts, use_na_sentinel=False)
    rows = pd.Series(codes).groupby(codes).indices
    return [(str(value), texts.index[rows[number]]) for number, value in enumerate(found.tolist())]
