"""The way back from a record to the raw lines it was made of, as lines of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from il2cdisc.base.problems import Address, Kind, Severity, Stopped, did_you_mean
from il2cdisc.trace.store import Lineage
from il2cdisc.transport.xpt import XptFile, read_xpt

NO_DATASET = Kind("TRC001", "no such dataset in the build", Severity.STOP, "Name a dataset of the build.")
NO_RECORD = Kind(
    "TRC002", "no such record", Severity.STOP, "Give the USUBJID and the sequence number of a record."
)
NO_BUILD = Kind("TRC003", "there is nothing to trace", Severity.STOP, "Run il2cdisc build first.")

RawValues = Callable[[str, int], dict[str, str]]
MOST_ROWS = 60


def trace(outputs: Path, dataset: str, usubjid: str, seq: int | None, raw: RawValues) -> Iterator[str]:
    """Lines that lead from a record of `dataset` back to files, lines and fields.

    `raw(form, row id)` gives the raw values of a row by column. Raises `Stopped` for an unknown dataset,
    subject or sequence number.
    """
    lineage = Lineage(outputs / "lineage")
    if not lineage.folder.is_dir():
        raise Stopped([NO_BUILD.at(Address(file=str(outputs)), "it holds no lineage")])
    name = dataset.upper()
    found = _file(outputs, name)
    rows = _rows(found, name, usubjid, seq)
    for row in rows:
        yield _title(found.frame.iloc[row], name)
        yield from _steps(outputs, lineage, name, row, raw, 1)


def _steps(outputs: Path, lineage: Lineage, name: str, row: int, raw: RawValues, depth: int) -> Iterator[str]:
    edges = lineage.of_row(name, row)
    if edges.empty:
        yield "  " * depth + "made by the engine from the workbook; no raw record behind it"
        return
    fields = _fields(lineage, name)
    groups: dict[tuple[str, int], list[str]] = {}
    for source, number, field in edges[["source", "id", "field"]].itertuples(index=False):
        groups.setdefault((str(source), int(number)), []).extend([field] if isinstance(field, str) else [])
    for count, ((source, number), own) in enumerate(groups.items()):
        if count == MOST_ROWS:
            yield "  " * depth + f"and {len(groups) - MOST_ROWS} more"
            return
        if source.isupper():
            frame = _file(outputs, source).frame
            yield "  " * depth + "← " + _title(frame.iloc[number], source)
            yield from _steps(outputs, lineage, source, number, raw, depth + 1)
            continue
        place = lineage.address(source, number)
        yield "  " * depth + f"← {place}  ({source}, record {number + 1})"
        values = raw(source, number)
        wanted = [f.partition(".")[2] for f in fields if f.startswith(source + ".")]
        gathered = {f.partition(".")[2] for f in own}
        siblings = _siblings(lineage, name, source) if gathered else set()
        for column in dict.fromkeys([*sorted(gathered), *wanted]):
            if column in siblings and column not in gathered:
                continue
            if column in values:
                yield "  " * (depth + 2) + f"{column} = {values[column]!r}"


def _fields(lineage: Lineage, name: str) -> list[str]:
    """Raw columns behind a dataset's variables, in the order of the variables."""
    table = lineage.variables()
    parent = "SUPP" + name
    chosen = table[table["dataset"].isin([name, parent, name.removeprefix("SUPP")])]
    return list(dict.fromkeys(s for text in chosen["sources"].dropna() for s in str(text).split()))


def _siblings(lineage: Lineage, name: str, source: str) -> set[str]:
    """Raw columns of a form that rows are gathered from: only the row's own one is shown."""
    edges = lineage.edges(name)
    names = edges.loc[(edges["source"] == source) & edges["field"].notna(), "field"].unique()
    return {str(n).partition(".")[2] for n in names}


def _title(record: pd.Series, name: str) -> str:
    keys = [
        k for k in ("USUBJID", f"{name[:2]}SEQ", "ASEQ", "PARAMCD", "AVISIT", "QNAM") if k in record.index
    ]
    shown = [f"{k}={_shown(record[k])}" for k in keys if not pd.isna(record[k])]
    tests = [
        n for n in record.index if n.endswith(("TESTCD", "TERM", "STRESC", "AVAL", "VISIT")) and n not in keys
    ]
    shown += [f"{n}={_shown(record[n])}" for n in tests if not pd.isna(record[n])]
    return " ".join([name, *shown])


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _file(outputs: Path, name: str) -> XptFile:
    for folder in ("sdtm", "adam"):
        path = outputs / folder / f"{name.lower()}.xpt"
        if path.is_file():
            return _read(path)
    have = sorted(p.stem.upper() for p in outputs.glob("*/*.xpt"))
    raise Stopped(
        [NO_DATASET.at(Address(dataset=name), "the build has no such dataset", hint=did_you_mean(name, have))]
    )


_CACHE: dict[Path, XptFile] = {}


def _read(path: Path) -> XptFile:
    if path not in _CACHE:
        _CACHE[path] = read_xpt(path)
    return _CACHE[path]


def _rows(found: XptFile, name: str, usubjid: str, seq: int | None) -> list[int]:
    frame = found.frame
    chosen = pd.Series(True, index=frame.index)
    if "USUBJID" in frame and usubjid:
        chosen &= frame["USUBJID"] == usubjid
        if not chosen.any():
            hint = did_you_mean(usubjid, frame["USUBJID"].dropna().unique())
            raise Stopped(
                [NO_RECORD.at(Address(dataset=name, usubjid=usubjid), "no such subject", hint=hint)]
            )
    number = next((c for c in (f"{name[:2]}SEQ", "ASEQ", "IDVARVAL") if c in frame), "")
    if seq is not None and number:
        chosen &= pd.to_numeric(frame[number], errors="coerce") == seq
        if not chosen.any():
            what = f"no record with {number} {seq}"
            raise Stopped([NO_RECORD.at(Address(dataset=name, usubjid=usubjid), what)])
    return [int(i) for i in chosen.to_numpy().nonzero()[0]][:20]
