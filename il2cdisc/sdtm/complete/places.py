"""Raw places of the records that a step tells a problem of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2cdisc.base.numbers import Flags
from il2cdisc.base.problems import Address, at_record
from il2cdisc.base.rowids import id_columns
from il2cdisc.sdtm.complete.mapped import MappedDataset, decimal_commas


@dataclass(frozen=True)
class RawPlaces:
    """Where the records of a mapped dataset come from; nothing is known without `address`."""

    item: MappedDataset | None = None
    address: Callable[[str, int, str], Address] | None = None

    @property
    def dataset(self) -> str:
        """Name of the mapped dataset; "" where nothing is known."""
        return "" if self.item is None else self.item.name

    def decimal_commas(self, frame: pd.DataFrame, variable: str) -> Flags:
        """Rows of `frame` whose `variable` comes from a form with a decimal comma."""
        if self.item is None:
            return np.zeros(len(frame), dtype=bool)
        return decimal_commas(frame, self.item.sources.get(variable, ()), self.item.decimals)

    def of(self, where: pd.Series, variable: str = "") -> list[Address]:
        """Raw places of the rows in `where` (boolean, on the index of the mapped frame), in their order.

        With the raw column that `variable` was made of: of a gathered row the field that it came from. A row
        without one raw record is named by its subject.
        """
        if self.item is None or self.address is None:
            return []
        rows = self.item.frame.loc[where[where].index]
        sources = self.item.sources.get(variable, ())
        numbers = {name[1:]: rows[name].tolist() for name in id_columns(rows)}
        known = [s.partition(".")[0] for s in sources]
        own = [form for form in dict.fromkeys([*known, *numbers]) if form in numbers]
        fields = rows["field"].tolist() if "field" in rows else [None] * len(rows)
        subjects = rows["USUBJID"].tolist() if "USUBJID" in rows else [""] * len(rows)
        found: list[Address] = []
        for place, (field, subject) in enumerate(zip(fields, subjects, strict=True)):
            gathered = isinstance(field, str) and (field in sources or not sources)
            for form in [str(field).partition(".")[0]] if gathered else own:
                number = numbers[form][place] if form in numbers else None
                if isinstance(number, int):
                    own_source = next((s for s in sources if s.startswith(f"{form}.")), "")
                    source = str(field) if gathered else own_source
                    found.append(self.address(form, number, source.partition(".")[2]))
                    break
            else:
                found.append(at_record(self.item.name, str(subject), column=variable))
        return list(dict.fromkeys(found))


NOWHERE = RawPlaces()
