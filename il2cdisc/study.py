"""`study.toml` → `Study`: the trial in one page, frozen; unknown keys are refused."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from il2cdisc.base.problems import Address, Problem, Problems, Stopped, at_line, did_you_mean
from il2cdisc.study_checks import BAD_VALUE, MISSING_KEY, UNKNOWN_KEY, UNREADABLE, Key, checks
from il2cdisc.study_model import (
    Agreement,
    AnalysisFacts,
    BuildFacts,
    FormSource,
    Paths,
    Standards,
    Study,
    StudyIds,
    SubjectLink,
    Treatment,
    Unblinding,
)

__all__ = ["FILE", "FormSource", "Study", "SubjectLink", "Treatment", "load_study"]

FILE = "study.toml"


def load_study(folder: Path) -> Study:
    """Read `study.toml` of a study folder.

    Raises `Stopped` with every problem: the file missing or no TOML, unknown, missing and wrong keys,
    paths that leave the folder, links and forms that don't exist, a real treatment list without its
    record.
    """
    root = folder.resolve()
    text, data = _read(root)
    places = _lines(text)
    problems = Problems()
    study: Study | None = None
    known = {name: value for name, value in data.items() if name != "folder"}
    if "folder" in data:
        problems.add(UNKNOWN_KEY.at(_place(("folder",), places), "'folder' is no key of the study."))
    try:
        study = Study(**known, folder=root)
    except ValidationError as error:
        problems.extend(_told(error, places))
    if study is not None:
        for where, kind, what, values, hint in checks(study):
            problems.add(kind.at(_place(where, places), what, values=values, hint=hint))
    problems.stop_if_any()
    assert study is not None
    return study


def _read(root: Path) -> tuple[str, dict[str, Any]]:
    path = root / FILE
    if not path.is_file():
        raise Stopped([UNREADABLE.at(FILE, f"There is no {FILE} in the folder '{root.name}'.")])
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        what = f"Byte {error.start} is not UTF-8."
        raise Stopped([UNREADABLE.at(at_line(FILE, line), what)]) from None
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found.group(1)) if found else text.count("\n") + 1
        what = re.sub(r"\s*\(at .*\)$", "", str(error))
        raise Stopped([UNREADABLE.at(at_line(FILE, line), f"{what}.")]) from None


def _lines(text: str) -> dict[Key, int]:
    """Line of each table and key, as far as a plain look finds them (for messages only)."""
    places: dict[Key, int] = {}
    table: Key = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[{1,2}([^\[\]]+)\]{1,2}\s*(#.*)?$", line):
            table = _split(header.group(1))
            places.setdefault(table, number)
        elif entry := re.match(r"""\s*([\w.\-"' ]+?)\s*=""", line):
            key = (*table, *_split(entry.group(1)))
            places.setdefault(key, number)
    return places


def _split(dotted: str) -> Key:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _place(key: Key, places: dict[Key, int]) -> Address:
    """The line of a key, or of the nearest table around it."""
    for end in range(len(key), 0, -1):
        if key[:end] in places:
            return at_line(FILE, places[key[:end]], ".".join(key))
    return at_line(FILE, 1, ".".join(key))


def _told(error: ValidationError, places: dict[Key, int]) -> Iterator[Problem]:
    for item in error.errors(include_url=False):
        key = tuple(str(part) for part in item["loc"] if part != "[key]")
        last = key[len(key) - 1]
        where = _place(key, places)
        kind = item["type"]
        if kind == "extra_forbidden":
            hint = did_you_mean(last, _keys_at(key[:-1]))
            table = f"[{'.'.join(key[:-1])}]" if len(key) > 1 else "the study"
            yield UNKNOWN_KEY.at(where, f"'{last}' is no key of {table}.", hint=hint)
        elif kind == "missing":
            yield MISSING_KEY.at(where, f"'{last}' is missing.")
        elif kind == "string_pattern_mismatch" and item["loc"][-1] == "[key]":
            what = f"The form name '{last}' is not lower-case letters, digits and underscores."
            yield BAD_VALUE.at(where, what)
        elif kind == "value_error":
            yield BAD_VALUE.at(
                where, f"The value {item['msg'].removeprefix('Value error, ')}.", values=[item["input"]]
            )
        else:
            yield BAD_VALUE.at(where, f"{item['msg']}.", values=[item["input"]])


def _keys_at(key: Key) -> list[str]:
    """Keys that the table at `key` may have."""
    if key[:1] == ("forms",) and len(key) == 2:
        model = FormSource
    elif key[:1] == ("agreements",):
        model = Agreement
    else:
        model = _TABLES.get(key[-1] if len(key) else "")
    return [name for name in model.model_fields if name != "folder"] if model else []


_TABLES: dict[str, type[BaseModel]] = {
    "": Study,
    "study": StudyIds,
    "standards": Standards,
    "build": BuildFacts,
    "paths": Paths,
    "treatment": Treatment,
    "unblinding": Unblinding,
    "analysis": AnalysisFacts,
    "subject": SubjectLink,
}
