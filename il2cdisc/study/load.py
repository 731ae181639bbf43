"""`study.toml` → `Study`: the trial in one page, frozen; unknown keys are refused."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from il2cdisc.base.problems import Address, Problem, Problems, Stopped, at_line
from il2cdisc.study.checks import NO_FOLDER, UNKNOWN_KEY, UNREADABLE, Key, checks
from il2cdisc.study.invalid import invalid_key
from il2cdisc.study.model import (
    FILE,
    Agreement,
    AnalysisFacts,
    BuildFacts,
    CrfFacts,
    FormSource,
    Paths,
    ScheduleFacts,
    Standards,
    Start,
    Study,
    StudyIds,
    SubjectLink,
    TextFacts,
    Treatment,
    Unblinding,
)

__all__ = ["FILE", "FormSource", "Study", "SubjectLink", "Treatment", "load_study"]


def load_study(folder: Path) -> Study:
    """Read `study.toml` of a study folder.

    Raises `Stopped` with every problem: the file missing or no TOML, unknown, missing and wrong keys,
    paths that leave the folder, links and forms that don't exist, a real treatment list without its
    record.
    """
    study, problems = read_study(folder)
    problems.stop_if_any()
    assert study is not None
    return study


def read_study(folder: Path) -> tuple[Study | None, Problems]:
    """The study, and every problem of its file.

    Where a key is wrong or missing the study is what is left of it, so that the rest of a trial can be
    looked at; None where that is none. Raises `Stopped` where there is no file, or it is no TOML.
    """
    root = folder.resolve()
    text, data = _read(root)
    places = _lines(text)
    problems = Problems()
    for name in ("folder", "lines"):  # fields of the model that are not keys of the file
        if data.pop(name, None) is not None:
            problems.add(UNKNOWN_KEY.at(_place((name,), places), f"'{name}' is not a key of the study."))
    study: Study | None = None
    filled = False
    try:
        study = Study(**data, folder=root, lines=places)
    except ValidationError as error:
        problems.extend(_invalid(error, places))
        study, filled = _as_far_as_it_goes(data, error, root, places)
    if study is not None and not filled:
        for where, kind, what, values, hint in checks(study):
            problems.add(kind.at(study.at(*where), what, values=values, hint=hint))
    return study, problems


def _as_far_as_it_goes(
    data: dict[str, Any], error: ValidationError, root: Path, places: dict[Key, int]
) -> tuple[Study | None, bool]:
    """The study without the keys that are wrong; and whether missing ones had to be filled in."""
    filled = False
    for _ in range(4):  # what takes the place of a table may need keys itself
        data = deepcopy(data)
        for item in error.errors(include_url=False):
            table: Any = data
            for part in item["loc"][:-1]:
                table = table.get(part) if isinstance(table, dict) else None
            if not isinstance(table, dict):
                return None, filled
            last = str(item["loc"][-1])
            if item["type"] == "missing":
                table[last], filled = _STAND_INS.get(last, STAND_IN), True
            else:
                table.pop(last, None)
        try:
            return Study(**data, folder=root, lines=places), filled
        except ValidationError as another:
            error = another
    return None, filled


STAND_IN = "none"
"""What takes the place of a missing text."""
_STAND_INS: dict[str, Any] = {
    "study": {},
    "build": {},
    "forms": {},
    "synthetic": False,
    "mode": "real",
    "time": "2000-01-01T00:00:00",
    "on": "2000-01-01",
    "pairs": {STAND_IN: STAND_IN},
}
"""What takes the place of a missing key, so that the rest of the trial can be looked at."""


def _read(root: Path) -> tuple[str, dict[str, Any]]:
    path = root / FILE
    if not root.is_dir():
        what = "is not a folder" if root.exists() else "does not exist"
        raise Stopped([NO_FOLDER.at(str(root), f"The folder '{root.name}' {what}.")])
    try:
        str(root).encode()
    except UnicodeEncodeError:
        what = "The folder's name, or that of one around it, is not text in UTF-8."
        raise Stopped([NO_FOLDER.at(ascii(root.name), what, fix="Give it another name.")]) from None
    if not path.is_file():
        raise Stopped([NO_FOLDER.at(FILE, f"There is no {FILE} in the folder '{root.name}'.")])
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        what = f"Byte {error.start} is not UTF-8."
        raise Stopped([UNREADABLE.at(at_line(FILE, line), what)]) from None
    try:
        return text, tomllib.loads(text)
    except RecursionError:
        raise Stopped([UNREADABLE.at(FILE, "Brackets are nested too deep.")]) from None
    except ValueError as error:  # TOML that is not well-formed, or a number of thousands of digits
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


def _invalid(error: ValidationError, places: dict[Key, int]) -> Iterator[Problem]:
    for item in error.errors(include_url=False):
        key = tuple(str(part) for part in item["loc"] if part != "[key]")
        yield invalid_key(item, key, _place(key, places), _model_at(key[:-1]))


def _model_at(key: Key) -> type[BaseModel] | None:
    """The model of the table at `key`."""
    if key[:1] == ("agreements",):
        return Agreement
    return _TABLES.get(key[-1] if key else "")


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
    "schedule": ScheduleFacts,
    "text": TextFacts,
    "start": Start,
    "crf": CrfFacts,
}
