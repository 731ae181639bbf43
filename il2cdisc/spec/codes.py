"""Codes of external dictionaries (UNII, MED-RT, SNOMED, LOINC) from a file of the user: none is shipped."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from il2cdisc.base.problems import Problems, at_line, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.external import DictionaryCode
from il2cdisc.spec.models import Spec, SummaryValue

FILE = "codes.csv"
HEADER = ("Dataset", "Key", "Specimen", "Dictionary", "Version", "Code", "Term")
_LOINC = re.compile(r"\d{1,7}-\d")


def with_codes(spec: Spec, path: Path, shown: str, problems: Problems) -> Spec:
    """The workbook with the codes of a CSV file; without a file the workbook as it is.

    Columns of the file: `Dataset` and `Key` say what is coded (TS and a parameter, or a findings dataset
    and a test code), `Specimen` narrows a test, blank is any; `Dictionary`, `Version`, `Code` and `Term` are
    the code. Of TS they become TSVALCD, TSVCDREF and TSVCDVER, and a term becomes the value of a parameter
    that has none; of a dataset with --LOINC the code of its tests.
    """
    if not path.is_file():
        return spec
    codes = tuple(_read(path.read_bytes(), shown, spec, problems))
    known = {code.key: code for code in codes if code.dataset == "TS"}
    summary = tuple(_coded(value, known) for value in spec.protocol.summary)
    protocol = spec.protocol.model_copy(update={"summary": summary})
    return spec.model_copy(update={"codes": codes, "protocol": protocol})


def _coded(value: SummaryValue, codes: Mapping[str, DictionaryCode]) -> SummaryValue:
    code = codes.get(value.parameter)
    if code is None:
        return value
    text = value.value or code.term
    return value.model_copy(
        update={
            "value": text,
            "null_flavor": "" if text else value.null_flavor,
            "code": code.code,
            "dictionary": code.dictionary,
            "dictionary_version": code.version,
        }
    )


def _read(data: bytes, shown: str, spec: Spec, problems: Problems) -> Iterator[DictionaryCode]:
    try:
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        problems.add(kinds.CODES_UNREADABLE.at(shown, f"The file can't be read as UTF-8 CSV: {error}."))
        return
    absent = [name for name in HEADER if not rows or name not in rows[0]]
    if absent:
        what = "The file has no rows." if not rows else "The header does not have every column."
        problems.add(kinds.CODES_UNREADABLE.at(shown, what, values=absent if rows else ()))
        return
    seen: set[tuple[str, str, str]] = set()
    for line, row in enumerate(rows, start=2):
        code = _code({name: (row[name] or "").strip() for name in HEADER})
        wrong = _wrong(code, spec, (code.dataset, code.key, code.specimen) in seen)
        seen.add((code.dataset, code.key, code.specimen))
        if wrong:
            what, hint = wrong
            problems.add(kinds.CODE_ROW.at(at_line(shown, line), what, values=[code.key], hint=hint))
        else:
            yield code


def _code(row: Mapping[str, str]) -> DictionaryCode:
    return DictionaryCode(**{name.lower(): text for name, text in row.items()})


def _wrong(code: DictionaryCode, spec: Spec, again: bool) -> tuple[str, str] | None:
    """What is wrong with a row and what was probably meant; None where it is good."""
    known = set(_keys(spec, code.dataset))
    if not known:
        return f"dataset {code.dataset} has no tests or parameters in the workbook", did_you_mean(
            code.dataset, spec.datasets
        )
    if code.key not in known:
        return f"{code.dataset} has no test or parameter {code.key}", did_you_mean(code.key, known)
    if again:
        return f"{code.dataset} {code.key} is coded by an earlier row already", ""
    if not (code.dictionary and code.code):
        return f"{code.dataset} {code.key} has no dictionary or no code", ""
    if code.dictionary == "LOINC" and not is_loinc(code.code):
        return f"'{code.code}' is not a LOINC code: its check digit is wrong", ""
    return None


def _keys(spec: Spec, dataset: str) -> Iterator[str]:
    """Codes of tests of a dataset, or parameters of TS."""
    if dataset == "TS":
        yield from (value.parameter for value in spec.protocol.summary)
        return
    variable = spec.variable(dataset, f"{dataset}TESTCD")
    rows = (variable, *spec.values_of(dataset, f"{dataset}TESTCD")) if variable else ()
    for row in rows:
        if row.codelist in spec.codelists:
            yield from spec.codelists[row.codelist].values


def is_loinc(code: str) -> bool:
    """True for digits, a hyphen and the check digit that belongs to them (Luhn's, as LOINC has it).

    >>> is_loinc("99901-1"), is_loinc("99901-2")
    (True, False)
    """
    if not _LOINC.fullmatch(code):
        return False
    number, check = code.split("-")
    doubled = int(number[::-1][0::2]) * 2
    total = sum(map(int, str(doubled))) + sum(map(int, number[::-1][1::2]))
    return (10 - total % 10) % 10 == int(check)
