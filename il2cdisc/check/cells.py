"""Cells that the records of a rule rest on: raw cells behind another dataset, or cells of a workbook."""

from __future__ import annotations

from collections import Counter

import numpy as np

from il2cdisc.base.problems import Address, at_record
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.occurrences import Origin


class Cells:
    """Cells that the records of one rule rest on, and how many records use each."""

    def __init__(self, context: CheckContext, origin: Origin | None) -> None:
        self.context, self.origin = context, origin
        self._rows: Counter[tuple[str, str, int]] = Counter()
        self._known: dict[tuple[str, str, int], Address] = {}
        self._workbook: dict[Address, int] = {}

    def use(self, compared: Compared) -> None:
        """Count the records that were compared with each cell."""
        rows, counts = np.unique(compared.rows[compared.rows >= 0], return_counts=True)
        cells = [(compared.dataset, compared.variable, row) for row in rows.tolist()]
        self._rows.update(dict(zip(cells, counts.tolist(), strict=True)))

    def uses(self) -> dict[Address, int]:
        """Records that use each cell on which a finding rests."""
        used = {address: self._rows[cell] for cell, address in self._known.items()}
        return {**self._workbook, **used}

    def of(self, hit: RuleHit, size: int) -> list[tuple[Address | None, str]]:
        """For each record of a hit the cell that it rests on and what is wrong with it then.

        `size` is the number of records of the dataset.
        """
        if hit.compared is not None:
            rows = zip(hit.compared.rows.tolist(), hit.compared.what, strict=True)
            return [(self._cell(hit.compared, row), what) if row >= 0 else (None, "") for row, what in rows]
        if hit.spec is not None:
            self._workbook[hit.spec] = max(self._workbook.get(hit.spec, 0), hit.out_of or size)
        return [(hit.spec, hit.what if hit.spec else "")] * len(hit.rows)

    def _cell(self, compared: Compared, row: int) -> Address:
        """The raw cell of a row of a dataset, else the record itself."""
        key = (compared.dataset, compared.variable, row)
        if key not in self._known:
            raw = self.origin(compared.dataset, row, compared.variable) if self.origin else ()
            table = self.context.tables[compared.dataset]
            subject = str(table.values("USUBJID", np.array([row]))[0])
            own = at_record(compared.dataset, subject, column=compared.variable)
            self._known[key] = raw[0] if raw and raw[0].column else own
        return self._known[key]
