"""The ledger: every raw column and every raw row is mapped, dropped with a reason, or deferred."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from il2cdisc.base.origins import DroppedColumn, PlannedVariable
from il2cdisc.base.problems import Address, Problems
from il2cdisc.base.rowids import id_columns
from il2cdisc.base.rows import in_order
from il2cdisc.sdtm.mapping import Mapped
from il2cdisc.sdtm.problems import COLUMN_LOST, QUERIED, ROWS_LOST


def column_ledger(
    columns: Mapping[str, Iterable[str]],
    plan: Iterable[PlannedVariable],
    dropped: Iterable[DroppedColumn],
    keys: Iterable[str],
    deferred: Mapping[str, str],
    problems: Problems,
    place: Callable[[str, str], Address] = lambda form, column: Address(file=form, column=column),
) -> pd.DataFrame:
    """One row a raw column: `form`, `column`, `state` (mapped, key, dropped, deferred), `where`, `reason`.

    `columns`: raw columns `form.COLUMN` by form; `keys`: columns that link uses; `deferred`: form → reason;
    `place`: where a form's column stands. A column without a state is told (it stops a build).
    """
    used: dict[str, list[str]] = {}
    for variable in plan:
        for source in variable.sources:
            used.setdefault(source, []).append(f"{variable.dataset}.{variable.variable}")
    out: dict[str, list[DroppedColumn]] = {}
    for item in dropped:
        out.setdefault(item.column, []).append(item)
    linking = set(keys)
    lines: list[dict[str, str]] = []
    for form, names in columns.items():
        for name in names:
            state, where, reason = "", "", ""
            if name in used:
                state, where = "mapped", " ".join(dict.fromkeys(used[name]))
            elif name in linking:
                state, reason = "key", "links the record to its subject"
            elif name in out:
                state, where, reason = "dropped", out[name][0].dataset, out[name][0].reason
            elif form in deferred:
                state, reason = "deferred", deferred[form]
            else:
                what = f"{name} is neither mapped nor dropped"
                problems.add(COLUMN_LOST.at(place(form, name.partition(".")[2]), what))
                state = "lost"
            column = name.partition(".")[2]
            lines.append({"form": form, "column": column, "state": state, "where": where, "reason": reason})
    return pd.DataFrame(lines, columns=["form", "column", "state", "where", "reason"]).astype("str")


def row_ledger(
    sizes: Mapping[str, int],
    made: Mapping[str, pd.DataFrame],
    mappings: Iterable[Mapped],
    deferred: Mapping[str, str],
    address: Callable[[str, int, str], Address],
    problems: Problems,
    withheld: Mapping[str, str] = MappingProxyType({}),
) -> pd.DataFrame:
    """One row a form and state: `form`, `state`, `rows`, `where`, `reason`; rows without a state are told.

    `sizes`: rows by form; `made`: frames of mapped datasets with their row ids. `deferred` and `withheld`:
    why rows of a form need no state, as its domain comes later, or as the build is blinded.
    """
    seen = {form: np.zeros(size, dtype=bool) for form, size in sizes.items()}
    lines: list[dict[str, object]] = []

    def mark(frame: pd.DataFrame, state: str, where: str, reason: str) -> None:
        for column in id_columns(frame):
            form = column[1:]
            if form not in seen:
                continue
            ids = _flat(frame[column])
            if len(ids):
                seen[form][ids] = True
                row = {"form": form, "state": state, "rows": len(ids), "where": where, "reason": reason}
                lines.append(row)

    for name, frame in made.items():
        mark(frame, "mapped", name, "")
    for mapping in mappings:
        for reason, rows in (*mapping.left_out, *mapping.queried):
            mark(rows, "left out", mapping.name, reason)
        for what, rows in mapping.queried:
            _query(what, rows, sizes, address, problems)
    for form, flags in seen.items():
        missing = np.flatnonzero(~flags)
        if not len(missing):
            continue
        for state, reasons in (("deferred", deferred), ("withheld", withheld)):
            if form in reasons:
                row = {"form": form, "state": state, "rows": len(missing), "where": ""}
                lines.append({**row, "reason": reasons[form]})
                break
        if form in deferred or form in withheld:
            continue
        places = [address(form, int(row), "") for row in missing]
        what = f"rows of {form} are neither mapped nor left out"
        problems.add(ROWS_LOST.at(places[0], what, records=places, out_of=len(flags)))
    table = pd.DataFrame(lines, columns=["form", "state", "rows", "where", "reason"])
    order = in_order([table[name] for name in ("form", "state", "where", "reason")])
    return table.take(order).reset_index(drop=True)


def _query(
    what: str,
    rows: pd.DataFrame,
    sizes: Mapping[str, int],
    address: Callable[[str, int, str], Address],
    problems: Problems,
) -> None:
    """A finding at the raw lines of rows that are left out because something is missing or wrong."""
    for column in id_columns(rows):
        form = column[1:]
        places = [address(form, int(row), "") for row in _flat(rows[column])]
        if places:
            problems.add(QUERIED.at(places[0], f"{what}; left out", records=places, out_of=sizes[form]))


def _flat(ids: pd.Series) -> np.ndarray:
    if ids.dtype == object:
        ids = pd.to_numeric(ids.explode(), errors="coerce")
    found = np.unique(ids.to_numpy("int64", na_value=-1))
    return found[found >= 0]
