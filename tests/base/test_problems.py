"""Problems: addresses that a person can go to, texts that can be acted on."""

from __future__ import annotations

import pytest

from il2cdisc.base.problems import (
    Kind,
    Problem,
    Problems,
    Severity,
    Stopped,
    at_cell,
    at_line,
    at_record,
    column_letter,
    did_you_mean,
)

STOP = Kind("TST001", "a thing stops", Severity.STOP, "Mend it.")
FINDING = Kind("TST101", "a thing is told", Severity.FINDING, "Look at it.")


def test_addresses() -> None:
    assert str(at_cell("specs/sdtm.xlsx", "Variables", 6, 23)) == "specs/sdtm.xlsx!Variables!F23"
    assert str(at_line("raw/edc/x.csv", 118, "COL")) == "raw/edc/x.csv:118 COL"
    assert str(at_record("LB", "S-01-001", 12)) == "LB USUBJID=S-01-001 LBSEQ=12"
    assert [column_letter(n) for n in (1, 26, 27, 703)] == ["A", "Z", "AA", "AAA"]


def test_a_problem_tells_five_values_at_most() -> None:
    problem = STOP.at(at_line("raw/x.csv", 2), "these are wrong", values=range(7), hint="other")
    assert str(problem) == (
        "TST001 raw/x.csv:2: these are wrong\n"
        "    found: '0', '1', '2', '3', '4' and 2 more\n"
        "    did you mean: other\n"
        "    do: Mend it."
    )


def test_all_that_stops_is_told_at_once_and_findings_are_not() -> None:
    problems = Problems()
    problems.add(FINDING.at("a", "told"))
    problems.stop_if_any()
    problems.add(STOP.at("c", "second"))
    problems.add(STOP.at("b", "first"))
    with pytest.raises(Stopped) as stopped:
        problems.stop_if_any()
    assert [p.what for p in stopped.value.problems] == ["first", "second"]


def test_did_you_mean() -> None:
    assert did_you_mean("AESTDTV", ["AESTDTC", "LBDTC"]) == "AESTDTC"
    assert did_you_mean("zzz", ["AESTDTC"]) == ""


def test_places_are_in_the_order_in_which_a_person_reads_them() -> None:
    cells = [
        at_cell("b.xlsx", "S", column, row) for column, row in [("A", 10), ("A", 2), ("AA", 2), ("Z", 2)]
    ]
    lines = [at_line("a.csv", 118), at_line("a.csv", 9, "Y"), at_line("a.csv", 9, "X")]
    records = [at_record("LB", "S1", 10), at_record("LB", "S1", 9)]
    told = [FINDING.at(place, "x") for place in (*cells, *lines, *records)]
    assert [str(p.where) for p in sorted(told, key=Problem.sort_key)] == [
        "LB USUBJID=S1 LBSEQ=9",
        "LB USUBJID=S1 LBSEQ=10",
        "a.csv:9 X",
        "a.csv:9 Y",
        "a.csv:118",
        "b.xlsx!S!A2",
        "b.xlsx!S!Z2",
        "b.xlsx!S!AA2",
        "b.xlsx!S!A10",
    ]
