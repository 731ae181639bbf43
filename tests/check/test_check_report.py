"""One report in three shapes: text, JSON, XLSX; and the dispositions that explain findings."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from il2cdisc.base.problems import Kind, Severity, Stopped, at_line
from il2cdisc.check import workbook
from il2cdisc.check.dispositions import (
    COLUMNS,
    Category,
    Disposition,
    read_dispositions,
    read_paragraphs,
    reason_of,
    undisposed,
    unused,
)
from il2cdisc.check.findings import Occurrence, Report, from_problem, grouped
from il2cdisc.check.ids import ID
from il2cdisc.check.report import Facts, as_json, as_text, print_report, read_json, write_reports
from il2cdisc.check.workbook import write_workbook

FACTS = Facts("TEST", datetime.fromisoformat("2020-01-02T03:04:05"), synthetic=True)
REAL = replace(FACTS, synthetic=False)
QUERY = Kind("MAP031", "Impossible date", Severity.FINDING, "ask the site")


@pytest.fixture
def report(pack: Any) -> Report:
    for row, value in enumerate(["Mild", "Mild", "Svere"]):
        pack.set("AE", "AESEV", row, value)
    pack.set("AE", "AETERM", 2, "=1+1")
    pack.set("LB", "LBSTRESU", 0, "mmol/l")
    pack.file_labels["DM"] = "Demography"
    problems = [
        QUERY.at(at_line("raw/edc/ae.csv", line, "AESTDAT"), "no date", values=[f"{line}/02/2020"])
        for line in (30, 31)
    ]
    found = [*pack.findings(), *map(from_problem, problems)]
    return grouped(found, rules=["CHK001"])


def test_text(report: Report, snapshot: object) -> None:
    assert as_text(report, FACTS, first=2) == snapshot


def test_text_tells_reasons(report: Report) -> None:
    text = as_text(report, FACTS, dispositions=[disposition("MAP031", *ids(report, "MAP031"), text="asked")])
    assert text.count("explained: false positive: asked") == 1
    assert text.endswith("dispositions explain 1 of 5 findings, 2 of 7 records.\n")


def ids(report: Report, code: str) -> list[str]:
    """The ids of all records of a rule."""
    return [record.id for item in report.findings if item.code == code for record in item.records]


def disposition(
    rule: str, *names: str, category: Category = Category.FALSE_POSITIVE, text: str = "why"
) -> Disposition:
    return Disposition(rule, names, category, text, "A. Person", "Data manager", "2020-01-02")


def test_a_record_that_is_new_or_has_changed_is_open_again(report: Report) -> None:
    """The story of one record does not explain another one of the same rule, dataset and variable."""
    mild, svere = (item for item in report.findings if item.code == "CHK022")
    first, second = (record.id for record in mild.records)
    assert undisposed([mild, svere], []) == [mild, svere]
    assert undisposed([mild, svere], [disposition("CHK022", first)]) == [mild, svere]
    assert undisposed([mild, svere], [disposition("CHK022", first, second)]) == [svere]
    assert undisposed([mild, svere], [disposition("CHK022", mild.id)]) == [svere]
    assert undisposed([mild], [disposition("CHK020", first, second)]) == [mild]
    fewer = replace(mild, records=mild.records[:1])
    assert undisposed([fewer], [disposition("CHK022", mild.id)]) == [fewer]
    assert undisposed([fewer], [disposition("CHK022", first, second)]) == []


def test_what_is_to_be_corrected_is_explained_and_stays_open(report: Report) -> None:
    given = [disposition("MAP031", *ids(report, "MAP031"), category=Category.TO_CORRECT)]
    (finding,) = (item for item in report.findings if item.code == "MAP031")
    assert undisposed([finding], given) == [finding]
    assert reason_of(finding, given) == "to be corrected: why"


def test_text_tells_how_many_records_of_a_finding_are_explained(report: Report) -> None:
    text = as_text(report, FACTS, dispositions=[disposition("MAP031", ids(report, "MAP031")[0])])
    assert "explained: 1 of 2 records" in text
    assert text.endswith("dispositions explain 0 of 5 findings, 1 of 7 records.\n")


def test_text_without_findings() -> None:
    assert as_text(Report(), REAL) == "\nNo findings.\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_colours_and_a_pipe_plain_lines(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    pipe, terminal = io.StringIO(), Terminal()
    print_report(report, FACTS, pipe)
    print_report(report, FACTS, terminal)
    assert pipe.getvalue() == as_text(report, FACTS)
    assert "\x1b[" in terminal.getvalue()
    assert "SYNTHETIC DATA - TEST" in terminal.getvalue()


def test_markup_in_values_is_text(report: Report) -> None:
    finding = replace(report.findings[0], what="[bold]not bold[/bold]")
    terminal = Terminal()
    print_report(grouped([finding]), FACTS, terminal)
    assert "[bold]not bold[/bold]" in terminal.getvalue()


def test_json(report: Report, snapshot: object) -> None:
    assert as_json(report, FACTS) == snapshot


def test_json_comes_back_but_for_the_rules(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "findings.json"
    path.write_text(as_json(report, FACTS), encoding="utf-8")
    assert read_json(path) == [item for item in report.findings if item.code == "MAP031"]
    assert read_json(path, other_than="XYZ") == list(report.findings)
    assert read_json(tmp_path / "none.json") == []


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def xlsx(report: Report, **options: Any) -> bytes:
    stream = io.BytesIO()
    write_workbook(report, stream, study="TEST", time=FACTS.time, **options)
    return stream.getvalue()


def test_xlsx(report: Report) -> None:
    given = [disposition("CHK023", *ids(report, "CHK023"), text="planned")]
    content = sheets(xlsx(report, notice="SYNTHETIC DATA", dispositions=given))
    assert [rows[0][0] for rows in content.values()] == ["SYNTHETIC DATA"] * 4
    summary = content["Summary"]
    assert summary[4][:7] == ["Level", "Code", "Found by", "What", "Findings", "Records", "Explained"]
    assert summary[5][:7] == ["error", "CHK005", "il2cdisc", "Dataset label differs", 1, 1, 0]
    assert summary[6][:7] == ["error", "CHK022", "il2cdisc", "Value outside a closed codelist", 2, 3, 0]
    assert [row[6] for row in summary[5:] if row[1] == "CHK023"] == [1]
    rows = table(content["Findings"][1:])
    assert len(rows) == report.count == 5
    assert (rows[1]["Did you mean"], rows[1]["Records"], rows[1]["Value"]) == ("MILD", 2, "Mild")
    assert rows[1]["Where"] == "AE USUBJID=TEST-001 AESEQ=1 AESEV"
    assert [row["Disposition"] for row in rows if row["Code"] == "CHK023"] == ["false positive: planned"]
    records = table(content["Records"][1:])
    assert len(records) == report.records == 7
    assert [(row["USUBJID"], row["--SEQ"]) for row in records if row["Code"] == "CHK022"] == [
        ("TEST-001", 1),
        ("TEST-001", 2),
        ("TEST-002", 1),
    ]
    names = [row["Record id"] for row in records if row["Code"] == "CHK022"]
    assert rows[1]["Record ids"] == " ".join(names[:2])
    assert [row["Finding id"] for row in records if row["Code"] == "CHK022"] == [
        rows[1]["Finding id"],
        rows[1]["Finding id"],
        rows[2]["Finding id"],
    ]
    assert all(ID.fullmatch(name) for name in [*names, rows[1]["Finding id"]])


def test_xlsx_has_open_findings_as_rows_of_dispositions(report: Report, tmp_path: Path) -> None:
    """Copied to dispositions.xlsx and filled in, they close everything."""
    given = [disposition("CHK023", *ids(report, "CHK023"))]
    rows = sheets(xlsx(report, dispositions=given))["Open"][1:]
    assert rows[0] == list(COLUMNS)
    assert [row[0] for row in rows[1:]] == ["CHK005", "CHK022", "CHK022", "MAP031"]
    filled = [
        [*row[:2], "false positive", "why", "A. Person", "Data manager", "2020-01-02"] for row in rows[1:]
    ]
    read = read_dispositions(dispositions_file(tmp_path / "d.xlsx", filled))
    assert undisposed(report.findings, [*given, *read]) == []


def table(rows: list[list[Any]]) -> list[dict[str, Any]]:
    """Rows below a header as dictionaries."""
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_xlsx_names_another_program_that_found_something(report: Report) -> None:
    other = replace(report.findings[0], code="CORE-000001", by="CDISC CORE 0.17.1")
    content = sheets(xlsx(grouped([other])))
    assert content["Summary"][4][1:3] == ["CORE-000001", "CDISC CORE 0.17.1"]
    assert dict(zip(content["Findings"][0], content["Findings"][1], strict=True))["Found by"] == other.by


def test_xlsx_of_nothing() -> None:
    content = sheets(xlsx(Report()))
    assert content["Summary"][-1][0] == "Nothing was found."
    assert len(content["Findings"]) == 1


def test_xlsx_keeps_formulas_as_text(report: Report) -> None:
    record = Occurrence("R-1", value="=1+1")
    evil = replace(report.findings[0], records=(record,), what="@SUM(A1)", spec="http://example.org")
    raw = zipfile.ZipFile(io.BytesIO(xlsx(grouped([evil]))))
    assert b"<f>" not in raw.read("xl/worksheets/sheet2.xml")
    assert b"hyperlink" not in raw.read("xl/worksheets/sheet2.xml")


def test_xlsx_same_report_same_bytes(report: Report) -> None:
    content = xlsx(report)
    assert xlsx(report) == content
    assert {item.date_time for item in zipfile.ZipFile(io.BytesIO(content)).infolist()} == {
        (1980, 1, 1, 0, 0, 0)
    }


def test_xlsx_shows_a_limited_number_of_a_code(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 1)
    content = sheets(xlsx(report))
    assert len(content["Findings"]) == 2 + len(report.groups)
    assert content["Findings"][0][0] == "4 of 5 findings are shown; findings.json has all of them."
    assert content["Records"][0][0] == "4 of 7 records are shown; findings.json has all of them."
    assert [row[4:6] for row in content["Summary"][4:]] == [[g.count, g.records] for g in report.groups]


def test_xlsx_says_where_the_ids_are_that_no_cell_has_room_for(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "_MAX_IDS", 1)
    rows = table(sheets(xlsx(report))["Findings"])
    assert rows[1]["Record ids"] == "2 ids: see findings.json; the finding id stands for all of them"


def test_xlsx_more_sheets(report: Report) -> None:
    ledger = pd.DataFrame({"file": ["ae.csv", None], "rows": [3, 4]})
    content = sheets(xlsx(report, notice="SYNTHETIC DATA", sheets={"Ledger": ledger}))
    assert content["Ledger"] == [
        ["SYNTHETIC DATA", None],
        ["file", "rows"],
        ["ae.csv", 3],
        [None, 4],
    ]


def test_write_reports(report: Report, tmp_path: Path) -> None:
    paths = write_reports(report, tmp_path, FACTS)
    assert [path.name for path in paths] == ["findings.xlsx", "findings.json", "findings.txt"]
    assert json.loads(paths[1].read_text())["notice"] == "SYNTHETIC DATA"
    assert paths[2].read_text().startswith("SYNTHETIC DATA - TEST\n")
    assert paths[2].read_text().count("no date") == 1
    assert "records: 2: raw/edc/ae.csv:30 AESTDAT; raw/edc/ae.csv:31 AESTDAT" in paths[2].read_text()


def dispositions_file(path: Path, rows: list[list[str]], paragraphs: list[list[str]] | None = None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Dispositions"
    for row in [list(COLUMNS), *rows]:
        sheet.append(row)
    if paragraphs is not None:
        other = book.create_sheet("Paragraphs")
        for row in [["Rule", "Text"], *paragraphs]:
            other.append(row)
    book.save(path)
    return path


WHO = ["A. Person", "Data manager", "2020-01-02"]
ONE, TWO = "R-0123456789AB", "R-BA9876543210-2"


def test_dispositions_are_read(tmp_path: Path) -> None:
    rows = [["CHK020", f"{ONE}\n{TWO}, F-0123456789AB", "confirmed by site", "as collected", *WHO]]
    path = dispositions_file(
        tmp_path / "dispositions.xlsx", rows, [["CHK020", "Two values were not collected."]]
    )
    (item,) = read_dispositions(path, shown="specs/dispositions.xlsx")
    assert (item.rule, item.ids) == ("CHK020", (ONE, TWO, "F-0123456789AB"))
    assert (item.category, item.text) == (Category.CONFIRMED, "as collected")
    assert [item.by, item.role, item.on] == WHO
    assert str(item.ids_at) == "specs/dispositions.xlsx!Dispositions!B2"
    assert [(p.rule, p.text) for p in read_paragraphs(path)] == [("CHK020", "Two values were not collected.")]
    assert read_dispositions(tmp_path / "none.xlsx") == ()


def test_what_is_wrong_in_dispositions_is_reported_at_once(tmp_path: Path, snapshot: object) -> None:
    rows = [
        ["CHK020", "AE AETERM", "confirmed by site", "why", *WHO],
        ["CHK020", ONE, "confirmed by sit", "why", *WHO],
        ["CHK020", TWO, "false positive", "why", "", "", "yesterday"],
        ["CHK020", ONE, "false positive", "", *WHO],
        ["", "r-0123456789ab", "", "why", *WHO[:2], ""],
    ]
    path = dispositions_file(tmp_path / "d.xlsx", rows)
    with pytest.raises(Stopped) as stopped:
        read_dispositions(path, shown="specs/dispositions.xlsx")
    assert str(stopped.value) == snapshot


def test_ids_that_nothing_has_any_more_are_reported(report: Report, snapshot: object) -> None:
    there = ids(report, "CHK022")
    given = [
        disposition("CHK022", *there),
        disposition("CHK023", "R-000000000000", *ids(report, "CHK023")),
        disposition("CHK02O", ONE),
        disposition("CORE-000001", ONE),
    ]
    reported = unused(report.findings, given, ["CHK022", "CHK023"])
    assert "\n".join(map(str, reported)) == snapshot


def test_reports_do_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    """The same findings in processes of different hash seeds and time zones: the same bytes."""
    here = Path(__file__).parent
    script = f"""
import importlib.util, sys
from datetime import datetime
from pathlib import Path
spec = importlib.util.spec_from_file_location("conf", {str(here / "conftest.py")!r})
conf = importlib.util.module_from_spec(spec)
sys.modules["conf"] = conf
spec.loader.exec_module(conf)
from il2cdisc.check.findings import grouped
from il2cdisc.check.report import Facts, write_reports
pack = conf.Pack()
pack.set("AE", "AESEV", 0, "Mild")
pack.frames["AE"] = pack.frames["AE"].rename(columns={{"AETERM": "AETER", "AEDUR": "AEDU"}})
report = grouped(pack.findings())
write_reports(report, Path(sys.argv[1]), Facts("T", datetime.fromisoformat("2020-01-02T03:04:05"), True))
"""
    written: list[list[bytes]] = []
    for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo")):
        folder = tmp_path / seed
        folder.mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
        subprocess.run([sys.executable, "-c", script, str(folder)], check=True, env=environment)
        written.append([path.read_bytes() for path in sorted(folder.iterdir())])
    assert len(written[0]) == 3
    assert written[0] == written[1]
