"""The ledger: no raw column and no raw row is lost without a word."""

from __future__ import annotations

from typing import Any

import pandas as pd

from il2cdisc.base.origins import DroppedColumn, Origin, PlannedVariable
from il2cdisc.base.problems import Problems
from il2cdisc.sdtm import collected, dataset
from il2cdisc.sdtm.ledger import column_ledger, row_ledger

COLUMNS = {"ae": ["ae.ID", "ae.TERM", "ae.INIT", "ae.NEW"], "vs": ["vs.PULSE"]}
PLAN = [
    PlannedVariable("AE", "AETERM", Origin.COLLECTED, ("ae.TERM",), ""),
    PlannedVariable("AE", "AEDECOD", Origin.ASSIGNED, ("ae.TERM",), ""),
]
DROPPED = [DroppedColumn("ae.INIT", "names a person", "AE")]


def lines(table: pd.DataFrame) -> list[str]:
    return [" | ".join(str(v) for v in row) for row in table.itertuples(index=False)]


def told(problems: Problems) -> str:
    return "\n".join(str(p) for p in problems.items)


def test_each_column_has_a_state_and_a_lost_one_stops(problems: Problems, snapshot: Any) -> None:
    table = column_ledger(COLUMNS, PLAN, DROPPED, ["ae.ID"], {"vs": "comes later"}, problems)
    assert lines(table) == [
        "ae | ID | key |  | links the record to its subject",
        "ae | TERM | mapped | AE.AETERM AE.AEDECOD | ",
        "ae | INIT | dropped | AE | names a person",
        "ae | NEW | lost |  | ",
        "vs | PULSE | deferred |  | comes later",
    ]
    assert [p.code for p in problems.stops] == ["MAP008"]
    assert told(problems) == snapshot


def test_a_mapped_column_is_mapped_even_where_one_module_drops_it(problems: Problems) -> None:
    dropped = [*DROPPED, DroppedColumn("ae.TERM", "not here", "CM"), DroppedColumn("ae.NEW", "empty", "AE")]
    table = column_ledger(COLUMNS, PLAN, dropped, ["ae.ID"], {"vs": "comes later"}, problems)
    assert lines(table)[1].startswith("ae | TERM | mapped")
    assert not problems


def test_each_row_has_a_state_and_lost_ones_stop(make: Any, problems: Problems, snapshot: Any) -> None:
    form = make.raw_frame("ae", "TERM", [("S1", t) for t in "abcde"])
    mapping = dataset(
        "AE", form.iloc[:2], AETERM=collected("ae.TERM"), left_out={"an empty line": form.iloc[[3]]}
    )
    # rows of `ic` were aggregated: their ids are tuples
    made = pd.DataFrame(
        {"@ae": pd.Series([0, 1], dtype="Int64"), "@ic": pd.Series([(0, 1), (2,)], dtype="object")}
    )
    table = row_ledger(
        {"ae": 5, "ic": 3, "vs": 2}, {"AE": made}, [mapping], {"vs": "later"}, make.line_of, problems
    )
    assert lines(table) == [
        "ae | left out | 1 | AE | an empty line",
        "ae | mapped | 2 | AE | ",
        "ic | mapped | 3 | AE | ",
        "vs | deferred | 2 |  | later",
    ]
    assert [p.code for p in problems.stops] == ["MAP009"]
    assert told(problems) == snapshot


def test_a_form_that_is_all_mapped_is_quiet(make: Any, problems: Problems) -> None:
    form = make.raw_frame("ae", "TERM", [("S1", "a"), ("S1", "b")])
    mapping = dataset("AE", form, AETERM=collected("ae.TERM"))
    table = row_ledger({"ae": 2}, {"AE": form}, [mapping], {}, make.line_of, problems)
    assert lines(table) == ["ae | mapped | 2 | AE | "]
    assert not problems
