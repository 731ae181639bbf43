"""The way back from a record, or from one variable of it, through datasets to the raw lines behind it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from il2cdisc.base.numbers import numbers_of
from il2cdisc.base.problems import Address, Kind, Problem, Severity, Stopped, did_you_mean
from il2cdisc.trace.files import NO_BUILD, BuiltFiles
from il2cdisc.trace.store import Lineage
from il2cdisc.trace.values import RawValues

NO_RECORD = Kind(
    "TRC002", "Record not found", Severity.STOP, "Give the USUBJID and the sequence number of a record."
)
NO_VARIABLE = Kind("TRC005", "Variable not found", Severity.STOP, "Name a variable of the dataset.")
NOT_IN_PART = Kind(
    "TRC006",
    "Source datasets missing from a part of a build",
    Severity.STOP,
    "Name them too when the part is built, or trace in a whole build.",
)

MOST_RECORDS = 20
MOST_ROWS = 60


@dataclass(frozen=True)
class RawCell:
    """A raw value, and the variables of the record that are made of it."""

    column: str
    value: str
    variables: tuple[str, ...]


@dataclass(frozen=True)
class RawLine:
    """A raw line behind a record; without cells where the file is no longer the build's.

    `repeats`: the earlier line that it repeats.
    """

    form: str
    place: Address
    cells: tuple[RawCell, ...]
    known: bool = True
    repeats: Address | None = None


@dataclass(frozen=True)
class Record:
    """A record with what it was made of: further records and raw lines; `row` counts from 1.

    `keys` tell which record it is. With a `variable`: its value, origin and rule. `related`: of the
    other side of a relation. `folded`: subject-level data, whose way is left out. `more`: sources not listed.
    `received`: the file that the build took the finished dataset from.
    """

    dataset: str
    row: int
    keys: dict[str, str]
    variable: str = ""
    value: str = ""
    origin: str = ""
    rule: str = ""
    sources: tuple[Record | RawLine, ...] = ()
    related: bool = False
    folded: bool = False
    more: int = 0
    received: str = ""


@dataclass(frozen=True)
class Trace:
    """Records that were asked for; `more` of them are not listed; raw files that have changed since."""

    records: tuple[Record, ...]
    more: int
    problems: tuple[Problem, ...]


NO_FILES: Mapping[str, str] = {}


def follow(
    outputs: Path,
    dataset: str,
    usubjid: str,
    seq: int | None,
    raw: RawValues,
    *,
    variable: str = "",
    links: Collection[str] = (),
    received: Mapping[str, str] = NO_FILES,
) -> Trace:
    """The way back from the records of `dataset` with this subject and sequence number.

    `seq`: --SEQ or ASEQ, for SUPP-- and RELREC the IDVARVAL; None for all records of the subject. `variable`
    asks for one variable, for SUPP-- by its QNAM. `links`: raw columns (`form.COLUMN`) that lead a record to
    its subject; they are shown too. Raises `Stopped` for an unknown dataset, subject, record or variable, and
    in a part of a build where the way leads through datasets that were not named.
    """
    lineage = Lineage(outputs / "lineage")
    if not lineage.folder.is_dir():
        raise Stopped([NO_BUILD.at(Address(file=str(outputs)), "it holds no lineage")])
    way = _Way(BuiltFiles(outputs), lineage, raw, frozenset(links), received)
    name, wanted = dataset.upper(), variable.upper()
    frame = way.files.frame(name)
    rows = _rows(frame, name, usubjid, seq)
    if wanted and _is_supplemental(name):
        rows = _qualifiers(frame, rows, name, wanted)
    elif wanted and wanted not in frame:
        hint = did_you_mean(wanted, [str(c) for c in frame.columns])
        place = Address(dataset=name, column=wanted)
        raise Stopped([NO_VARIABLE.at(place, f"{name} has no variable {wanted}", hint=hint)])
    records = tuple(way.record(name, row, wanted, top=True) for row in rows[:MOST_RECORDS])
    return Trace(records, len(rows) - len(records), tuple(raw.problems))


@dataclass(frozen=True)
class _Way:
    files: BuiltFiles
    lineage: Lineage
    raw: RawValues
    links: frozenset[str]
    received: Mapping[str, str]

    def record(
        self, name: str, row: int, variable: str, *, top: bool = False, related: bool = False
    ) -> Record:
        """One record with all that is behind it."""
        values = self.files.frame(name).iloc[row]
        told = "" if _is_supplemental(name) else variable
        value, origin, rule = "", "", ""
        if told:
            value = self.files.shown(name, told, values.get(told))
            origin, rule = self._plan_of(name, told)
        keys = self.files.keys(name, values)
        if name == "ADSL" and not top and not variable:
            return Record(name, row + 1, keys, folded=True)
        steps = self._steps(name, row, variable, values)
        lacking = self.files.lacking(source for source, _, _ in steps if source.isupper())
        if lacking:
            what = f"the outputs are a part of a build, without {', '.join(lacking)}"
            raise Stopped([NOT_IN_PART.at(Address(dataset=name), what)])
        found: list[Record | RawLine] = []
        for source, number, fields in steps[:MOST_ROWS]:
            if source.isupper():
                other = source != values.get("RDOMAIN") if name == "RELREC" else False
                carried = self._carried(name, source, variable)
                found.append(self.record(source, number, carried, related=other))
            else:
                found.append(self._line(name, values, source, number, fields, variable))
        more = max(0, len(steps) - MOST_ROWS)
        return Record(
            name, row + 1, keys, told, value, origin, rule, tuple(found), related=related, more=more,
            received=self.received.get(name, ""),
        )  # fmt: skip

    def _steps(
        self, name: str, row: int, variable: str, values: pd.Series
    ) -> list[tuple[str, int, tuple[str, ...]]]:
        """Sources of a record, each with the fields it was gathered from; a variable's own if it has some."""
        groups: dict[tuple[str, int], list[str]] = {}
        for source, number, field in self.lineage.of_row(name, row):
            groups.setdefault((source, number), []).extend([field] if field else [])
        asked = variable or (str(values.get("QNAM")) if _is_supplemental(name) else "")
        names = self._sources(name, values, asked) if asked else ()
        heads = {n.partition(".")[0] for n in names}
        chosen = {key: own for key, own in groups.items() if key[0] in heads} or groups
        # a record's own source first; the record that RELREC names before those that it is related to
        domain = str(values.get("RDOMAIN", ""))
        order = sorted(chosen.items(), key=lambda g: (g[0][0] == "ADSL", g[0][0] != domain))
        return [(source, number, tuple(own)) for (source, number), own in order]

    def _line(
        self, name: str, values: pd.Series, form: str, row: int, fields: tuple[str, ...], variable: str
    ) -> RawLine:
        """A raw line: the columns behind the record, or behind the variable, with what is made of each."""
        place = self.lineage.address(form, row)
        found = self.raw.of(form, row)
        if found is None:
            return RawLine(form, place, (), known=False, repeats=self.lineage.repeats(form, row))
        made = self._made_of(name, values, variable)
        # of a form that rows are gathered from, only the row's own column is shown
        siblings = self.lineage.fields(name, form) if fields else frozenset[str]()
        names = [*fields, *(c for c in made if c.startswith(f"{form}.") and c not in siblings)]
        if not variable:
            names += [c for c in sorted(self.links) if c.startswith(f"{form}.")]
        elif fields and not any(f in made for f in fields):
            names = [n for n in names if n not in fields]
        cells: list[RawCell] = []
        for column in dict.fromkeys(names):
            short = column.partition(".")[2]
            if short in found:
                targets = made.get(column, ()) or (("link",) if column in self.links else ())
                cells.append(RawCell(short, found[short], tuple(targets)))
        return RawLine(form, place, tuple(cells), repeats=self.lineage.repeats(form, row))

    def _made_of(self, name: str, values: pd.Series, variable: str) -> dict[str, tuple[str, ...]]:
        """Raw column → the variables of the dataset (or the one asked for) that are made of it, in order."""
        if variable or _is_supplemental(name):
            asked = variable or str(values.get("QNAM"))
            return dict.fromkeys(self._sources(name, values, asked), (asked,))
        table = self.lineage.variables()
        chosen = table[table["dataset"].isin([name, f"SUPP{name}"])]
        rank = {v: n for n, v in enumerate(self.files.frame(name).columns)}
        lines = sorted(
            zip(chosen["variable"], chosen["sources"].fillna(""), chosen["dataset"], strict=True),
            key=lambda line: (line[2] != name, rank.get(line[0], len(rank)), line[0]),
        )
        out: dict[str, list[str]] = {}
        for target, sources, owner in lines:
            for column in str(sources).split():
                out.setdefault(column, []).append(str(target) if owner == name else f"{owner}.{target}")
        return {column: tuple(dict.fromkeys(targets)) for column, targets in out.items()}

    def _sources(self, name: str, values: pd.Series, variable: str) -> tuple[str, ...]:
        """Raw columns or `DS.NAME` behind a variable; of a qualifier, behind what it is a rest of as well."""
        found = self.lineage.sources(name, variable)
        if not found and _is_supplemental(name):
            parent = name.removeprefix("SUPP")
            stem = re.sub(r"\d+$", "", variable)
            near = variable[:-2] + "C" if variable.endswith("OR") else stem
            owners = ((name, stem), (parent, near), (parent, stem))
            found = next((s for owner, n in owners if (s := self.lineage.sources(owner, n))), ())
        return found

    def _carried(self, name: str, source: str, variable: str) -> str:
        """The variable of `source` that a variable of `name` is copied from; empty if none is named."""
        named = self.lineage.sources(name, variable) if variable else ()
        found = [n.partition(".")[2] for n in named if n.startswith(f"{source}.")]
        return found[0] if found else ""

    def _plan_of(self, name: str, variable: str) -> tuple[str, str]:
        table = self.lineage.variables()
        row = table[(table["dataset"] == name) & (table["variable"] == variable)]
        if row.empty:
            return "Derived", "made by the engine from the workbook"
        return str(row["origin"].iloc[0]), str(row["rule"].fillna("").iloc[0])


def _is_supplemental(name: str) -> bool:
    return name.startswith("SUPP")


def _rows(frame: pd.DataFrame, name: str, usubjid: str, seq: int | None) -> list[int]:
    """Positions of the records with this subject and sequence number."""
    chosen = pd.Series(True, index=frame.index)
    if "USUBJID" in frame:
        subjects = frame["USUBJID"].dropna().unique()
        chosen &= frame["USUBJID"] == usubjid
        if not chosen.any():
            what = f"{name} has no record of this subject" if usubjid else f"{name} is by subject: name one"
            hint = did_you_mean(usubjid, subjects) or str(next(iter(subjects), ""))
            raise Stopped([NO_RECORD.at(Address(dataset=name, usubjid=usubjid), what, hint=hint)])
    number = next((c for c in (f"{name[:2]}SEQ", "ASEQ", "IDVARVAL") if c in frame), "")
    if seq is not None and number:
        numbers = pd.Series(numbers_of(frame[number]), index=frame.index)
        there = numbers[chosen]
        chosen &= numbers == seq
        if not chosen.any():
            what = f"the subject has no record with {number} {seq}; {_span(there)}"
            raise Stopped([NO_RECORD.at(Address(dataset=name, usubjid=usubjid), what)])
    return [int(i) for i in chosen.to_numpy().nonzero()[0]]


def _span(numbers: pd.Series) -> str:
    known = numbers.dropna()
    return f"there are {known.min():g} to {known.max():g}" if len(known) else "there is none"


def _qualifiers(frame: pd.DataFrame, rows: Iterable[int], name: str, wanted: str) -> list[int]:
    """Of these records of SUPP-- those with the QNAM asked for."""
    names = frame["QNAM"]
    found = [row for row in rows if names.iloc[row] == wanted]
    if not found:
        hint = did_you_mean(wanted, names.dropna().unique())
        place = Address(dataset=name, column=wanted)
        raise Stopped([NO_VARIABLE.at(place, f"there is no qualifier {wanted} here", hint=hint)])
    return found
