"""Releases of controlled terminology that a trial has imported: kept as compact tables, looked up by code."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from il2cdisc.base.problems import Stopped
from il2cdisc.standards.problems import DIFFERENT, UNREADABLE
from il2cdisc.standards.terminology import codelist

COLUMNS = ("codelist", "short_name", "name", "extensible", "code", "value", "synonyms")
_SAID = {True: "Yes", False: "No", None: ""}
_MEANS = {"Yes": True, "No": False}
_NAME = re.compile(r"([a-z-]+)_(\d{4}-\d\d-\d\d)\.csv")


@dataclass(frozen=True, slots=True)
class ReleaseTerm:
    """A term: NCI code, submission value, synonyms."""

    code: str
    value: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReleaseCodelist:
    """A codelist with its terms."""

    code: str
    short_name: str
    name: str
    extensible: bool | None
    """None where the publisher does not say."""
    terms: tuple[ReleaseTerm, ...]

    @cached_property
    def by_value(self) -> dict[str, ReleaseTerm]:
        return {term.value: term for term in self.terms}

    @cached_property
    def by_code(self) -> dict[str, ReleaseTerm]:
        return {term.code: term for term in self.terms}

    @cached_property
    def _alike(self) -> dict[str, str]:
        """Values and synonyms without case, blanks and signs → submission value; values come first."""
        found: dict[str, str] = {}
        for term in self.terms:
            found.setdefault(plain(term.value), term.value)
        for term in self.terms:
            for synonym in term.synonyms:
                found.setdefault(plain(synonym), term.value)
        return found

    def near(self, value: str) -> str:
        """The term that a value probably means, though it is none: another spelling, or a synonym of it."""
        return "" if value in self.by_value else self._alike.get(plain(value), "")


@dataclass(frozen=True, slots=True)
class Release:
    """A published package (`SDTM`) of one version (`2026-03-27`), its codelists by NCI code."""

    package: str
    version: str
    codelists: Mapping[str, ReleaseCodelist] = field(repr=False)

    @property
    def name(self) -> str:
        return f"{self.package} {self.version}"

    @property
    def file(self) -> str:
        """Name of the table that holds it."""
        return f"{self.package.lower()}_{self.version}.csv"

    @property
    def unknown(self) -> tuple[str, ...]:
        """Codes of codelists of which the publisher does not say whether they are extensible."""
        return tuple(code for code, item in self.codelists.items() if item.extensible is None)

    @property
    def count(self) -> int:
        return sum(len(item.terms) for item in self.codelists.values())


def plain(text: str) -> str:
    """A text without case, blanks, hyphens and the like, for comparing spellings; signs of units stay.

    >>> plain("Sub-Cutaneous ") == plain("SUBCUTANEOUS"), plain("10^9/L") == plain("10^9 L")
    (True, False)
    """
    return "".join(sign for sign in text.casefold() if sign.isalnum() or sign in "+%/*^<>=.,")


class Terminology:
    """Terms of the standard by codelist: of imported releases, else of the tables that come with il2cdisc."""

    def __init__(self, releases: Iterable[Release] = ()) -> None:
        self.releases = tuple(releases)

    def find(self, code: str) -> ReleaseCodelist | None:
        """A codelist with its terms; None where neither has them."""
        for release in self.releases:
            if code in release.codelists:
                return release.codelists[code]
        return _shipped(code)

    def terms(self, code: str) -> frozenset[str]:
        """Submission values of a codelist; empty where they are not known."""
        found = self.find(code)
        return frozenset(found.by_value) if found else frozenset()

    def near(self, code: str, value: str) -> str:
        """The term of a codelist that a value probably means, "" where there is none."""
        found = self.find(code)
        return found.near(value) if found else ""


_KEPT: dict[str, ReleaseCodelist | None] = {}


def _shipped(code: str) -> ReleaseCodelist | None:
    if code not in _KEPT:
        known = codelist(code)
        terms = tuple(ReleaseTerm(term.code, term.value) for term in known.terms or ()) if known else ()
        _KEPT[code] = (
            ReleaseCodelist(code, known.short_name, known.name, known.extensible, terms)
            if known and terms
            else None
        )
    return _KEPT[code]


def imported(folder: Path) -> list[tuple[str, str]]:
    """Packages (lower case) and versions that a folder holds, sorted; empty where there is no folder."""
    names = sorted(path.name for path in folder.glob("*.csv")) if folder.is_dir() else []
    return [(found[1], found[2]) for name in names if (found := _NAME.fullmatch(name))]


def load_terminology(folder: Path, version: str) -> Terminology:
    """The imported releases of one version, or only the tables that come with il2cdisc."""
    held = [f"{package}_{known}.csv" for package, known in imported(folder) if known == version]
    return Terminology(read_release(folder / name) for name in held)


def store_release(release: Release, folder: Path) -> Path:
    """Write a release into a folder. The same release again changes nothing.

    Raises `Stopped` where the folder holds other terms under the same package and version.
    """
    path, text = folder / release.file, _as_csv(release)
    if path.is_file():
        if path.read_text(encoding="utf-8") != text:
            raise Stopped([DIFFERENT.at(path.name, f"{release.name} is there with other terms")])
        return path
    folder.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    with beside.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)
    return path


def _as_csv(release: Release) -> str:
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n")
    table.writerow(COLUMNS)
    for item in release.codelists.values():
        head = (item.code, item.short_name, item.name, _SAID[item.extensible])
        for term in item.terms:
            table.writerow((*head, term.code, term.value, "; ".join(term.synonyms)))
    return stream.getvalue()


def read_release(path: Path, shown: str = "") -> Release:
    """An imported release. Raises `Stopped` for a table that is damaged or not one of ours."""
    name = _NAME.fullmatch(path.name)
    try:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Stopped([UNREADABLE.at(shown or path.name, f"{type(error).__name__}: {error}")]) from None
    if name is None or not rows or tuple(rows[0]) != COLUMNS or any(len(r) != len(COLUMNS) for r in rows):
        raise Stopped([UNREADABLE.at(shown or path.name, "the file was not written by `ct import`")])
    heads: dict[str, tuple[str, str, bool | None]] = {}
    terms: dict[str, list[ReleaseTerm]] = {}
    for code, short, title, extensible, term, value, synonyms in rows[1:]:
        heads[code] = (short, title, _MEANS.get(extensible))
        terms.setdefault(code, []).append(ReleaseTerm(term, value, tuple(filter(None, synonyms.split("; ")))))
    lists = {code: ReleaseCodelist(code, *head, tuple(terms[code])) for code, head in heads.items()}
    return Release(name[1].upper(), name[2], lists)
