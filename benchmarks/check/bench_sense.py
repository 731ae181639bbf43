"""Seconds and memory of the checks of the data's sense over a built trial, and over many times its subjects.

python benchmarks/check/bench_sense.py outputs/sdtm specs/sdtm.xlsx 100
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from il2cdisc.base.columns import CodedColumn, CodedTable, narrow
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.read import read_package
from il2cdisc.check.rules import all_rules
from il2cdisc.check.table import CheckedTable
from il2cdisc.spec.load import load_spec


def many(context: CheckContext, times: int) -> CheckContext:
    """The package with each subject, and each specimen and kit, so many times."""
    tables = {name: _many(table, times) for name, table in context.tables.items()}
    return CheckContext(context.spec, tables, data_cut=context.data_cut)


def _many(table: CheckedTable, times: int) -> CheckedTable:
    if "USUBJID" not in table.by_name:
        return table
    columns = {name: _column(table.table[name], name, times) for name in table.table.names}
    held = CodedTable(columns, len(table) * times)
    return CheckedTable(table.name, table.label, table.file, table.variables, held, table.spec)


def _column(column: CodedColumn, name: str, times: int) -> CodedColumn:
    if name != "USUBJID" and not name.endswith("REFID"):
        return CodedColumn(column.values, np.tile(column.codes, times))
    texts = [f"{text}-{number:04d}" for number in range(times) for text in column.distinct]
    known, size = column.codes >= 0, len(column.distinct)
    codes = [np.where(known, column.codes.astype("int64") + number * size, -1) for number in range(times)]
    return CodedColumn(pd.Series(texts, dtype="str").array, narrow(np.concatenate(codes), len(texts)))


def main(folder: str, workbook: str, times: str = "1") -> None:
    """Prints the total and the ten slowest checks."""
    context, _ = read_package(Path(folder), load_spec(Path(workbook)))
    context = many(context, int(times)) if int(times) > 1 else context
    taken: list[tuple[float, str, int]] = []
    for rule in all_rules():
        if rule.sense is not None:
            start = time.process_time()
            found = sum(len(hit.rows) for hit in rule.check(context) if isinstance(hit, RuleHit))
            taken.append((time.process_time() - start, f"{rule.kind.code} {rule.name}", found))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    records = sum(map(len, context.tables.values()))
    print(f"{len(taken)} checks, {records:,} records: {sum(t for t, *_ in taken):.2f} s, {most:,.0f} MB")
    for seconds, name, found in sorted(taken, reverse=True)[:10]:
        print(f"  {seconds:.3f} s  {name}  {found:,} records reported")


if __name__ == "__main__":
    main(*sys.argv[1:])
