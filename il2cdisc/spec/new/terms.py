"""Rows of Codelists from the published terminology: small lists whole, of large ones the terms asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from il2cdisc.base.problems import Address, Problems, did_you_mean
from il2cdisc.spec.new.problems import NO_TERM
from il2cdisc.spec.new.tables import SheetCells
from il2cdisc.standards import TERMINOLOGY_VERSION, codelist
from il2cdisc.standards.release import ReleaseCodelist, ReleaseTerm, Terminology

WHOLE = 60
"""A codelist of up to so many terms is listed whole; the sponsor removes what the trial does not use."""
_DECODES = {"Y": "Yes", "N": "No", "U": "Unknown", "F": "Female", "M": "Male"}


class TermSource:
    """The terms that a workbook takes from the published lists.

    `asked`: short name of a codelist → submission values. A value that its list does not have is a problem.
    """

    def __init__(
        self, terminology: Terminology, asked: Mapping[str, Sequence[str]], version: str = ""
    ) -> None:
        self._terminology, self._asked = terminology, asked
        self._version = version or TERMINOLOGY_VERSION
        self.problems = Problems()
        self._lists: dict[str, tuple[ReleaseCodelist, tuple[ReleaseTerm, ...]]] = {}
        self._names: dict[str, str] = {}

    def use(self, code: str) -> str:
        """Id of the codelist of an NCI code; "" where its terms are too many or not known."""
        if code not in self._lists:
            known = codelist(code)
            found = self._terminology.find(code)
            name = known.short_name if known else found.short_name if found else ""
            terms = self._chosen(name, found)
            if not terms or found is None:
                return ""
            self._lists[code] = (found, terms)
        return self._lists[code][0].short_name

    def _chosen(self, name: str, found: ReleaseCodelist | None) -> tuple[ReleaseTerm, ...]:
        asked = self._asked.get(name, ())
        if found is None:
            if asked:
                what = f"the terms of codelist {name} do not come with il2cdisc"
                fix = (
                    "Leave them out and write the terms into the sheet Codelists, or import the release "
                    "first, with il2cdisc ct import FILE in a folder with a study.toml."
                )
                self.problems.add(NO_TERM.at("", what, values=asked, fix=fix))
            return ()
        if not asked:
            whole = tuple(found.by_value.values())  # a list may have a value twice
            return whole if len(whole) <= WHOLE else ()
        for value in asked:
            if value not in found.by_value:
                near = found.near(value) or did_you_mean(value, found.by_value)
                self._unknown(name, value, near)
        return tuple(found.by_value[value] for value in asked if value in found.by_value)

    def _unknown(self, name: str, value: str, near: str) -> None:
        what = f"codelist {name} has no term '{value}'"
        self.problems.add(NO_TERM.at(Address(), what, values=[value], hint=near))

    def pair(self, codes: str, names: str) -> None:
        """The list of test names follows that of test codes: the same terms, by NCI code."""
        held, other = self._lists.get(codes), self._terminology.find(names)
        if held is None or other is None:
            return
        by_code = {term.code: term for term in other.terms}
        terms = tuple(by_code[term.code] for term in held[1] if term.code in by_code)
        if terms:
            self._lists[names] = (other, terms)
            self._names.update({term.code: by_code[term.code].value for term in terms})

    def unused(self) -> Iterable[str]:
        """Codelists that terms were asked for and that no variable of the datasets has."""
        used = {found.short_name for found, _ in self._lists.values()}
        told = {str(problem.what) for problem in self.problems.items}
        return [
            name
            for name in self._asked
            if name not in used and not any(f"codelist {name} " in text for text in told)
        ]

    def rows(self) -> list[SheetCells]:
        """Rows of the sheet Codelists."""
        return [
            {
                "ID": found.short_name,
                "Name": found.name,
                "NCI Codelist Code": found.code,
                "Data Type": "text",
                "Terminology": f"{_package(found.code)} CT {self._version}",
                "Order": number,
                "Term": term.value,
                "NCI Term Code": term.code,
                "Decoded Value": self._decode(found, term),
            }
            for found, terms in self._lists.values()
            for number, term in enumerate(terms, start=1)
        ]

    def _decode(self, found: ReleaseCodelist, term: ReleaseTerm) -> str:
        if found.short_name in ("NY", "SEX"):
            return _DECODES.get(term.value, "")
        return self._names.get(term.code, "") if found.short_name.endswith(("CD", "TC")) else ""


def _package(code: str) -> str:
    known = codelist(code)
    return known.package if known else "SDTM"


class ListedTerms:
    """Codelists of values that datasets have: published terms with their codes, others as the sponsor's."""

    def __init__(self, terminology: Terminology, version: str) -> None:
        self._terminology, self._version = terminology, version
        self._values: dict[str, set[str]] = {}

    def use(self, code: str, values: Iterable[str]) -> str:
        """Id of the codelist of an NCI code, which gets the values."""
        known = codelist(code)
        if known is None:
            return ""
        self._values.setdefault(code, set()).update(values)
        return known.short_name

    def rows(self) -> list[SheetCells]:
        """Rows of the sheet Codelists, terms by their values."""
        rows: list[SheetCells] = []
        for code, values in self._values.items():
            known, held = codelist(code), self._terminology.find(code)
            if known is None:
                continue
            by_value = held.by_value if held else {}
            for number, value in enumerate(sorted(values), start=1):
                rows.append(
                    {
                        "ID": known.short_name,
                        "Name": known.name,
                        "NCI Codelist Code": code,
                        "Data Type": "text",
                        "Terminology": f"{known.package} CT {self._version}",
                        "Order": number,
                        "Term": value,
                        "NCI Term Code": by_value[value].code if value in by_value else "",
                        "Decoded Value": _DECODES.get(value, "") if known.short_name in ("NY", "SEX") else "",
                    }
                )
        return rows
