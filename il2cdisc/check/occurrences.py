"""Records of a dataset as occurrences of a finding: named for a person, with an id that lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Address
from il2cdisc.check.findings import Finding, Occurrence
from il2cdisc.check.ids import record_id
from il2cdisc.check.table import CheckedTable, Rows, number_text

Origin = Callable[[str, int, str], Sequence[Address]]
"""`origin(dataset, row, variable)`: the raw lines behind a record, row counted from 0."""
GIVEN = ("STUDYID", "DOMAIN")  # the same in every record


def occurrences(
    code: str, table: CheckedTable, rows: Rows, variable: str, origin: Origin | None = None
) -> list[Occurrence]:
    """An occurrence for each of some rows of a dataset; `code` is the rule's, `variable` may be empty."""
    subjects = _column(table, "USUBJID", rows)
    numbers = _numbers(table, rows)
    values = _column(table, variable, rows)
    keys = natural_keys(table, rows)
    known = zip(rows.tolist(), subjects, numbers, values, keys, strict=True)
    return [
        Occurrence(
            id=record_id(code, (table.name, *key), variable, value),
            where=_in_words(table, row, subject, f"{seq}={number}" if number else "", variable),
            dataset=table.name,
            variable=variable,
            usubjid=subject,
            seq=int(number) if number.isdecimal() else 0,
            row=row + 1,
            value=value,
            source=tuple(origin(table.name, row, variable)) if origin else (),
        )
        for row, subject, (seq, number), value, key in known
    ]


def with_natural_ids(findings: Iterable[Finding], tables: Mapping[str, CheckedTable]) -> Iterator[Finding]:
    """Findings of another program, whose records have ids by their natural keys instead of their numbers."""
    for finding in findings:
        table = tables.get(finding.dataset)
        known = table is not None and all(0 < item.row <= len(table) for item in finding.records)
        if table is None or not known or not finding.records:
            yield finding
            continue
        keys = natural_keys(table, np.array([item.row - 1 for item in finding.records], dtype="int64"))
        yield replace(
            finding,
            records=tuple(
                item._replace(id=record_id(finding.code, (table.name, *key), item.variable, item.value))
                for item, key in zip(finding.records, keys, strict=True)
            ),
        )


def natural_keys(table: CheckedTable, rows: Rows) -> list[tuple[str, ...]]:
    """What tells some records from all others: subject and the workbook's keys, --SEQ only without better.

    Of a dataset that the workbook does not know: subject and position.
    """
    names = [name for name in table.keys if name not in GIVEN]
    others = [name for name in names if name != table.seq]
    names = others if any(name != "USUBJID" for name in others) else names
    columns = [_column(table, name, rows) for name in dict.fromkeys(["USUBJID", *names])]
    if not names:
        columns.append([str(row + 1) for row in rows.tolist()])
    return list(zip(*columns, strict=True))


def _column(table: CheckedTable, name: str, rows: Rows) -> list[str]:
    """Values of a column at some rows as text, missing as ""; all empty when there is no such column."""
    if name not in table.by_name:
        return [""] * len(rows)
    return ["" if pd.isna(value) else _text(value) for value in table.values(name, rows)]


def _numbers(table: CheckedTable, rows: Rows) -> list[tuple[str, str]]:
    """Sequence variable and number of some rows; of a supplemental record those of its parent record."""
    if table.seq or not {"IDVAR", "IDVARVAL"} <= set(table.by_name):
        return [(table.seq, number) for number in _column(table, table.seq, rows)]
    parents = zip(_column(table, "IDVAR", rows), _column(table, "IDVARVAL", rows), strict=True)
    return [(name, number) if name.endswith("SEQ") else ("", "") for name, number in parents]


def _text(value: object) -> str:
    return number_text(value) if isinstance(value, float) else str(value)


def _in_words(table: CheckedTable, row: int, subject: str, number: str, variable: str) -> str:
    """A record in words: by subject and number (`LBSEQ=3`) where they tell it, else also by its position."""
    parts = [table.name]
    if subject:
        parts.append(f"USUBJID={subject}")
    if number:
        parts.append(number)
    one_each = table.spec is not None and set(table.spec.keys) == {"STUDYID", "USUBJID"}
    if not subject or not (number or one_each):
        parts.append(f"record {row + 1}")
    return " ".join([*parts, variable] if variable else parts)
