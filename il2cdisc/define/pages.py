"""Pages of the annotated CRF that origins cite."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from il2cdisc.package import ACRF
from il2cdisc.spec.models import ClauseCondition, DescribedItem, Document, Spec, ValueLevelSpec, WhereClause


@dataclass(frozen=True, slots=True)
class CollectedOn:
    """A page (from 1) that says where values of a variable are collected, of records with `conditions`."""

    dataset: str
    variable: str
    page: int
    conditions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CrfPages:
    """The pages of an annotated CRF by variable; none where the package has no CRF."""

    known: dict[tuple[str, str], list[CollectedOn]] = field(
        default_factory=dict[tuple[str, str], list[CollectedOn]]
    )

    @classmethod
    def of_items(cls, items: Iterable[CollectedOn]) -> CrfPages:
        """Pages by what the annotations on them say."""
        known: dict[tuple[str, str], list[CollectedOn]] = {}
        for item in items:
            known.setdefault((item.dataset, item.variable), []).append(item)
        return cls(known)

    def of(self, dataset: str, variable: str, clause: WhereClause | None = None) -> str:
        """Page numbers with blanks between them, in order: of a variable, or of its values under a clause.

        >>> pages = CrfPages.of_items([CollectedOn("VS", "VSORRES", 7), CollectedOn("VS", "VSORRES", 3)])
        >>> pages.of("VS", "VSORRES")
        '3 7'
        """
        asked = clause.conditions if clause else ()
        found = self.known.get((dataset, variable), ())
        numbers = {item.page for item in found if all(_may_hold(one, item, dataset) for one in asked)}
        return " ".join(str(number) for number in sorted(numbers))

    def of_item(self, spec: Spec, item: DescribedItem, variable: str) -> str:
        """Pages of a variable, or of a value-level row of it."""
        clause = spec.where_clauses.get(item.where) if isinstance(item, ValueLevelSpec) else None
        return self.of(item.dataset, variable, clause)


def _may_hold(condition: ClauseCondition, item: CollectedOn, dataset: str) -> bool:
    """Whether records of a page can meet a condition: of what the page does not fix, nothing is known."""
    value = dict(item.conditions).get(condition.variable)
    if value is None or condition.dataset not in ("", dataset):
        return True
    match condition.comparator:
        case "EQ" | "IN":
            return value in condition.values
        case "NE" | "NOTIN":
            return value not in condition.values
        case _:
            return True


NO_PAGES = CrfPages()
TITLE = "Annotated Case Report Form"


def crf_document(spec: Spec) -> str:
    """The id of the annotated CRF among the documents of a workbook; "" where it is not one of them."""
    return next((item.id for item in spec.documents.values() if is_acrf(item.href)), "")


def is_acrf(href: str) -> bool:
    """Whether a document is the annotated CRF, in whatever folder it is."""
    return PurePosixPath(href).name == ACRF


def with_crf(spec: Spec, notice: str = "") -> Spec:
    """The workbook with the annotated CRF among its documents; `notice` begins its title."""
    if any(item.href == ACRF for item in spec.documents.values()):
        return spec
    title = f"{notice} - {TITLE}" if notice else TITLE
    document = Document(id="acrf", title=title, href=ACRF)
    return spec.model_copy(update={"documents": {**spec.documents, document.id: document}})
