"""The columns of a finished dataset as a define.xml asks for them: distinct values, and codes of some."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from il2cdisc.base.columns import CodedColumn, CodedTable
from il2cdisc.base.datasets import Variable
from il2cdisc.base.stored import AnyDataset
from il2cdisc.define.measure import DistinctValues
from il2cdisc.spec.models import Spec
from il2cdisc.spec.where import columns


class MadeColumns:
    """A dataset with records. Columns of codes are kept: those that the value level asks for."""

    def __init__(self, dataset: AnyDataset) -> None:
        self._dataset = dataset
        self.rows = dataset.rows
        self.by_name: dict[str, Variable] = {variable.name: variable for variable in dataset.variables}
        self._kept: dict[str, CodedColumn] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.by_name

    def column(self, name: str) -> CodedColumn:
        """A column, kept for the next time."""
        return self.table([name])[name]

    def table(self, names: Collection[str]) -> CodedTable:
        """Columns, kept for the next time."""
        missing = [name for name in names if name not in self._kept]
        self._kept |= self._dataset.table(missing).columns if missing else {}
        return CodedTable({name: self._kept[name] for name in names}, self.rows)

    def is_empty(self, name: str) -> bool:
        """Whether no record has a value."""
        return self._dataset.is_empty(name)

    def distinct(self, names: Collection[str]) -> dict[str, DistinctValues]:
        """The distinct values of some columns."""
        found = self._dataset.distinct([name for name in names if name in self.by_name])
        return {name: v if isinstance(v, np.ndarray) else v.tolist() for name, v in found.items()}

    def asked(self, spec: Spec) -> CodedTable:
        """The columns that the where-clauses of the dataset's value level name."""
        wheres = {row.where for row in spec.value_levels if row.dataset == self._dataset.name}
        clauses = [spec.where_clauses[where] for where in sorted(wheres) if where in spec.where_clauses]
        names = dict.fromkeys(name for clause in clauses for name in columns(clause) if name in self.by_name)
        return self.table(list(names))
