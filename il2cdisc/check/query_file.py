"""The questions of a build as JSON, for the command that adds them to the query log; nothing is cut."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from il2cdisc.base.problems import Kind, Severity, Stopped
from il2cdisc.check.queries import Query

QUERIES = "queries.json"
SCHEMA = "il2cdisc-queries/1"
UNREADABLE_QUERIES = Kind(
    "CLI007",
    "Questions of a build that cannot be read",
    Severity.STOP,
    "Build the trial again (il2cdisc build), whole and from its raw export.",
)


def as_json(queries: Sequence[Query], *, study: str, notice: str) -> str:
    """Study, notice, and every question with its fields, in their order."""
    given = {
        "schema": SCHEMA,
        "study": study,
        "notice": notice,
        "queries": [{name: value for name, value in asdict(q).items() if value} for q in queries],
    }
    return json.dumps(given, indent=1, ensure_ascii=False) + "\n"


def read_queries(path: Path, shown: str, *, study: str) -> list[Query]:
    """The questions of a build, whatever their state. Raises `Stopped`."""
    if not path.is_file():
        raise Stopped([UNREADABLE_QUERIES.at(shown, "there are no questions of a build")])
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        if given["schema"] != SCHEMA:
            raise ValueError(f"its schema is {given['schema']}")
        if given["study"] != study:
            raise ValueError(f"it is of study {given['study']}")
        blank = {item.name: 0 if item.name == "line" else "" for item in fields(Query)}
        return [Query(**{**blank, **entry}) for entry in given["queries"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Stopped([UNREADABLE_QUERIES.at(shown, f"the file cannot be used: {error}")]) from None
