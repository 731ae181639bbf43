"""Reconciles a file of a safety database or a laboratory with the last build, or the raw export."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from il2cdisc.base.dates import is_iso, iso_date
from il2cdisc.base.problems import Address, Kind, Problems, Severity, Stopped, did_you_mean
from il2cdisc.compare.reconcile import LINE, Listed, Reconciliation, columns_of, reconcile
from il2cdisc.raw.dictionary import load_dictionary
from il2cdisc.raw.limits import read_pattern
from il2cdisc.raw.readers import csv
from il2cdisc.study import Study

BAD_COLUMN = Kind(
    "CLI008",
    "Column of a reconciliation that does not exist",
    Severity.STOP,
    "Name a header of the file: --column VARIABLE=HEADER.",
)
NO_KEYS = Kind(
    "CLI009",
    "No key to reconcile by",
    Severity.STOP,
    "Name columns that both sides have (--keys SUBJID,AESPID), and other headers (--column VARIABLE=HEADER).",
)
SERIOUS = ("AESCAN", "AESCONG", "AESDISAB", "AESDTH", "AESHOSP", "AESLIFE", "AESOD", "AESMIE", "AESER")
_SUBJECTS = ("USUBJID", "SUBJID")


@dataclass(frozen=True, slots=True)
class ListOptions:
    """How a file is to be read: its own headers by variable, keys (none: those that fit), its format, and how
    its dates are written (empty: ISO 8601)."""

    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    keys: Sequence[str] = ()
    delimiter: str = ","
    encoding: str = "utf-8"
    written: str = ""


def reconcile_serious(
    study: Study, path: Path, options: ListOptions, *, out: Path | None = None
) -> Reconciliation:
    """Serious events of a safety database, a line an event, against AE of the last build."""
    trial = _events(study, out or study.outputs)
    file, rest = _listed(path, options, columns_of(trial), trial)
    keys = _keys(path, options, file, trial, [[s, k] for k in ("AESPID",) for s in _SUBJECTS], _by_term)
    return reconcile(file, trial, keys=keys, not_compared=rest, notice=_notice(study))


def reconcile_form(study: Study, path: Path, options: ListOptions, form: str) -> Reconciliation:
    """A list of a laboratory, such as its samples, against a form of the raw export."""
    trial = _form(study, form)
    file, rest = _listed(path, options, columns_of(trial), trial)
    keys = _keys(path, options, file, trial, [list(study.forms[form].key)])
    return reconcile(file, trial, keys=keys, not_compared=rest, notice=_notice(study))


def _notice(study: Study) -> str:
    return "SYNTHETIC DATA" if study.study.synthetic else ""


def _events(study: Study, outputs: Path) -> Listed:
    """AE of a build with SUBJID of DM; those that are serious are expected in the file."""
    from il2cdisc.check.problems import NO_OUTPUTS
    from il2cdisc.deliver.publish import repair
    from il2cdisc.package import SDTM, file_name, read_coded_dataset

    repair(outputs)
    path = outputs / SDTM / file_name("AE")
    if not path.is_file():
        raise Stopped([NO_OUTPUTS.at(str(path), "there is no AE of a build")])
    table = read_coded_dataset(path).table
    frame = table.frame()
    texts = pd.DataFrame({str(name): _texts(frame[name]) for name in frame})
    subjects = outputs / SDTM / file_name("DM")
    if subjects.is_file():
        dm = read_coded_dataset(subjects).table.frame(["USUBJID", "SUBJID"])
        known = dict(zip(dm["USUBJID"], dm["SUBJID"], strict=True))
        texts.insert(1, "SUBJID", texts["USUBJID"].map(known).fillna(""))
    where = "AE USUBJID=" + texts["USUBJID"] + " AESEQ=" + texts["AESEQ"]
    names = [str(name) for name in texts.columns]
    dates = [name for name in names if name.endswith("DTC")]
    flags = [name for name in names if name in SERIOUS]
    dropped = [name for name in ("STUDYID", "DOMAIN", "AESEQ") if name in names]
    expected = texts["AESER"] == "Y" if "AESER" in texts else None
    shown = texts.drop(columns=dropped).assign(**{LINE: where})
    return Listed("serious events of AE", shown, dates, flags, expected, "AESER")


def _texts(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.map(lambda value: "" if pd.isna(value) else f"{value:.15g}").astype("str")
    return column.fillna("").astype("str")


def _form(study: Study, form: str) -> Listed:
    """A form of the raw export, as it is read today. A blinded build shows nothing restricted of it."""
    from il2cdisc.raw.read import read_whole_form
    from il2cdisc.study.checks import UNKNOWN_FORM

    if form not in study.forms or form in study.withheld:
        readable = [name for name in study.forms if name not in study.withheld]
        what = f"there is no form '{form}' to reconcile with"
        raise Stopped([UNKNOWN_FORM.at("--samples", what, hint=did_you_mean(form, readable))])
    dictionary = load_dictionary(study.dictionary, study.shown(study.dictionary))
    read = read_whole_form(study, dictionary, form)
    if read is None:
        place = study.shown(study.file_of(form))
        raise Stopped([UNKNOWN_FORM.at(place, f"form '{form}' can't be read", fix="Run il2cdisc build.")])
    frame = read.frame()
    restricted = study.forms[form].restricted if study.blinded else ()
    hidden = set(restricted) if isinstance(restricted, tuple) else set[str]()
    own = {n: n.partition(".")[2] for n in map(str, frame.columns) if n.startswith(f"{form}.")}
    shown = frame[list(own)].rename(columns=own).fillna("").astype("str")
    shown = shown.drop(columns=[name for name in shown if name in hidden])
    dates: list[str] = []
    for item in dictionary.get(form, ()):
        if item.type == "date" and item.column in shown:
            pattern = read_pattern(item.range)
            shown[item.column] = shown[item.column].map(partial(_iso_of, pattern=pattern))
            dates.append(item.column)
    shown[LINE] = [str(place) for place in read.addresses(np.arange(read.rows))]
    return Listed(f"form '{form}'", shown, dates)


def _iso_of(value: object, pattern: str) -> str:
    """A date in ISO 8601; what is not one stays as it is."""
    text = str(value).strip()
    try:
        return text if not text or not pattern or is_iso(text) else iso_date(text, pattern)
    except ValueError:
        return text


def _listed(
    path: Path, options: ListOptions, variables: Sequence[str], trial: Listed
) -> tuple[Listed, list[str]]:
    """The file with its columns named as in the trial, and the headers that stand for nothing there."""
    problems = Problems()
    shown = str(path)
    try:
        given = csv.CsvOptions.model_validate({"encoding": options.encoding, "delimiter": options.delimiter})
    except ValueError as error:
        text = str(error).splitlines()[2].strip() if str(error).count("\n") > 1 else str(error)
        raise Stopped([BAD_COLUMN.at(shown, text, fix="Correct --delimiter or --encoding.")]) from None
    table = csv.READER.whole(path, shown, given, problems)
    problems.stop_if_any()
    assert table is not None
    headers = [str(name) for name in table.frame.columns]
    named = _names(path, options, headers, variables, problems)
    problems.stop_if_any()
    frame = table.frame.rename(columns=named)[list(named.values())].fillna("").astype("str")
    for name in (name for name in named.values() if name in trial.dates):
        frame[name] = frame[name].map(partial(_iso_of, pattern=options.written))
    frame[LINE] = [f"{path.name}:{line}" for line in table.lines.tolist()]
    return Listed(shown, frame, trial.dates, trial.flags), [name for name in headers if name not in named]


def _names(
    path: Path, options: ListOptions, headers: Sequence[str], variables: Sequence[str], problems: Problems
) -> dict[str, str]:
    """Header → variable: as --column says, else of the same name, case apart."""
    out: dict[str, str] = {}
    place = str(path)
    for variable, header in options.columns.items():
        if header not in headers:
            what, hint = f"the file has no column {header}", did_you_mean(header, headers)
            problems.add(BAD_COLUMN.at(Address(file=place, column=header), what, hint=hint))
        elif variable not in variables:
            what, hint = f"the trial has no variable {variable}", did_you_mean(variable, variables)
            fix = "Name a variable of the trial: --column VARIABLE=HEADER."
            problems.add(BAD_COLUMN.at("--column", what, hint=hint, fix=fix))
        else:
            out[header] = variable
    taken = set(out.values())
    by_name = {name.casefold(): name for name in variables if name != LINE}
    for header in headers:
        variable = by_name.get(header.strip().casefold(), "")
        if header not in out and variable and variable not in taken:
            out[header] = variable
            taken.add(variable)
    return out


def _by_term(names: Iterable[str]) -> list[list[str]]:
    """Keys of events without a number: subject, term and start."""
    known = set(names)
    return [
        [subject, term, "AESTDTC"]
        for term in ("AEDECOD", "AETERM")
        for subject in _SUBJECTS
        if {subject, term, "AESTDTC"} <= known
    ]


def _keys(
    path: Path,
    options: ListOptions,
    file: Listed,
    trial: Listed,
    choices: list[list[str]],
    others: Callable[[Iterable[str]], list[list[str]]] | None = None,
) -> list[str]:
    """The keys that were asked for, or the first choice of which both sides have all."""
    both = [name for name in columns_of(file) if name in trial.frame and name != LINE]
    wanted = [list(options.keys)] if options.keys else [*choices, *(others(both) if others else [])]
    found = next((keys for keys in wanted if keys and set(keys) <= set(both)), None)
    if found is None:
        absent = [name for name in (wanted[0] if wanted else []) if name not in both]
        what = f"{', '.join(absent) or 'a key'} is not a column of both sides"
        raise Stopped([NO_KEYS.at(str(path), what, values=[n for n in columns_of(file) if n != LINE])])
    return found


def write_reports(found: Reconciliation, folder: Path, study: Study) -> list[Path]:
    """`reconciliation.xlsx` and `reconciliation.json`, in a folder that is made if it is not there."""
    from il2cdisc.compare.reconcile import as_json, write_reconciliation

    folder.mkdir(parents=True, exist_ok=True)
    book, data = folder / "reconciliation.xlsx", folder / "reconciliation.json"
    with book.open("wb") as stream:
        write_reconciliation(found, stream, created=study.build.time)
    data.write_text(as_json(found), encoding="utf-8", newline="\n")
    return [book, data]
