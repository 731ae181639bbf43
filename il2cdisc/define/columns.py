"""The columns of a finished dataset as a define.xml asks for them: distinct values and codes."""

from __future__ import annotations

from il2cdisc.base.columns import CodedColumn, CodedTable
from il2cdisc.base.datasets import Variable
from il2cdisc.base.stored import AnyDataset
from il2cdisc.spec.models import Spec
from il2cdisc.spec.where import columns


class MadeColumns:
    """A dataset with records, column by column; those that are asked for more than once are kept."""

    def __init__(self, dataset: AnyDataset) -> None:
        self._dataset = dataset
        self.rows = dataset.rows
        self.by_name: dict[str, Variable] = {variable.name: variable for variable in dataset.variables}
        self._kept: dict[str, CodedColumn] = {}

    def __contains__(self, name: str) -> bool:
        return name in self.by_name

    def column(self, name: str) -> CodedColumn:
        """A column that is asked for once."""
        return self._kept[name] if name in self._kept else self._dataset.column(name)

    def kept(self, name: str) -> CodedColumn:
        """A column that will be asked for again."""
        if name not in self._kept:
            self._kept[name] = self._dataset.column(name)
        return self._kept[name]

    def is_empty(self, name: str) -> bool:
        """Whether no record has a value."""
        return not len(self.column(name).values)

    def asked(self, spec: Spec) -> CodedTable:
        """The columns that the where-clauses of the dataset's value level name."""
        wheres = {row.where for row in spec.value_levels if row.dataset == self._dataset.name}
        clauses = [spec.where_clauses[where] for where in sorted(wheres) if where in spec.where_clauses]
        names = dict.fromkeys(name for clause in clauses for name in columns(clause) if name in self.by_name)
        return CodedTable({name: self.kept(name) for name in names}, self.rows)
