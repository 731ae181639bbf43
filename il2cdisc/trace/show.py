"""A trace as text for a person, and as JSON for a program."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from il2cdisc.trace.follow import RawLine, Record, Trace


def as_lines(found: Trace) -> Iterator[str]:
    """Lines of text: each record, below it what it was made of, down to file, line, column and value."""
    for record in found.records:
        yield from _record(record, 0)
    if found.more:
        noun = "record" if found.more == 1 else "records"
        yield f"and {found.more} more {noun}; give a sequence number to choose one"


def as_json(found: Trace) -> str:
    """One JSON document: records with their sources nested, and the files that have changed."""
    document = {
        "records": [_plain(record) for record in found.records],
        "more": found.more,
        "problems": [{"code": p.code, "file": p.where.file, "what": p.what} for p in found.problems],
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def _record(item: Record, depth: int) -> Iterator[str]:
    mark = "" if depth == 0 else ("↔ " if item.related else "← ")
    yield "  " * depth + mark + " ".join([item.dataset, *(f"{k}={v}" for k, v in item.keys.items())])
    inner = depth + 1
    if item.folded:
        yield (
            "  " * inner + f"subject-level data: il2cdisc trace {item.dataset} {item.keys.get('USUBJID', '')}"
        )
        return
    if item.variable:
        about = "; ".join(t for t in (item.origin, item.rule) if t)
        value = item.value or "(empty)"
        yield "  " * inner + f"{item.variable} = {value}" + (f"  ({about})" if about else "")
    if item.received and not item.sources:
        yield "  " * inner + f"← {item.received}: the build starts from this dataset"
    elif not item.sources:
        yield "  " * inner + "made by the engine from the workbook: no raw record behind it"
    for source in item.sources:
        if isinstance(source, RawLine):
            yield from _line(source, inner, short=bool(item.variable))
        else:
            yield from _record(source, inner)
    if item.more:
        yield "  " * inner + f"and {item.more} more"


def _line(line: RawLine, depth: int, *, short: bool) -> Iterator[str]:
    head = "  " * depth + f"← {line.place}"
    if line.repeats:
        yield f"{head}  (repeats {line.repeats})"
    if not line.known:
        yield f"{head}  (the file has changed since the build)"
    elif short and line.cells:
        for cell in line.cells:
            yield f"{head} {cell.column} = {cell.value!r}"
    else:
        if not line.repeats:
            yield head
        width = max((len(c.column) + len(repr(c.value)) for c in line.cells), default=0)
        for cell in line.cells:
            text = f"{cell.column} = {cell.value!r}"
            made = f"  → {', '.join(cell.variables)}" if cell.variables else ""
            yield "  " * (depth + 2) + (text.ljust(min(width + 3, 40)) + made if made else text)


def _plain(item: Record | RawLine) -> dict[str, Any]:
    if isinstance(item, RawLine):
        place = item.place
        cells = [{"column": c.column, "value": c.value, "variables": list(c.variables)} for c in item.cells]
        return {
            "raw": item.form, "file": place.file, "sheet": place.sheet, "line": place.line,
            "changed": not item.known, "repeats": str(item.repeats or ""), "cells": cells,
        }  # fmt: skip
    out: dict[str, Any] = {"dataset": item.dataset, "record": item.row, "keys": item.keys}
    if item.variable:
        out |= {"variable": item.variable, "value": item.value, "origin": item.origin, "rule": item.rule}
    if item.received:
        out["received"] = item.received
    if item.related:
        out["related"] = True
    if item.folded:
        out["folded"] = True
    else:
        out["from"] = [_plain(source) for source in item.sources]
    if item.more:
        out["more"] = item.more
    return out
