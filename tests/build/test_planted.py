"""Every planted error of the shipped trial is told with file, line and column; nothing else is."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

ROOT = Path(__file__).parents[2]
PLANTED = tomllib.loads((ROOT / "tests" / "planted.toml").read_text())["planted"]
# Where the planted cell is not the one that shows the error, or further cells show it too, with the reason.
EXPLAINED: dict[str, str] = {
    "raw/edc/ae.csv:26 AETERM": "two reactions of one kind, a minute apart: the simulation makes both",
}


def place(entry: dict[str, Any]) -> str:
    sheet = f"!{entry['sheet']}" if "sheet" in entry else ""
    return f"{entry['file']}{sheet}:{entry['line']} {entry['column']}"


@pytest.fixture(scope="session")
def findings(built: Path) -> list[dict[str, Any]]:
    """Every record of every finding, with what the finding says of it."""
    found = json.loads((built / "checks" / "findings.json").read_text())["findings"]
    return [{**item, **record} for item in found for record in item["records"]]


def told_at(findings: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Records by the raw place that they are reported at: the first one behind each."""
    out: dict[str, list[dict[str, Any]]] = {}
    for item in findings:
        if "source" in item:
            out.setdefault(item["source"][0]["place"], []).append(item)
    return out


@pytest.mark.parametrize(
    "entry", [e for e in PLANTED if e["finding"]], ids=lambda e: f"{e['kind']}:{place(e)}"
)
def test_a_planted_error_is_told(entry: dict[str, Any], findings: list[dict[str, Any]]) -> None:
    told = told_at(findings).get(place(entry), [])
    assert told, f"nothing is told at {place(entry)}"
    assert all(item["usubjid"].endswith(entry["subject"]) for item in told)
    assert all(item["level"] == "warning" for item in told), "a planted error never stops a build"
    assert not any(item.get("disposition") for item in told), "what only the sender can answer stays open"


def test_no_false_alarm(findings: list[dict[str, Any]]) -> None:
    """Each raw line of a finding holds a planted error (finding = true), or stands above with its reason."""
    planted = {place(entry).rpartition(" ")[0] for entry in PLANTED if entry["finding"]}
    others = {
        at: [item["code"] for item in items]
        for at, items in told_at(findings).items()
        if at.partition(" ")[0] not in planted and at not in EXPLAINED
        if {item["level"] for item in items} != {"information"}  # a text that is spelled in ASCII
    }
    assert others == {}


def test_each_exception_is_still_needed(findings: list[dict[str, Any]]) -> None:
    assert set(EXPLAINED) <= set(told_at(findings))


def test_each_planted_error_is_asked_once(built: Path, findings: list[dict[str, Any]]) -> None:
    rows = list(load_workbook(built / "checks" / "queries.xlsx")["Queries"].iter_rows(values_only=True))
    head = next(number for number, row in enumerate(rows) if row[0] == "Query")
    asked = [dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :]]
    assert rows[0][0] == "SYNTHETIC DATA"
    assert len({query["Query"] for query in asked}) == len(asked)
    at_cells = [f"{query['File']}:{query['Line']} {query['Field']}" for query in asked]
    asked = [query for query, at in zip(asked, at_cells, strict=True) if at not in EXPLAINED]
    places = [at for at in at_cells if at not in EXPLAINED]
    told = told_at(findings)
    planted = {place(entry): entry for entry in PLANTED if entry["finding"] and place(entry) in told}
    assert sorted(places) == sorted(planted)
    for query, at in zip(asked, places, strict=True):
        assert query["Subject"] == planted[at]["subject"]
        assert (query["Value"] or "") == planted[at]["value"]


def test_errors_are_explained_and_every_disposition_is_needed(findings: list[dict[str, Any]]) -> None:
    assert not [item for item in findings if item["level"] == "error" and not item.get("disposition")]
    assert not [item for item in findings if item["code"] in ("CHK092", "CHK093")]


def test_repeats_are_told_once_a_raw_record(findings: list[dict[str, Any]]) -> None:
    """A repeated raw record makes many records with the same keys; the raw one is told."""
    repeats = [item for item in findings if item["code"] == "RAW108"]
    assert len(repeats) == len([e for e in PLANTED if e["kind"] == "duplicate_row"])
    assert not [item for item in findings if item["code"] == "CHK030"]
