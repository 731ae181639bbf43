"""The data dictionary: which columns each form has, in which order, and what they mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from il2cdisc.base.problems import Address, Problems, at_line, did_you_mean
from il2cdisc.raw.limits import is_like_limits, read_limits
from il2cdisc.raw.problems import DICTIONARY, MISSING_FILE
from il2cdisc.raw.readers import csv

HEADER = ("form", "column", "label", "type", "codes", "unit", "range", "basis")
TYPES = ("text", "integer", "decimal", "date", "time", "code")


@dataclass(frozen=True, slots=True)
class DictionaryColumn:
    """One raw column: `name` is `form.COLUMN`; `codes` maps a collected value to its meaning."""

    form: str
    column: str
    label: str
    type: str
    codes: Mapping[str, str]
    unit: str
    range: str
    basis: str
    line: int

    @property
    def name(self) -> str:
        return f"{self.form}.{self.column}"


Dictionary = Mapping[str, tuple[DictionaryColumn, ...]]


def load_dictionary(path: Path, shown: str = "") -> dict[str, tuple[DictionaryColumn, ...]]:
    """Form → its columns in order, from a UTF-8 CSV with the columns of `HEADER`.

    Raises `Stopped` with every problem: unreadable file, missing columns, unknown types, codes that are
    no `value=meaning`, ranges of numbers that can't be read (see `raw/limits.py`), a column named twice.
    """
    shown = shown or path.name
    problems = Problems()
    if not path.is_file():
        problems.add(MISSING_FILE.at(shown, "There is no data dictionary."))
        problems.stop_if_any()
    table = csv.READER.whole(path, shown, csv.CsvOptions(), problems)
    problems.stop_if_any()
    assert table is not None
    found = list(table.frame.columns)
    for name in HEADER:
        if name not in found:
            hint = did_you_mean(name, [other for other in found if other not in HEADER])
            problems.add(
                DICTIONARY.at(at_line(shown, 1, name), f"The column '{name}' is missing.", hint=hint)
            )
    problems.stop_if_any()
    forms: dict[str, list[DictionaryColumn]] = {}
    seen: dict[tuple[str, str], int] = {}
    rows = table.frame[list(HEADER)].fillna("").itertuples(index=False)
    for line, (form, column, label, kind, codes, unit, limits, basis) in zip(
        table.lines.tolist(), rows, strict=True
    ):
        where = at_line(shown, line)
        if not form or not column:
            problems.add(DICTIONARY.at(where, "A line needs a form and a column."))
            continue
        if (form, column) in seen:
            what = f"{form}.{column} is described twice, first on line {seen[form, column]}."
            problems.add(DICTIONARY.at(where, what))
            continue
        seen[form, column] = line
        if kind not in TYPES:
            what = f"The type of {form}.{column} is not one of {', '.join(TYPES)}."
            problems.add(DICTIONARY.at(where, what, values=[kind], hint=did_you_mean(kind, TYPES)))
        pairs = _codes(codes)
        if pairs is None or (kind == "code" and not pairs):
            what = f"The codes of {form}.{column} are no list of value=meaning, separated by semicolons."
            problems.add(DICTIONARY.at(where, what, values=[codes]))
        listed = [entry.partition("=")[0].strip() for entry in codes.split(";")] if pairs else []
        twice = [code for code, count in Counter(listed).items() if count > 1]
        if twice:
            what = f"The codes of {form}.{column} give a value more than one meaning."
            problems.add(DICTIONARY.at(where, what, values=twice))
        if kind in ("integer", "decimal"):
            _check_limits(limits, f"{form}.{column}", where, problems)
        entry = DictionaryColumn(form, column, label, kind, pairs or {}, unit, limits, basis, line)
        forms.setdefault(form, []).append(entry)
    problems.stop_if_any()
    return {form: tuple(columns) for form, columns in forms.items()}


def _check_limits(text: str, name: str, where: Address, problems: Problems) -> None:
    """A range of a column of numbers that has digits and can't be read as limits."""
    try:
        readable = bool(read_limits(text)) or not is_like_limits(text)
    except ValueError:
        readable = False
    if not readable:
        what = f"The range of {name} is not limits of a number."
        fix = "Write it as 1-40, 1 upwards or up to 9, several with `or` between them; a note has no digit."
        problems.add(DICTIONARY.at(where, what, values=[text], fix=fix))


def _codes(text: str) -> Mapping[str, str] | None:
    if not text:
        return {}
    pairs = [entry.partition("=") for entry in text.split(";")]
    if any(not mark or not value for value, mark, _ in pairs):
        return None
    return MappingProxyType({value.strip(): meaning.strip() for value, _, meaning in pairs})
