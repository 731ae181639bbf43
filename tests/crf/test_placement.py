"""What is wrong with a sponsor's form or its placement: reported all at once, and nothing is written."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader, PdfWriter

from il2cdisc.crf.placement import HEADERS, SHEET
from tests.crf.sponsor_form import placed, printed, rows_of


def told(done: Any) -> str:
    """What the command says of the CRF, without what the trial does not have."""
    assert done.returncode == 2
    lines = (done.stdout + done.stderr).splitlines()
    start = next(place for place, line in enumerate(lines) if line[:3] in ("CRF", "MAP", "SPC", "STU"))
    kept = [line for line in lines[start:] if not line.startswith(("no sheet ", "stopped: "))]
    return "\n".join(kept)


def change(trial: Path, number: int, **cells: object) -> None:
    """Change cells of a row of the placement; `number` as Excel counts."""
    file = trial / "crf" / "placement.xlsx"
    rows: list[dict[str, object]] = rows_of(file)
    rows[number - 2] |= {name.replace("_", " "): value for name, value in cells.items()}
    placed(file, rows)


def refused(trial: Path, command: Any) -> str:
    """What a build says that writes nothing."""
    said = told(command("build", "--trial", trial, "--until", "define", "--out", trial / "out"))
    assert not (trial / "out").exists()
    return said


@pytest.mark.parametrize(
    ("number", "cells"),
    [
        pytest.param(5, {"Field": "screening_no"}, id="field on no form"),
        pytest.param(16, {"Field": "race_txt"}, id="field of another form"),
        pytest.param(2, {"Form": "enrolment"}, id="unknown form"),
        pytest.param(2, {"Form": "assays"}, id="transferred form"),
        pytest.param(3, {"Anchor": "Center"}, id="anchor on no page"),
        pytest.param(3, {"Anchor": "Toxicity grade"}, id="anchor on another page"),
        pytest.param(3, {"Occurrence": 2}, id="anchor less often"),
        pytest.param(3, {"Page": 60}, id="page outside"),
        pytest.param(3, {"Page": "two"}, id="page not a number"),
        pytest.param(3, {"Anchor": None}, id="neither anchor nor offsets"),
        pytest.param(3, {"Anchor": None, "Offset_Right": 9000, "Offset_Down": 5}, id="outside the page"),
        pytest.param(4, {"Field": "centre_no", "Anchor": "Sex"}, id="placed twice, another not at all"),
    ],
)
def test_rows(
    proposed: Path, command: Any, snapshot: object, number: int, cells: Mapping[str, object]
) -> None:
    change(proposed, number, **cells)
    assert refused(proposed, command) == snapshot


def test_everything_is_reported_at_once(proposed: Path, command: Any) -> None:
    change(proposed, 3, Anchor="Center")
    change(proposed, 5, Field="mood")
    change(proposed, 6, Page=60)
    said = refused(proposed, command)
    assert [line.split()[0] for line in said.splitlines() if line.startswith("CRF")] == [
        "CRF004",
        "CRF005",
        "CRF006",
        "CRF007",
    ]


def test_a_form_without_placement(proposed: Path, command: Any, snapshot: object) -> None:
    (proposed / "crf" / "placement.xlsx").unlink()
    assert refused(proposed, command) == snapshot


def test_a_misspelt_name_of_the_placement(proposed: Path, command: Any, snapshot: object) -> None:
    file = proposed / "study.toml"
    file.write_text(file.read_text("utf-8").replace("crf/placement.xlsx", "crf/plcement.xlsx"), "utf-8")
    assert refused(proposed, command) == snapshot


@pytest.mark.parametrize(
    ("cell", "name"),
    [("D1", "Anchor text"), ("C1", "Side"), ("", "Places")],
    ids=["anchor renamed", "page renamed", "sheet renamed"],
)
def test_a_renamed_part_is_reported_without_what_follows(
    proposed: Path, command: Any, snapshot: object, cell: str, name: str
) -> None:
    file = proposed / "crf" / "placement.xlsx"
    book = openpyxl.load_workbook(file)
    if cell:
        book[SHEET][cell] = name
    else:
        book[SHEET].title = name
    book.save(file)
    assert refused(proposed, command) == snapshot


def test_an_anchor_on_a_picture(proposed: Path, command: Any, snapshot: object) -> None:
    (proposed / "crf" / "blank.pdf").write_bytes(printed([("", [])] * 6, picture=True))
    file = proposed / "crf" / "placement.xlsx"
    offsets = {"Anchor": None, "Offset Right": 50, "Offset Down": 50}
    placed(file, [row if number == 2 else row | offsets for number, row in enumerate(rows_of(file))])
    assert refused(proposed, command) == snapshot


@pytest.mark.parametrize("content", [b"", b"no PDF", b"%PDF-1.7\n1 0 obj\n<<"], ids=["empty", "text", "cut"])
def test_a_file_that_is_no_pdf(proposed: Path, command: Any, content: bytes) -> None:
    (proposed / "crf" / "blank.pdf").write_bytes(content)
    said = refused(proposed, command)
    assert said.startswith("CRF001 crf/blank.pdf: the file is damaged, or not a PDF")
    assert told(command("crf", "propose", "--trial", proposed, "--force")).startswith("CRF001 ")


def test_a_file_with_a_password(proposed: Path, command: Any, snapshot: object) -> None:
    file, out = proposed / "crf" / "blank.pdf", PdfWriter()
    out.append(PdfReader(file))
    out.encrypt("secret", algorithm="RC4-128")
    out.write(file)
    assert refused(proposed, command) == snapshot


def test_a_file_that_is_annotated_already(proposed: Path, command: Any, snapshot: object) -> None:
    built = command("build", "--trial", proposed, "--until", "define", "--out", proposed / "out")
    assert built.returncode in (0, 1)
    shutil.copy(next((proposed / "out").rglob("acrf.pdf")), proposed / "crf" / "blank.pdf")
    shutil.rmtree(proposed / "out")
    assert refused(proposed, command) == snapshot


def test_a_proposal_replaces_a_placement_alone(proposed: Path, command: Any, snapshot: object) -> None:
    kept = {}
    for name in ("specs/sdtm.xlsx", "raw/columns.csv"):
        kept[name] = (proposed / name).read_bytes()
        propose = ("crf", "propose", "--trial", proposed, "--out", proposed / name, "--force")
        said = told(command(*propose)).replace(str(proposed), "TRIAL")
        assert said == snapshot
    assert {name: (proposed / name).read_bytes() for name in kept} == kept
    assert command("crf", "propose", "--trial", proposed, "--force").returncode == 0


def test_a_misspelt_row_is_one_problem(proposed: Path, command: Any) -> None:
    rows = rows_of(proposed / "crf" / "placement.xlsx")
    field = str(rows[3]["Field"])
    change(proposed, 5, Field=f"{field}x")
    said = refused(proposed, command)
    assert [line.split()[0] for line in said.splitlines() if line.startswith("CRF")] == ["CRF004"]
    assert f"did you mean: {field}" in said


def test_an_unmapped_column_of_a_transferred_form(trial: Path, command: Any) -> None:
    file = trial / "raw" / "columns.csv"
    lines = file.read_text("utf-8").splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("assays,"))
    lines.insert(place + 1, "assays,machine_txt,Machine,text,,,,invented")
    file.write_text("\n".join([*lines, ""]), "utf-8", newline="\n")
    done = command("spec", "check", "--trial", trial)
    assert done.returncode == 2
    assert "assays.machine_txt is neither mapped nor dropped" in done.stdout + done.stderr


def test_a_file_that_is_not_there(proposed: Path, command: Any, snapshot: object) -> None:
    (proposed / "crf" / "blank.pdf").unlink()
    assert refused(proposed, command) == snapshot


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param('file = "../blank.pdf"', id="file outside"),
        pytest.param('placement = "crf/placement.xlsx"', id="placement without file"),
        pytest.param('titles = { enroll = "Enrolment" }', id="title of an unknown form"),
        pytest.param('item_codes = ["event"]', id="codes of an unknown form"),
        pytest.param('pages = "A4"', id="unknown key"),
    ],
)
def test_settings(trial: Path, command: Any, snapshot: object, lines: str) -> None:
    text = (trial / "study.toml").read_text("utf-8")
    (trial / "study.toml").write_text(text.replace("[crf]\n", f"[crf]\n{lines}\n"), "utf-8", newline="\n")
    assert refused(trial, command) == snapshot


def test_propose_needs_a_file(trial: Path, command: Any, snapshot: object) -> None:
    assert told(command("crf", "propose", "--trial", trial)) == snapshot
    assert not (trial / "crf").exists()


def test_an_unmapped_field_stops_the_build(trial: Path, command: Any, snapshot: object) -> None:
    file = trial / "raw" / "columns.csv"
    line = "\nevents,event_no,"
    file.write_text(file.read_text("utf-8").replace(line, f"\nevents,mood_txt,Mood,text,,,,invented{line}"))
    events = trial / "raw" / "site" / "events.txt"
    head, *rows = events.read_text("utf-8").splitlines()
    events.write_text("\n".join([f"{head}|mood_txt", *(f"{row}|good" for row in rows), ""]))
    assert refused(trial, command) == snapshot


def test_the_sheet_has_the_headers_that_the_reader_knows(proposed: Path) -> None:
    assert tuple(rows_of(proposed / "crf" / "placement.xlsx")[0]) == HEADERS
