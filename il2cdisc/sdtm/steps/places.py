"""Raw places of the records that a step tells a problem of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2cdisc.base.numbers import Flags
from il2cdisc.base.problems import Address
from il2cdisc.base.rowids import id_column, id_columns
from il2cdisc.sdtm.steps.mapped import MappedDataset, decimal_commas

MOST = 200  # raw places that one problem carries


@dataclass(frozen=True)
class Places:
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

        With the raw column that `variable` was made of: of a gathered row the field that it came from.
        """
        if self.item is None or self.address is None:
            return []
        rows = self.item.frame.loc[where[where].index]
        sources = self.item.sources.get(variable, ())
        ids = id_columns(rows)
        forms = list(dict.fromkeys([s.partition(".")[0] for s in sources] + [c[1:] for c in ids]))
        own = [form for form in forms if id_column(form) in ids]
        found: list[Address] = []
        for place in range(min(len(rows), MOST)):
            field = rows["field"].iloc[place] if "field" in rows else None
            gathered = isinstance(field, str) and (field in sources or not sources)
            here = [str(field).partition(".")[0]] if gathered else own
            for form in here:
                number = rows[id_column(form)].iloc[place] if id_column(form) in ids else None
                if number is None or isinstance(number, tuple) or pd.isna(number):
                    continue
                source = (
                    str(field) if gathered else next((s for s in sources if s.startswith(f"{form}.")), "")
                )
                found.append(self.address(form, int(number), source.partition(".")[2]))
                break
        return list(dict.fromkeys(found))


NOWHERE = Places()
