"""A dataset that was received, not made: its records held as distinct values and codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import pandas as pd

from il2cdisc.base.columns import CodedTable, Rows, Values
from il2cdisc.base.datasets import Variable, byte_length, no_edges

PIECE = 100_000
"""Records of a piece: as a frame they take a hundred bytes a cell."""


@dataclass(frozen=True, slots=True)
class ReceivedDataset:
    """A finished dataset as it was received: what `Dataset` is, in a tenth of the memory.

    Records are in the order of the file; nothing leads further back, so that it has no edges. `places`: of
    the records of some subjects, where they are among all; None where all are here.
    """

    name: str
    label: str
    variables: tuple[Variable, ...]
    keys: tuple[str, ...]
    held: CodedTable
    places: Rows | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(variable.name for variable in self.variables)

    @property
    def rows(self) -> int:
        return self.held.rows

    def with_lengths(self, lengths: dict[str, int]) -> ReceivedDataset:
        """The same dataset with the byte lengths given by variable name; others keep theirs."""
        variables = tuple(replace(v, length=lengths.get(v.name, v.length)) for v in self.variables)
        return replace(self, variables=variables)

    def take(self, rows: Rows) -> ReceivedDataset:
        """Some of its records, which know where they are among all.

        >>> import numpy as np
        >>> given = CodedTable.of(pd.DataFrame({"USUBJID": ["S1", "S2", "S1"]}))
        >>> variables = (Variable("USUBJID", "Unique Subject Identifier", "Char", 2),)
        >>> part = ReceivedDataset("DM", "Demographics", variables, (), given).take(np.array([2]))
        >>> part.rows, part.places.tolist()
        (1, [2])
        """
        return replace(self, held=self.held.take(rows), places=rows)

    def longest(self, name: str) -> int:
        """The longest value of a Char variable in UTF-8 bytes; at least 1."""
        return byte_length(pd.Series(self._present(name)))

    def table(self, names: Iterable[str] | None = None) -> CodedTable:
        """The records as distinct values and codes, some columns of them."""
        wanted = self.names if names is None else list(names)
        return CodedTable({name: self.held[name] for name in wanted}, self.rows)

    def is_empty(self, name: str) -> bool:
        """Whether no record has a value of a variable."""
        return not self.held[name].filled

    def distinct(self, names: Iterable[str]) -> dict[str, Values]:
        """The distinct values of some variables."""
        return {name: self._present(name) for name in names}

    def frame(self) -> pd.DataFrame:
        """All records as a frame."""
        return self.held.frame(self.names)

    def frames(self) -> Iterator[pd.DataFrame]:
        """The records in their order, in pieces."""
        for start in range(0, self.rows, PIECE):
            yield self.held.frame(self.names, slice(start, start + PIECE))

    def edge_tables(self) -> Iterator[pd.DataFrame]:
        """No edges, in one piece."""
        yield no_edges()

    def _present(self, name: str) -> Values:
        """The distinct values that records have."""
        column = self.held[name]
        return column.values if self.places is None else column.used().values
