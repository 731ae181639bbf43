"""One cause is one finding; ids last; merging depends on no order: at the level of rules and findings."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.base.columns import CodedTable
from il2cdisc.base.datasets import Variable
from il2cdisc.base.problems import Address, Kind, Problems, Severity, Stopped, at_cell, at_line
from il2cdisc.check.causes import by_cause
from il2cdisc.check.context import CheckContext
from il2cdisc.check.dispositions import Category, Disposition
from il2cdisc.check.findings import Finding, Level, Occurrence, from_problem, grouped, merged
from il2cdisc.check.queries import Asking, make_queries
from il2cdisc.check.report import summary
from il2cdisc.check.rules import all_rules
from il2cdisc.check.run import run_rules
from il2cdisc.check.table import CheckedTable
from il2cdisc.define import Define, check_define, define_bytes, read_define
from il2cdisc.define.model import CommentDef
from il2cdisc.raw import RawRecord, load_dictionary, read_export
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.write import csv_bytes
from il2cdisc.sdtm.columns import mapped, translated
from il2cdisc.sdtm.context import Context as MappingContext
from il2cdisc.spec.check_rows import check_rows
from il2cdisc.spec.models import Codelist, DatasetSpec, Plausibility, Spec, Term, VariableSpec
from il2cdisc.spec.workbook import Place
from il2cdisc.study import load_study

DM = {"USUBJID": ["S1", "S2"], "RFICDTC": ["2020-11-04", "2020-01-01"]}
LATE = Kind("RAW1", "Late", Severity.FINDING, "Ask.")


def table(name: str, keys: tuple[str, ...] = (), **columns: list[str | float]) -> CheckedTable:
    """A dataset of texts and numbers as it is re-read, specified by its own columns."""
    frame = pd.DataFrame(
        {n: pd.Series(v, dtype="float64" if isinstance(v[0], float) else "str") for n, v in columns.items()}
    )
    variables = tuple(Variable(n, n, "Num" if frame[n].dtype == "float64" else "Char", 8) for n in columns)
    specs = tuple(VariableSpec(order=1, dataset=name, name=n, label=n) for n in columns)
    spec = DatasetSpec(name=name, label=name, class_="FINDINGS", keys=keys, variables=specs)
    return CheckedTable(name, name, f"{name}.xpt", variables, CodedTable.of(frame), spec)


def findings(code: str, *tables: CheckedTable, **sheets: object) -> list[Finding]:
    """Findings of one rule; a record comes from the line of its number, its variable from a column."""
    spec = Spec.model_validate(
        {"shown": "sdtm.xlsx", "standard": "SDTM", "define": {}, "datasets": {}, **sheets}
    )
    context = CheckContext(spec, {item.name: item for item in tables})
    rules = [rule for rule in all_rules() if rule.kind.code == code]

    def origin(dataset: str, row: int, variable: str) -> list[Address]:
        return [at_line(f"raw/{dataset.lower()}.csv", row // 2 + 2, variable)]

    return list(grouped(run_rules(context, rules=rules, origin=origin)).findings)


def lab(*days: str) -> CheckedTable:
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
    assert [item.where for item in found] == ["raw/vs.csv:2 VSDTC"]
    assert [item.first.where for item in found] == ["VS USUBJID=S1 record 1 VSDTC"]


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


def mapping_context(problems: Problems, **codelists: Codelist) -> MappingContext:
    """A context of mappings whose raw rows are the lines from 2 on of a file a form."""
    spec = Spec(shown="", standard="SDTM", define={}, datasets={}, codelists=codelists)
    return MappingContext(spec, problems, lambda form, row, column: at_line(f"{form}.csv", row + 2, column))


def test_6_texts_without_translation_are_a_finding_each_with_all_of_their_cells() -> None:
    english = [None, "cough", None, None, "fever"] * 100
    italian = ["tosse grassa", "tosse", "febbre", "tosse grassa", "febbre"] * 100
    rows = pd.DataFrame(
        {"@ae": pd.array(range(500), dtype="Int64"), "english": english, "ae.AETERM": italian}
    ).astype({"english": "str", "ae.AETERM": "str"})
    problems = Problems()
    column = translated("english", original="ae.AETERM")
    made = column.compute(rows, mapping_context(problems), "AETERM")
    assert made.tolist() == ["tosse grassa", "cough", "febbre", "tosse grassa", "fever"] * 100
    wet, fever = grouped([from_problem(problem) for problem in problems.items]).findings
    assert [(item.code, item.where, item.count, item.out_of) for item in (wet, fever)] == [
        ("MAP105", "ae.csv:2 AETERM", 200, 500),
        ("MAP105", "ae.csv:4 AETERM", 100, 500),
    ]
    assert wet.what == "'tosse grassa' has no translation; AETERM keeps the original text"
    assert {record.value for record in wet.records} == {"tosse grassa"}
    lines = [line for line in range(2, 502) if italian[line - 2] == "tosse grassa"]
    assert [record.where for record in wet.records] == [f"ae.csv:{line} AETERM" for line in lines]


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


def test_9_exchanged_samples_are_one_finding_that_names_both() -> None:
    limits = Plausibility(dataset="CP", testcd="RATIO", fold=3.0)

    def of(*values: float) -> list[Finding]:
        names = [f"T{n}" for n in range(len(values))]
        subjects = [f"S{n // 4}" for n in range(len(values))]
        data = table("CP", USUBJID=subjects, CPREFID=names, CPTESTCD=["RATIO"] * len(values),
                     CPSTRESN=list(values))  # fmt: skip
        return findings("CHK056", data, plausibility=(limits,))

    (pair,) = of(0.8, 5.6, 0.7, 0.9, 5.0, 4.8, 0.75, 5.2)
    assert (
        pair.what == "RATIO: samples T1 (5.6) and T6 (0.75) fit each other's subject: they may be exchanged"
    )
    assert [record.value for record in pair.records] == ["T1", "T6"]
    (alone,) = of(0.8, 5.6, 0.7, 0.9, 5.0, 4.8, 5.1, 5.2)
    assert alone.what == "RATIO is 5.6, the subject's median is 0.85: the sample may be another subject's"
    # of three that fit one another nobody knows which two
    three = of(0.8, 5.6, 0.7, 0.9, 5.0, 4.8, 0.75, 5.2, 5.0, 4.8, 0.7, 5.2)
    assert [item.count for item in three] == [1, 1, 1]


def test_10_a_comment_of_the_whole_define_is_referred_to() -> None:
    names = dict.fromkeys(("file_oid", "created", "study_oid", "study_name"), "x")
    more = dict.fromkeys(("study_description", "protocol", "oid", "name"), "x")
    define = Define(**names, **more, comment="COM.ALL", comments=(CommentDef("COM.ALL", "Of all of it."),))
    again = read_define(define_bytes(define), "define.xml")
    assert again.comment == "COM.ALL"
    assert not [problem for problem in check_define(again, "define.xml") if problem.code == "DEF012"]
    lost = replace(define, comment="COM.AL")
    assert {p.code for p in check_define(lost, "define.xml")} >= {"DEF010", "DEF012"}


def test_12_a_changed_delimiter_is_one_problem(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "dm.csv").write_text("PAT;SEX;AGE\n001;F;40\n")
    columns = "".join(f"dm,{name},Label,text,,,,x\n" for name in ("PAT", "SEX", "AGE"))
    (tmp_path / "raw" / "dictionary.csv").write_text(
        "form,column,label,type,codes,unit,range,basis\n" + columns
    )
    (tmp_path / "study.toml").write_text(STUDY)
    study = load_study(tmp_path)
    with pytest.raises(Stopped) as stopped:
        read_export(study, load_dictionary(study.dictionary))
    (problem,) = stopped.value.problems
    assert (problem.code, str(problem.where), problem.hint) == ("RAW019", "raw/dm.csv:1", ";")


STUDY = """
[study]
id = "T"
title = "SYNTHETIC DATA - x"
protocol = "T"
sponsor = "x"
usubjid = "{STUDYID}-{SUBJID}"
subjects = "dm"
subject_key = "PAT"
synthetic = true
[standards]
sdtmig = "3.4"
ct = "2026-03-27"
[build]
time = "2024-01-01T00:00:00"
[paths]
dictionary = "raw/dictionary.csv"
[forms.dm]
file = "dm.csv"
subject = "PAT"
"""


def test_12_an_unknown_value_is_reported_at_the_cell_that_holds_it() -> None:
    """Of two raw columns that a value comes from: the reason, not the answer beside it."""
    rows = pd.DataFrame(
        {"@ds": pd.array([0, 1, 2], dtype="Int64"), "ds.COMP": ["Y", "N", "N"],
         "ds.REAS": [None, "morte", "DEATH"], "outcome": ["COMPLETED", "morte", "DEATH"]}
    ).astype({"ds.COMP": "str", "ds.REAS": "str", "outcome": "str"})  # fmt: skip
    terms = tuple(Term(value=value, order=1) for value in ("COMPLETED", "DEATH"))
    codelist = Codelist(id="NCOMPLT", name="x", extensible=True, terms=terms)
    problems = Problems()
    context = mapping_context(problems, NCOMPLT=codelist)
    column = mapped("outcome", codelist="NCOMPLT", sources=["ds.COMP", "ds.REAS"])
    column.compute(rows, context, "DSDECOD")
    (problem,) = problems.items
    assert (str(problem.where), problem.values) == ("ds.csv:3 REAS", ("morte",))


def test_12_a_spreadsheet_takes_no_text_of_results_for_a_formula() -> None:
    cells = [
        ResultCell(display="T-1", analysis="A", method="M", order=1, row=0, dataset="ADSL", where="",
             population_dataset="ADSL", population_where="", statistic="value", text=text)
        for text in ("=1+1", "@SUM(A1)", "a=b")
    ]  # fmt: skip
    lines = csv_bytes(frame_of(cells)).decode().splitlines()[1:]
    assert [("'=1+1" in line, "'@SUM(A1)" in line, ",a=b," in line) for line in lines] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]


def test_2_a_length_without_room_for_the_study_id_is_known_without_data() -> None:
    study = VariableSpec(order=1, dataset="DM", name="STUDYID", label="Study", length=4)
    spec = Spec(shown="", standard="SDTM", define={"StudyName": "SYN-1"}, datasets={
        "DM": DatasetSpec(name="DM", label="x", variables=(study,))})  # fmt: skip
    (problem,) = (p for p in check_rows(spec) if p.code == "SPC023")
    assert (problem.what, problem.fix) == (
        "DM STUDYID is 'SYN-1' in all records: 5 bytes",
        "Raise Length to 5 or more.",
    )


def test_2_an_analysis_dataset_may_keep_the_domain_of_its_source() -> None:
    def with_domain(name: str, standard: Literal["SDTM", "ADaM"]) -> Spec:
        domain = VariableSpec(order=1, dataset=name, name="DOMAIN", label="Domain Abbreviation", length=2)
        datasets = {name: DatasetSpec(name=name, label="x", variables=(domain,))}
        return Spec(shown="", standard=standard, define={}, datasets=datasets)

    def lengths(spec: Spec) -> list[str]:
        return [problem.what for problem in check_rows(spec) if problem.code == "SPC023"]

    assert lengths(with_domain("ADAE", "ADaM")) == []
    assert lengths(with_domain("ADAE", "SDTM")) == ["ADAE DOMAIN is 'ADAE' in all records: 4 bytes"]


def raw_record(file: str, _sheet: str, line: int) -> RawRecord:
    return RawRecord("ae", f"{line:04d}", {"NO": "1"}, {"AESTDAT": "UN/02/2020"}, {}, {})


def test_1_every_raw_cell_of_a_finding_is_asked_about() -> None:
    cells = [at_line("raw/ae.csv", line, "AESTDAT") for line in range(2, 1_502)]
    kind = Kind("MAP103", "Partial date", Severity.FINDING, "Ask.")
    report = grouped([from_problem(kind.at(cells[0], "day missing", values=["UN/02/2020"], records=cells))])
    queries = make_queries(report.findings, Asking(raw_record))
    assert [query.line for query in queries] == list(range(2, 1_502))
    assert len({query.id for query in queries}) == 1_500


def test_1_one_cause_is_one_question_at_its_cell() -> None:
    (found,) = findings("CHK051", table("DM", **DM), lab(*["2020-01-06"] * 40))
    record = RawRecord("ic", "S1", {}, {"RFICDTC": "04/11/2020"}, {}, {})
    (query,) = make_queries([found], Asking(lambda *_: record))
    assert (query.file, query.line, query.field) == ("raw/dm.csv", 2, "RFICDTC")
    assert "the informed consent of 2020-11-04 is after dates of the subject" in query.question


def test_4_the_summary_counts_findings_and_records_that_are_explained() -> None:
    (found,) = findings("CHK051", table("DM", **DM), lab(*["2020-01-06"] * 40))
    report = grouped([found])
    names = tuple(record.id for record in found.records)
    given_ = Disposition("CHK051", names[:30], Category.CONFIRMED, "x")
    whole = Disposition("CHK051", (found.id,), Category.CONFIRMED, "x")
    said = "1 finding on 40 records: 1 warning; dispositions explain"
    assert summary(report, [given_]) == f"{said} 0 of 1 findings, 30 of 40 records."
    assert summary(report, [whole]) == f"{said} 1 of 1 findings, 40 of 40 records."
