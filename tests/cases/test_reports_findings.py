"""One cause is one finding; ids last; merging depends on no order: at the level of rules and findings."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.base.datasets import Variable
from il2cdisc.base.problems import Address, Kind, Severity, at_cell, at_line
from il2cdisc.check.causes import by_cause
from il2cdisc.check.context import Context
from il2cdisc.check.findings import Finding, Level, Occurrence, from_problem, grouped, merged
from il2cdisc.check.rules import all_rules
from il2cdisc.check.run import run_rules
from il2cdisc.check.table import Table
from il2cdisc.spec.models import DatasetSpec, Plausibility, Spec, VariableSpec
from il2cdisc.spec.workbook import Place

DM = {"USUBJID": ["S1", "S2"], "RFICDTC": ["2020-11-04", "2020-01-01"]}
LATE = Kind("RAW1", "Late", Severity.FINDING, "Ask.")


def table(name: str, keys: tuple[str, ...] = (), **columns: list[str | float]) -> Table:
    """A dataset of texts and numbers as it is re-read, specified by its own columns."""
    frame = pd.DataFrame(
        {n: pd.Series(v, dtype="float64" if isinstance(v[0], float) else "str") for n, v in columns.items()}
    )
    variables = tuple(Variable(n, n, "Num" if frame[n].dtype == "float64" else "Char", 8) for n in columns)
    specs = tuple(VariableSpec(order=1, dataset=name, name=n, label=n) for n in columns)
    spec = DatasetSpec(name=name, label=name, class_="FINDINGS", keys=keys, variables=specs)
    return Table(name, name, f"{name}.xpt", variables, frame, spec)


def findings(code: str, *tables: Table, **sheets: object) -> list[Finding]:
    """Findings of one rule; a record comes from the line of its number, its variable from a column."""
    spec = Spec.model_validate(
        {"shown": "sdtm.xlsx", "standard": "SDTM", "define": {}, "datasets": {}, **sheets}
    )
    context = Context(spec, {item.name: item for item in tables})
    rules = [rule for rule in all_rules() if rule.kind.code == code]

    def origin(dataset: str, row: int, variable: str) -> list[Address]:
        return [at_line(f"raw/{dataset.lower()}.csv", row // 2 + 2, variable)]

    return list(grouped(run_rules(context, rules=rules, origin=origin)).findings)


def lab(*days: str) -> Table:
    count = len(days)
    return table("LB", USUBJID=["S1"] * count, LBSEQ=[float(n) for n in range(count)], LBDTC=list(days))


def test_2_one_late_consent_is_one_finding_at_its_cell() -> None:
    exams = table("VS", USUBJID=["S1", "S1", "S2"], VSDTC=["2020-01-05", "2020-12-24", "2020-01-02"])
    (found,) = findings("CHK051", table("DM", **DM), lab("2020-01-06", "2020-02-01", "2020-12-01"), exams)
    assert found.where == "raw/dm.csv:2 RFICDTC"
    assert found.what == "the informed consent of 2020-11-04 is after dates of the subject"
    assert (found.count, found.out_of) == (3, 5)
    assert [(item.dataset, item.variable, item.value) for item in found.records] == [
        ("LB", "LBDTC", "2020-01-06"),
        ("LB", "LBDTC", "2020-02-01"),
        ("VS", "VSDTC", "2020-01-05"),
    ]
    assert found.records[0].what == "the date is before the informed consent of 2020-11-04"


def test_2_less_than_half_of_the_records_stay_at_their_own_raw_cells() -> None:
    days = ["2020-01-06"] * 4 + ["2020-12-01"] * 5
    one, two = findings("CHK051", table("DM", **DM), lab(*days))
    assert [one.where, two.where] == ["raw/lb.csv:2 LBDTC", "raw/lb.csv:3 LBDTC"]
    assert [one.count, two.count] == [2, 2]
    assert one.what == "the date is before the informed consent of 2020-11-04"


def test_2_two_records_have_no_common_cause() -> None:
    found = findings("CHK051", table("DM", **DM), table("VS", USUBJID=["S1"], VSDTC=["2020-01-05"]))
    assert [item.where for item in found] == ["VS USUBJID=S1 record 1 VSDTC"]


def test_2_a_wrong_limit_is_one_finding_at_the_workbook() -> None:
    place = Place("sdtm.xlsx", "Plausibility", 4, {"Low": 3})
    limits = Plausibility(place=place, dataset="LB", testcd="K", low=30)

    def of(*values: float) -> list[Finding]:
        rows = len(values)
        data = table("LB", USUBJID=["S1"] * rows, LBTESTCD=["K"] * rows, LBSTRESN=list(values))
        return findings("CHK055", data, plausibility=(limits,))

    (found,) = of(*[4.0] * 12, *[31.0] * 8)
    assert (found.where, found.count, found.out_of) == ("sdtm.xlsx!Plausibility!C4", 12, 20)
    (found,) = of(*[4.0] * 12, *[31.0] * 80)
    assert (found.cause, found.count, found.out_of) == (None, 12, 92)


def test_3_an_id_lasts_while_lines_and_numbers_change_and_not_when_the_value_does() -> None:
    keys = ("STUDYID", "USUBJID", "LBTESTCD", "LBSEQ")
    limits = Plausibility(dataset="LB", testcd="K", high=9)

    def ids(*rows: tuple[str, float]) -> dict[str, str]:
        data = table(
            "LB", keys,
            USUBJID=[subject for subject, _ in rows],
            LBSEQ=[float(n) for n in range(1, len(rows) + 1)],
            LBTESTCD=["K"] * len(rows),
            LBSTRESN=[value for _, value in rows],
        )  # fmt: skip
        found = findings("CHK055", data, plausibility=(limits,))
        return {record.usubjid: record.id for item in found for record in item.records}

    before = ids(("S1", 10.0), ("S2", 12.0))
    assert ids(("S0", 4.0), ("S1", 10.0), ("S2", 12.0)) == before
    assert ids(("S1", 11.0), ("S2", 12.0))["S1"] != before["S1"]
    assert ids(("S1", 11.0), ("S2", 12.0))["S2"] == before["S2"]


def test_3_records_that_are_alike_have_ids_of_their_own() -> None:
    place = at_line("raw/ae.csv", 3, "AETERM")
    problem = LATE.at(place, "x", values=["v"], records=[place, replace(place, line=7)])
    (found,) = grouped([from_problem(problem, lambda _: (("ae", "S1", "1"), "v"))]).findings
    first, second = (record.id for record in found.records)
    assert second == f"{first}-2"


def test_6_a_missing_translation_is_a_problem_for_each_value_with_all_of_its_cells() -> None:
    cells = [at_line("raw/ae.csv", line, "AETERM") for line in range(2, 206)]
    finding = from_problem(LATE.at(cells[0], "'tosse' is not translated", values=["tosse"], records=cells))
    assert finding.count == 204
    assert {record.value for record in finding.records} == {"tosse"}


CELLS = [at_cell("sdtm.xlsx", "Ranges", "B", 3), at_line("raw/ic.csv", 3, "ICDAT")]


@st.composite
def some_findings(draw: st.DrawFn) -> list[Finding]:
    def one(number: int) -> Finding:
        cell = draw(st.sampled_from([None, *CELLS]))
        dataset = draw(st.sampled_from(["AE", "LB"]))
        record = Occurrence(f"R-{number:012X}", f"{dataset} {number}", dataset, usubjid=f"S{number % 3}")
        what = draw(st.sampled_from(["early", "late"]))
        return Finding(
            "CHK1", "T", Level.ERROR, what, (record,), dataset=dataset, rests_on=cell, explained="c"
        )

    return [one(number) for number in range(draw(st.integers(0, 12)))]


@given(some_findings(), st.randoms(use_true_random=False), st.integers(0, 12))
def test_1_merging_depends_on_no_order_and_loses_no_record(given_, random, cut: int) -> None:
    uses = Counter({("CHK1", cell): 5 for cell in CELLS})
    shuffled = list(given_)
    random.shuffle(shuffled)
    parts = [*merged(shuffled[:cut]), *merged(shuffled[cut:])]  # as two blocks of subjects would give them
    whole = grouped(by_cause(merged(given_), uses))
    assert grouped(by_cause(merged(parts), uses)) == whole
    held = [record.id for finding in whole.findings for record in finding.records]
    assert sorted(held) == sorted(item.records[0].id for item in given_)


def test_1_thousands_of_records_of_one_cause_are_cheap() -> None:
    from time import process_time

    count = 35_000
    data = table("LB", USUBJID=["S1"] * count, LBSEQ=np.arange(count, dtype=float).tolist(),
                 LBDTC=["2020-01-06"] * count)  # fmt: skip
    started = process_time()
    (found,) = findings("CHK051", table("DM", **DM), data)
    assert process_time() - started < 4
    assert (found.where, found.count) == ("raw/dm.csv:2 RFICDTC", count)
