"""The sheet Protocol Doses: planned doses, how often a kit is used, and the sequence of procedures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from il2cdisc.base.problems import Kind, Problem, Severity, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.models import Spec
from il2cdisc.spec.trial_models import DoseRow
from il2cdisc.spec.workbook import SheetRow, Workbook

SHEET = "Protocol Doses"
DOSES = (
    ["Item", "Dataset"],
    [
        "Visit", "Arm Code", "Treatment", "Dose", "Unit", "Count", "Records", "Order", "Earliest", "Latest",
        "Comment",
    ],
)  # fmt: skip
ITEMS = DOSE, KIT, PROCEDURE = ("Dose", "Kit", "Procedure")
_NEEDS = {DOSE: ("Dose", "Unit"), KIT: ("Count",), PROCEDURE: ("Order",)}
_OF = {
    DOSE: ("Visit", "Arm Code", "Treatment", "Dose", "Unit", "Count", "Records"),
    KIT: ("Arm Code", "Treatment", "Count", "Records"),
    PROCEDURE: ("Visit", "Arm Code", "Records", "Order", "Earliest", "Latest"),
}
MISPLACED = Kind(
    "SPC210",
    "Cell that the item of Protocol Doses does not use",
    Severity.STOP,
    "Empty the cell, or correct the Item.",
)
UNKNOWN_PLACE = Kind(
    "SPC211",
    "Unknown name in Protocol Doses",
    Severity.STOP,
    "Correct the name, or add it to the workbook.",
)


def read_doses(book: Workbook) -> tuple[DoseRow, ...]:
    """Rows of Protocol Doses; the same dose, kit or procedure twice is a problem."""
    found: dict[tuple[object, ...], DoseRow] = {}
    for row in book.rows(SHEET, *DOSES, may_lack=True):
        item = _row(row)
        if item is None:
            continue
        key = (item.item, item.dataset, item.visit.casefold(), item.arm_code, item.treatment, item.records)
        if key in found:
            what = f"the same is planned in row {found[key].place.row} already"
            row.problems.add(kinds.TWICE.at(row.at("Item"), what))
        else:
            found[key] = item
    return tuple(found.values())


def _row(row: SheetRow) -> DoseRow | None:
    item = row.choice("Item", ITEMS) if row.needed("Item") else ""
    if not item:
        return None
    for header in _NEEDS[item]:
        row.needed(header)
    for header in DOSES[1]:
        if header != "Comment" and header not in _OF[item] and row.text(header):
            what = f"{header} has no meaning for a {item.lower()}"
            row.problems.add(MISPLACED.at(row.at(header), what, values=[row.text(header)]))
    count, dose = row.integer("Count"), row.number_("Dose")
    for header, value in (("Count", count), ("Dose", dose)):
        if value is not None and (value < 0 or (header == "Count" and value < 1)):
            what = f"{header} is below {1 if header == 'Count' else 0}"
            row.problems.add(kinds.NOT_NUMBER.at(row.at(header), what, values=[row.text(header)]))
    earliest, latest = row.number_("Earliest"), row.number_("Latest")
    if earliest is not None and latest is not None and latest < earliest:
        values = [row.text("Earliest"), row.text("Latest")]
        row.problems.add(kinds.INVERTED.at(row.at("Latest"), "Latest is before Earliest", values=values))
    return DoseRow(
        place=row.place,
        item=item,
        visit=row.text("Visit"),
        arm_code=row.text("Arm Code"),
        dataset=row.needed("Dataset"),
        treatment=row.text("Treatment"),
        dose=dose,
        unit=row.text("Unit"),
        count=count,
        records=row.where("Records"),
        order=row.integer("Order"),
        earliest=earliest,
        latest=latest,
    )


def check_doses(spec: Spec) -> Iterator[Problem]:
    """Datasets, variables, visits and arms of the sheet are those of the workbook."""
    visits = {item.visit.casefold(): item.visit for item in spec.protocol.visits}
    arms = list(dict.fromkeys(item.arm_code for item in spec.protocol.arms))
    for row in spec.doses:
        if row.visit and row.visit.casefold() not in visits:
            yield _unknown(
                row, "Visit", row.visit, f"visit '{row.visit}' is not in Protocol Visits", visits.values()
            )
        if row.arm_code and arms and row.arm_code not in arms:
            yield _unknown(row, "Arm Code", row.arm_code, f"arm {row.arm_code} is not in Protocol Arms", arms)
        dataset = spec.datasets.get(row.dataset)
        if dataset is None:
            yield _unknown(
                row, "Dataset", row.dataset, f"dataset {row.dataset} is not in Datasets", spec.datasets
            )
            continue
        for name in dict.fromkeys([*_variables(row), *(item.variable for item in row.records)]):
            if name not in dataset.by_name:
                header = "Records" if any(item.variable == name for item in row.records) else "Dataset"
                yield _unknown(row, header, name, f"{row.dataset} has no variable {name}", dataset.names)


def _variables(row: DoseRow) -> list[str]:
    """What the rules need of the dataset."""
    prefix = row.dataset[:2]
    if row.item == DOSE:
        return [f"{prefix}DOSE", f"{prefix}DOSU", *([f"{prefix}TRT"] if row.treatment else [])]
    return [f"{prefix}REFID"] if row.item == KIT else []


def _unknown(row: DoseRow, header: str, name: str, what: str, options: Iterable[str]) -> Problem:
    return UNKNOWN_PLACE.at(row.at(header), what, hint=did_you_mean(name, options))
