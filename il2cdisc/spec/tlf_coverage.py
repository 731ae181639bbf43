"""The sheet Coverage of the workbook of displays: expected tables and figures, shown or not, and why not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from il2cdisc.base.problems import Kind as ProblemKind
from il2cdisc.base.problems import Problem, Severity, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.tlf import Covered, Display
from il2cdisc.spec.workbook import Workbook

COVERAGE = (["Item"], ["Displays", "Reason", "Comment"])
CONTRADICTED = ProblemKind(
    "SPC183",
    "Expected item neither shown nor explained",
    Severity.FINDING,
    "Name the displays that show the item, or give the reason why none does; not both.",
)


def read_coverage(book: Workbook) -> tuple[Covered, ...]:
    """Rows of Coverage; none where the workbook does not have the sheet."""
    found: dict[str, Covered] = {}
    for row in book.rows("Coverage", *COVERAGE, may_lack=True):
        item = row.needed("Item")
        covered = Covered(
            item=item,
            displays=tuple(row.text("Displays").split()),
            reason=row.text("Reason"),
            place=row.place,
        )
        if item in found:
            row.problems.add(kinds.TWICE.at(row.at("Item"), f"{item} is there twice"))
            continue
        if bool(covered.displays) == bool(covered.reason):
            what = f"{item} has {'displays and a reason' if covered.reason else 'neither display nor reason'}"
            row.problems.add(CONTRADICTED.at(row.at("Displays"), what))
        found[item] = covered
    return tuple(found.values())


def check_coverage(
    covered: Sequence[Covered], displays: Sequence[Display], expected: Collection[str]
) -> Iterator[Problem]:
    """Items that are not among those expected, and displays that are not in the workbook."""
    known = [display.id for display in displays]
    for row in covered:
        if row.item not in expected:
            what = f"{row.item!r} is not an expected table or figure"
            hint = did_you_mean(row.item, expected)
            yield kinds.UNKNOWN_ID.at(row.place.at("Item"), what, hint=hint)
        for name in row.displays:
            if name not in known:
                what = f"there is no display {name!r} in Displays"
                yield kinds.UNKNOWN_ID.at(row.place.at("Displays"), what, hint=did_you_mean(name, known))
