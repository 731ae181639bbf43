"""A report as JSON and as text for a terminal or a pipe; `workbook` writes it as XLSX."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any

from il2cdisc.base.problems import Address
from il2cdisc.check.dispositions import Disposition, explained, of_records, reason_of
from il2cdisc.check.findings import Finding, FindingGroup, Level, Occurrence, Report
from il2cdisc.check.queries import Query
from il2cdisc.check.query_book import write_queries
from il2cdisc.check.workbook import write_workbook

SCHEMA = "il2cdisc-findings/2"
NOTICE = "SYNTHETIC DATA"
FIRST = 3
"""Findings of a code that a terminal shows."""
IN_FILE = 50
"""Findings of a code in `findings.txt`; the workbook and the JSON have more."""
PLACES = 5
"""Records of a finding that a text shows."""
_INTERNAL = ("records", "rests_on", "explained")
_STYLES = {
    Level.ERROR: "bold red",
    Level.WARNING: "bold yellow",
    Level.NOTE: "bold cyan",
    Level.INFORMATION: "bold",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a report says of its study; `time` is the fixed build time, never the clock."""

    study: str
    time: datetime
    synthetic: bool


def write_reports(
    report: Report, folder: Path, facts: Facts, *, dispositions: Sequence[Disposition] = ()
) -> list[Path]:
    """Write `findings.xlsx`, `findings.json` and `findings.txt` into a folder; deterministic."""
    book, data, text = (folder / f"findings.{end}" for end in ("xlsx", "json", "txt"))
    with book.open("wb") as stream:
        write_workbook(
            report,
            stream,
            study=facts.study,
            time=facts.time,
            notice=NOTICE if facts.synthetic else "",
            dispositions=dispositions,
        )
    data.write_text(as_json(report, facts, dispositions=dispositions), encoding="utf-8", newline="\n")
    plain = as_text(report, facts, first=IN_FILE, dispositions=dispositions)
    text.write_text(plain, encoding="utf-8", newline="\n")
    return [book, data, text]


def write_query_file(queries: Sequence[Query], path: Path, facts: Facts, *, settled: int = 0) -> None:
    """Write data queries as a workbook; deterministic."""
    notice = NOTICE if facts.synthetic else ""
    with path.open("wb") as stream:
        write_queries(queries, stream, study=facts.study, time=facts.time, notice=notice, settled=settled)


def as_json(report: Report, facts: Facts, *, dispositions: Sequence[Disposition] = ()) -> str:
    """The report as JSON: head, one entry per code under `rules`, one per finding under `findings`.

    Everything is there, nothing is cut: a finding has all its `records`. Empty fields are left out.
    """
    told: dict[str, Any] = {
        "schema": SCHEMA,
        "study": facts.study,
        "time": facts.time.isoformat(),
        "synthetic": facts.synthetic,
        "notice": NOTICE if facts.synthetic else "",
        "counts": {level.value: report.of_level(level) for level in Level},
        "records": report.records,
        "rules_run": list(report.rules),
        "rules": [
            {
                "code": group.code,
                "level": group.level.value,
                "title": group.title,
                "fix": group.fix,
                "count": group.count,
                "records": group.records,
            }
            for group in report.groups
        ],
        "findings": [_entry(finding, dispositions) for finding in report.findings],
    }
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def _entry(finding: Finding, dispositions: Sequence[Disposition]) -> dict[str, Any]:
    reasons = [item.reason if item else "" for item in of_records(finding, dispositions)]
    told: dict[str, Any] = {"id": finding.id}
    told |= {item.name: getattr(finding, item.name) for item in fields(finding) if item.name not in _INTERNAL}
    told["level"] = finding.level.value
    told["cause"] = _address(finding.cause) if finding.cause else {}
    told["disposition"] = reason_of(finding, dispositions)
    told["count"] = finding.count
    told["records"] = [
        _record(record, finding) | ({"disposition": reason} if reason else {})
        for record, reason in zip(finding.records, reasons, strict=False)
    ]
    return {name: value for name, value in told.items() if value or name in ("code", "level", "what")}


def _record(record: Occurrence, finding: Finding) -> dict[str, Any]:
    told: dict[str, Any] = record._asdict()
    told["source"] = [_address(place) for place in record.source]
    same = ("dataset", "variable")
    return {n: v for n, v in told.items() if v and not (n in same and v == getattr(finding, n))}


def _address(place: Address) -> dict[str, Any]:
    """An address with its fields, and as a person reads it."""
    told = {item.name: getattr(place, item.name) for item in fields(place)}
    return {"place": str(place), **{name: value for name, value in told.items() if value}}


def read_json(path: Path, *, other_than: tuple[str, ...] = ("CHK", "DEF", "TER", "CORE-")) -> list[Finding]:
    """Findings of an earlier report, those of the checks apart: what reading, link and mapping told.

    Empty when there is no such report or it can't be read.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        entries = told["findings"] if told["schema"] == SCHEMA else []
        return [_finding(entry) for entry in entries if not entry["code"].startswith(other_than)]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _finding(entry: dict[str, Any]) -> Finding:
    known = {item.name for item in fields(Finding)}
    kept = {name: value for name, value in entry.items() if name in known}
    kept["level"] = Level(entry["level"])
    kept["title"] = entry.get("title", "")
    kept["cause"] = _place(entry["cause"]) if entry.get("cause") else None
    kept["published"] = tuple(entry.get("published", ()))
    own = {name: entry[name] for name in ("dataset", "variable") if name in entry}
    kept["records"] = tuple(_occurrence({**own, **record}) for record in entry["records"])
    return Finding(**kept)


def _occurrence(entry: dict[str, Any]) -> Occurrence:
    known = {name: value for name, value in entry.items() if name in Occurrence._fields}
    return Occurrence(**{**known, "source": tuple(map(_place, entry.get("source", ())))})


def _place(entry: dict[str, Any]) -> Address:
    return Address(**{name: value for name, value in entry.items() if name != "place"})


def as_text(
    report: Report, facts: Facts, *, first: int | None = FIRST, dispositions: Sequence[Disposition] = ()
) -> str:
    """The report as plain text, grouped by code; the first few findings of each, or all with None."""
    return "".join(line + "\n" for _, line in _lines(report, facts, first, dispositions))


def print_report(
    report: Report,
    facts: Facts,
    stream: IO[str],
    *,
    first: int | None = FIRST,
    dispositions: Sequence[Disposition] = (),
) -> None:
    """Print the report: coloured on a terminal, plain lines elsewhere."""
    if not stream.isatty():
        stream.write(as_text(report, facts, first=first, dispositions=dispositions))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, soft_wrap=True, highlight=False)
    for style, line in _lines(report, facts, first, dispositions):
        console.print(Text(line, style=style))


def _lines(
    report: Report, facts: Facts, first: int | None, dispositions: Sequence[Disposition]
) -> list[tuple[str, str]]:
    """(style, line) of the whole report."""
    lines: list[tuple[str, str]] = []
    if facts.synthetic:
        lines.append(("bold", f"{NOTICE} - {facts.study}"))
    for group in report.groups:
        lines += [("", ""), *_group_lines(group, first, dispositions)]
    lines += [("", ""), ("bold", summary(report, dispositions))]
    return lines


def _group_lines(
    group: FindingGroup, first: int | None, dispositions: Sequence[Disposition]
) -> list[tuple[str, str]]:
    many = f", {group.records:,} records" if group.records > group.count else ""
    head = f"{group.code} {group.title} ({group.level.value}, {group.count:,}{many})"
    lines = [(_STYLES[group.level], head)]
    shown = group.findings if first is None else group.findings[:first]
    for finding in shown:
        lines.append(("", f"  {finding.where}: {finding.what}" if finding.where else f"  {finding.what}"))
        reason = reason_of(finding, dispositions)
        more = (
            ("records", _places(finding)),
            ("found", _some(dict.fromkeys(repr(item.value) for item in finding.records if item.value))),
            ("did you mean", finding.hint),
            ("from", _from(finding)),
            ("see", finding.spec),
            ("do", "" if group.fix else finding.fix),
            ("explained", reason or _in_part(finding, dispositions)),
        )
        lines += [("dim", f"      {name}: {text}") for name, text in more if text]
    rest = group.count - len(shown)
    if rest:
        lines.append(("dim", f"  and {rest:,} more"))
    if group.fix:
        lines.append(("", f"  do: {group.fix}"))
    return lines


def _in_part(finding: Finding, dispositions: Sequence[Disposition]) -> str:
    """How many records of a finding have a disposition, where not all have."""
    some = explained(finding, dispositions)
    return f"{some:,} of {finding.count:,} records" if some else ""


def _places(finding: Finding) -> str:
    """How many records it holds for, of how many, and the first ones; empty where its place says it all."""
    if finding.count == 1 and finding.cause is None:
        return ""
    of = f" of {finding.out_of:,}" if finding.out_of > finding.count else ""
    return f"{finding.count:,}{of}: {_some([item.where for item in finding.records])}"


def _from(finding: Finding) -> str:
    """Raw lines behind the records, where they are not the places themselves."""
    sources = dict.fromkeys(str(place) for item in finding.records for place in item.source)
    return _some([source for source in sources if source not in {item.where for item in finding.records}])


def _some(texts: Collection[str], most: int = PLACES) -> str:
    rest = len(texts) - most
    return "; ".join(islice(texts, most)) + (f" and {rest:,} more" if rest > 0 else "")


def summary(report: Report, dispositions: Sequence[Disposition] = ()) -> str:
    """One sentence: how many findings of which level, on how many records, and how many are explained."""
    if not report.count:
        return "No findings."
    parts = [level.counted(count) for level in Level if (count := report.of_level(level))]
    many = f" on {report.records:,} records" if report.records > report.count else ""
    told = _explained(report, dispositions)
    return f"{report.count:,} finding{_s(report.count)}{many}: {', '.join(parts)}{told}."


def _explained(report: Report, dispositions: Sequence[Disposition]) -> str:
    """How many findings have a disposition for each record, and how many records have one."""
    records = sum(explained(item, dispositions) for item in report.findings)
    if not records:
        return ""
    whole = sum(1 for item in report.findings if reason_of(item, dispositions))
    among = f", {records:,} of {report.records:,} records" if report.records > report.count else ""
    return f"; dispositions explain {whole:,} of {report.count:,} findings{among}"


def _s(count: int) -> str:
    return "" if count == 1 else "s"
