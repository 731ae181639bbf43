"""Rules over files on disk, findings of other stages among them, and what a failing rule does."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pandas as pd
import pytest

from il2cdisc.base.datasets import Dataset, no_edges
from il2cdisc.base.problems import Address, Kind, Severity, Stopped, at_line, at_record
from il2cdisc.check.dispositions import Category, Disposition
from il2cdisc.check.findings import Level, from_problem, grouped
from il2cdisc.check.report import Facts, write_reports
from il2cdisc.check.rules import all_rules, explain
from il2cdisc.check.run import check_folder, run_rules
from il2cdisc.spec.models import DatasetSpec, VariableSpec
from il2cdisc.transport.xpt import xpt_bytes

QUERY = Kind("MAP031", "Impossible date", Severity.FINDING, "ask the site")


def written(pack: Any, outputs: Path, package: str = "sdtm") -> Path:
    """The package as transport files."""
    (outputs / package).mkdir(parents=True)
    for name in pack.frames:
        table = pack.table(name)
        dataset = Dataset(name, table.label, table.variables, (), table.table.frame(), no_edges())
        content = xpt_bytes(dataset, created=datetime.fromisoformat("2020-01-01"))
        (outputs / package / f"{name.lower()}.xpt").write_bytes(content)
    return outputs


def test_clean_files_have_no_findings(pack: Any, tmp_path: Path) -> None:
    report = check_folder(written(pack, tmp_path / "outputs"), [pack.spec()], shown="outputs")
    assert report.findings == ()
    assert report.count == 0
    assert report.rules == tuple(rule.kind.code for rule in all_rules())


def test_findings_of_files_and_of_other_stages_in_one_report(pack: Any, tmp_path: Path) -> None:
    pack.set("AE", "AESEV", 0, "Mild")
    (outputs := written(pack, tmp_path / "outputs")) / "sdtm" / "lb.xpt"
    damaged = outputs / "sdtm" / "lb.xpt"
    damaged.write_bytes(damaged.read_bytes()[:-40])
    problem = QUERY.at(
        at_record("AE", "TEST-001", 1, "AESTDTC"),
        "30/02/2020 is no date",
        source=[at_line("raw/edc/ae.csv", 118, "AESTDAT")],
    )

    def origin(dataset: str, row: int, variable: str) -> list[Address]:
        return [at_line("raw/edc/ae.csv", row + 2, f"{dataset}.{variable}")]

    report = check_folder(outputs, [pack.spec()], problems=[problem], origin=origin, shown="outputs")
    told = [
        (str(item.level), item.code, item.where, tuple(map(str, item.first.source)))
        for item in report.findings
    ]
    assert told == [
        ("error", "CHK001", "LB", ()),
        (
            "error",
            "CHK022",
            "AE USUBJID=TEST-001 AESEQ=1 AESEV",
            ("raw/edc/ae.csv:2 AE.AESEV",),
        ),
        ("error", told[2][1], told[2][2], ()),
        ("warning", "MAP031", "AE USUBJID=TEST-001 AESEQ=1 AESTDTC", ("raw/edc/ae.csv:118 AESTDAT",)),
    ]
    assert told[2][1].startswith("XPT")
    assert "outputs/sdtm/lb.xpt" in told[2][2]


def only(pack: Any, name: str, **columns: list[str]) -> None:
    """A package of one dataset, of texts."""
    variables = tuple(VariableSpec(order=1, dataset=name, name=column, label=column) for column in columns)
    pack.frames = {name: pd.DataFrame(columns, dtype="str")}
    pack.specs = {name: DatasetSpec(name=name, label=name, variables=variables)}
    pack.levels, pack.clauses = [], {}


@pytest.mark.parametrize(("given", "told"), [("Y", ["S1", "S2"]), ("N", ["S1"])])
def test_who_had_a_dose_is_read_from_the_package_of_sdtm(
    new_pack: Any, tmp_path: Path, given: str, told: list[str]
) -> None:
    """EX of the one package against SAFFL of the other; an injection that was not given is no dose."""
    sdtm, adam = new_pack(), new_pack()
    only(sdtm, "EX", USUBJID=["S1", "S2", "S3"], EXOCCUR=["Y", given, "Y"])
    only(adam, "ADSL", USUBJID=["S1", "S2", "S3", "S4"], SAFFL=["N", "N", "Y", "N"])
    outputs = written(adam, written(sdtm, tmp_path / "outputs"), "adam")
    specs = [adam.spec().model_copy(update={"standard": "ADaM"}), sdtm.spec()]
    found = [item for item in check_folder(outputs, specs).findings if item.code == "CHK065"]
    assert [record.usubjid for item in found for record in item.records] == told
    (outputs / "sdtm" / "ex.xpt").unlink()
    assert "CHK065" not in {item.code for item in check_folder(outputs, specs).findings}


def test_two_files_with_one_dataset(pack: Any, tmp_path: Path) -> None:
    outputs = written(pack, tmp_path / "outputs")
    (outputs / "sdtm" / "ae2.xpt").write_bytes((outputs / "sdtm" / "ae.xpt").read_bytes())
    report = check_folder(outputs, [pack.spec()], shown="outputs")
    assert [(item.code, item.where, item.what) for item in report.findings] == [
        ("CHK094", "outputs/sdtm/ae2.xpt", "the file holds the dataset AE, as outputs/sdtm/ae.xpt does")
    ]


def test_dispositions_that_explain_nothing_are_findings(pack: Any, tmp_path: Path) -> None:
    pack.set("AE", "AESEV", 0, "Mild")
    outputs = written(pack, tmp_path / "outputs")
    (found,) = check_folder(outputs, [pack.spec()]).findings
    given = [
        Disposition(code, (found.first.id,), Category.FALSE_POSITIVE, "why") for code in ("CHK022", "CHK020")
    ]
    report = check_folder(outputs, [pack.spec()], dispositions=given)
    assert [item.code for item in report.findings] == ["CHK022", "CHK093"]


def test_a_supplemental_record_is_told_by_its_parent(pack: Any) -> None:
    columns = {"USUBJID": ["TEST-001"], "IDVAR": ["AESEQ"], "IDVARVAL": ["2"], "QNAM": ["AEX"], "QVAL": ["x"]}
    pack.frames["SUPPAE"] = pd.DataFrame(columns).astype("str")
    pack.specs["SUPPAE"] = DatasetSpec(name="SUPPAE", label="", keys=("QNAM",))
    (found,) = pack.findings("CHK044")
    assert (found.where, found.first.seq) == ("SUPPAE USUBJID=TEST-001 AESEQ=2 QVAL", 2)


def test_the_page_of_a_rule() -> None:
    assert explain("CHK020").startswith("CHK020 A mandatory variable has records without a value.")
    assert explain("CHK999") == ""


def test_nothing_to_check(tmp_path: Path, pack: Any) -> None:
    with pytest.raises(Stopped, match="CHK091 outputs: there are no outputs"):
        check_folder(tmp_path / "outputs", [pack.spec()], shown="outputs")


def test_a_rule_that_fails_is_told_and_the_others_run(pack: Any) -> None:
    pack.set("AE", "AESEV", 0, "Mild")

    def fails(_context: Any) -> Any:
        raise ZeroDivisionError("division by zero")

    rules = [replace(rule, check=fails) if rule.name == "keys_unique" else rule for rule in all_rules()]
    found = run_rules(pack.context(), rules=rules)
    assert [(item.code, item.what) for item in found] == [
        ("CHK022", "not a term of codelist SEV"),
        ("CHK090", "rule CHK030 (keys_unique) failed on SDTM data: ZeroDivisionError: division by zero"),
    ]


def test_a_finding_holds_all_records_with_one_value(pack: Any, tmp_path: Path) -> None:
    for row, value in enumerate(["Mild", "Mild", "Svere"]):
        pack.set("AE", "AESEV", row, value)
    report = check_folder(written(pack, tmp_path / "outputs"), [pack.spec()])
    assert [(item.hint, [record.value for record in item.records]) for item in report.findings] == [
        ("MILD", ["Mild", "Mild"]),
        ("SEVERE", ["Svere"]),
    ]
    assert (report.count, report.records, report.of_level(Level.ERROR)) == (2, 3, 2)


def test_a_finding_holds_thousands_of_records_and_all_are_in_the_reports(pack: Any, tmp_path: Path) -> None:
    count = 35_000
    frame = pack.frames["AE"].iloc[np.zeros(count, dtype=int)].reset_index(drop=True)
    pack.frames["AE"] = frame.assign(AESEQ=np.arange(1.0, count + 1), AESEV="Mild")
    started = process_time()
    report = grouped(pack.findings("CHK022"))
    written_ = write_reports(report, tmp_path, Facts("T", datetime.fromisoformat("2020-01-01"), True))
    assert process_time() - started < 8
    assert (report.count, report.records) == (1, count)
    (entry,) = json.loads(written_[1].read_text())["findings"]
    assert (entry["count"], len(entry["records"])) == (count, count)
    assert len({record["id"] for record in entry["records"]}) == count
    assert "and 34,995 more" in written_[2].read_text()


def test_a_raw_line_is_its_own_source() -> None:
    place = at_line("raw/edc/ae.csv", 7, "AESTDAT")
    found = from_problem(QUERY.at(place, "no date", values=["30/02"]))
    assert (found.where, found.first.source, found.first.value) == (str(place), (place,), "30/02")
    assert found.level is Level.WARNING
    stop = Kind("RAW001", "No such file", Severity.STOP, "")
    assert from_problem(stop.at("raw/x.csv", "is missing")).level is Level.ERROR


def test_the_order_of_findings_does_not_depend_on_that_of_the_problems(pack: Any, tmp_path: Path) -> None:
    outputs = written(pack, tmp_path / "outputs")
    problems = [QUERY.at(at_record("AE", f"TEST-00{n}", n), "x") for n in (2, 1, 3)]
    one = check_folder(outputs, [pack.spec()], problems=problems)
    other = check_folder(outputs, [pack.spec()], problems=reversed(problems))
    assert one == other


def test_many_records_stay_fast(pack: Any) -> None:
    """200,000 records, clean and spoilt: columns, no loops over records."""
    subjects, tests = 20_000, 10
    numbers = np.repeat(np.arange(subjects), tests)
    frame = pd.DataFrame(
        {
            "STUDYID": "TEST",
            "DOMAIN": "LB",
            "USUBJID": pd.Series(numbers).map("TEST-{:05d}".format),
            "LBSEQ": np.tile(np.arange(1.0, tests + 1), subjects),
            "LBTESTCD": np.tile([f"T{n}" for n in range(tests)], subjects),
            "LBSTRESC": pd.Series(np.arange(subjects * tests) % 977).astype("str"),
            "LBSTRESN": (np.arange(subjects * tests) % 977).astype("float64"),
            "LBSTRESU": "stones",
        }
    ).astype(dict.fromkeys(("STUDYID", "DOMAIN", "USUBJID", "LBTESTCD", "LBSTRESC", "LBSTRESU"), "str"))
    pack.frames["LB"] = frame
    started = process_time()
    found = run_rules(pack.context())
    assert process_time() - started < 8
    assert {item.code for item in found} >= {"CHK023", "CHK033"}
