"""Controlled terminology: every codelist, and the terms of those in general use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from il2cdisc.standards.tables import read_table


@dataclass(frozen=True, slots=True)
class StandardTerm:
    """A published term: its NCI code and submission value."""

    code: str
    value: str


@dataclass(frozen=True, slots=True)
class StandardCodelist:
    """A published codelist. `terms` is None where the package does not carry them (`count` says how many)."""

    code: str
    short_name: str
    name: str
    extensible: bool
    package: str
    count: int
    terms: tuple[StandardTerm, ...] | None = None

    @property
    def values(self) -> frozenset[str]:
        """Submission values; empty where the package does not carry them."""
        return frozenset(term.value for term in self.terms or ())

    def term(self, value: str) -> StandardTerm | None:
        """The term of a submission value, None if there is none or the terms are not carried."""
        return next((term for term in self.terms or () if term.value == value), None)


@cache
def codelists() -> dict[str, StandardCodelist]:
    """NCI code → codelist, every one of the release."""
    terms: dict[str, list[StandardTerm]] = {}
    for row in read_table("terms"):
        terms.setdefault(row["codelist"], []).append(StandardTerm(row["code"], row["value"]))
    return {
        row["code"]: StandardCodelist(
            code=row["code"],
            short_name=row["short_name"],
            name=row["name"],
            extensible=row["extensible"] == "Yes",
            package=row["package"],
            count=int(row["count"]),
            terms=tuple(terms[row["code"]]) if row["terms"] else None,
        )
        for row in read_table("codelists")
    }


def codelist(code: str) -> StandardCodelist | None:
    """The codelist of an NCI code (`C66742`), None if the release has none."""
    return codelists().get(code)


@cache
def _by_short_name() -> dict[str, StandardCodelist]:
    return {item.short_name: item for item in reversed(codelists().values())}


def codelist_named(short_name: str) -> StandardCodelist | None:
    """The codelist of a short name (`NY`), None if the release has none."""
    return _by_short_name().get(short_name)
