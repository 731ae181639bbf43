"""Conversions, Ranges, the protocol sheets, Parameters and Windows: rows into models."""

from __future__ import annotations

from il2cdisc.spec import problems as kinds
from il2cdisc.spec.models import (
    ArmElement,
    Conversion,
    Parameter,
    PlannedVisit,
    Protocol,
    ProtocolElement,
    RangeSpec,
    Window,
)
from il2cdisc.spec.sheets_protocol import read_criteria, read_summary
from il2cdisc.spec.workbook import SheetRow, Workbook

CONVERSIONS = ["Dataset", "Test Code", "Specimen", "From Unit", "To Unit", "Factor", "Offset", "Digits"]
RANGES = ["Dataset", "Test Code", "Specimen", "Unit", "Sex", "Age From", "Age To", "Low", "High"]
NORMAL = "Normal"
ARMS = ["Arm Code", "Arm", "Order", "Element Code", "Branch", "Transition", "Epoch"]
ELEMENTS = ["Element Code", "Element", "Start Rule", "End Rule", "Duration"]
VISITS = [
    "Visit Number",
    "Visit",
    "Planned Day",
    "Window Before",
    "Window After",
    "Arm Code",
    "Start Rule",
    "End Rule",
]
PARAMETERS = (
    ["Dataset", "Parameter Code", "Parameter"],
    ["Order", "Category", "Source", "Unit", "Restricted"],
)
WINDOWS = ["Dataset", "Visit", "Visit Number", "Target", "From", "To"]


def read_conversions(book: Workbook) -> tuple[Conversion, ...]:
    """Rows of Conversions; the same conversion twice is a problem."""
    found: dict[tuple[str, ...], Conversion] = {}
    for row in book.rows("Conversions", CONVERSIONS, ["Restricted"], may_lack=True):
        dataset, testcd = row.needed("Dataset"), row.needed("Test Code")
        factor = row.number_("Factor")
        if factor == 0:
            row.problems.add(kinds.NOT_NUMBER.at(row.at("Factor"), "Factor is 0", fix="Write the factor."))
        key = (dataset, testcd, row.text("Specimen"), row.text("From Unit"))
        if key in found:
            _twice(row, "From Unit", f"{testcd} from '{row.text('From Unit')}'", found[key].place.row)
        elif dataset and testcd:
            offset = row.number_("Offset")
            found[key] = Conversion(
                place=row.place,
                dataset=dataset,
                testcd=testcd,
                specimen=row.text("Specimen"),
                from_unit=row.text("From Unit"),
                to_unit=row.text("To Unit"),
                factor=1.0 if factor is None else factor,
                offset=0.0 if offset is None else offset,
                digits=row.integer("Digits"),
                restricted=row.flag("Restricted"),
            )
    return tuple(found.values())


def read_ranges(book: Workbook) -> tuple[RangeSpec, ...]:
    """Rows of Ranges; ends upside down and overlapping ages are problems."""
    found: list[RangeSpec] = []
    for row in book.rows("Ranges", RANGES, [NORMAL], may_lack=True):
        dataset, testcd = row.needed("Dataset"), row.needed("Test Code")
        ages = (row.number_("Age From"), row.number_("Age To"))
        ends = (row.number_("Low"), row.number_("High"))
        _ordered(row, "Age From", "Age To", ages, strict=True)
        _ordered(row, "Low", "High", ends)
        if not dataset or not testcd:
            continue
        item = RangeSpec(
            place=row.place,
            dataset=dataset,
            testcd=testcd,
            specimen=row.text("Specimen"),
            unit=row.text("Unit"),
            sex=row.text("Sex"),
            age_from=ages[0],
            age_to=ages[1],
            low=ends[0],
            high=ends[1],
            normal=_texts(row.text(NORMAL)),
        )
        if item.normal and ends != (None, None):
            what = f"the range of {testcd} has normal texts and limits"
            row.problems.add(kinds.RANGE_KIND.at(row.at(NORMAL), what))
        clash = next((other for other in found if _overlap(item, other)), None)
        if clash is not None:
            what = f"the ages of this range of {testcd} overlap those of row {clash.place.row}"
            row.problems.add(kinds.TWICE.at(row.at("Test Code"), what))
        found.append(item)
    return tuple(found)


def _texts(cell: str) -> tuple[str, ...]:
    return tuple(text for part in cell.split(",") if (text := part.strip()))


def _overlap(one: RangeSpec, two: RangeSpec) -> bool:
    same = (one.dataset, one.testcd, one.specimen, one.unit, one.sex)
    if same != (two.dataset, two.testcd, two.specimen, two.unit, two.sex):
        return False
    low, high = float("-inf"), float("inf")

    def start(item: RangeSpec) -> float:
        return low if item.age_from is None else item.age_from

    def end(item: RangeSpec) -> float:
        return high if item.age_to is None else item.age_to

    return start(one) < end(two) and start(two) < end(one)


def read_protocol(book: Workbook) -> Protocol:
    """The protocol sheets."""
    return Protocol(
        arms=_arms(book),
        elements=_elements(book),
        visits=_visits(book),
        criteria=read_criteria(book),
        summary=read_summary(book),
    )


def _arms(book: Workbook) -> tuple[ArmElement, ...]:
    found: dict[tuple[str, int], ArmElement] = {}
    for row in book.rows("Protocol Arms", ARMS, may_lack=True):
        code, arm, element = row.needed("Arm Code"), row.needed("Arm"), row.needed("Element Code")
        order = row.integer("Order") if row.needed("Order") else None
        if not code or order is None:
            continue
        if (code, order) in found:
            _twice(row, "Order", f"order {order} of arm {code}", found[code, order].place.row)
            continue
        found[code, order] = ArmElement(
            place=row.place,
            arm_code=code,
            arm=arm,
            order=order,
            element_code=element,
            branch=row.text("Branch"),
            transition=row.text("Transition"),
            epoch=row.needed("Epoch"),
        )
    return tuple(found.values())


def _elements(book: Workbook) -> tuple[ProtocolElement, ...]:
    found: dict[str, ProtocolElement] = {}
    for row in book.rows("Protocol Elements", ELEMENTS, may_lack=True):
        code = row.needed("Element Code")
        if code in found:
            _twice(row, "Element Code", f"element {code}", found[code].place.row)
        elif code:
            found[code] = ProtocolElement(
                place=row.place,
                element_code=code,
                element=row.needed("Element"),
                start_rule=row.needed("Start Rule"),
                end_rule=row.text("End Rule"),
                duration=row.text("Duration"),
            )
    return tuple(found.values())


def _visits(book: Workbook) -> tuple[PlannedVisit, ...]:
    found: dict[tuple[str, str], PlannedVisit] = {}
    numbers: dict[tuple[float, str], int] = {}
    for row in book.rows("Protocol Visits", VISITS, may_lack=True):
        visit = row.needed("Visit")
        number = row.number_("Visit Number") if row.needed("Visit Number") else None
        if not visit or number is None:
            continue
        arm = row.text("Arm Code")
        if (visit, arm) in found:
            _twice(row, "Visit", f"visit {visit}", found[visit, arm].place.row)
            continue
        if (number, arm) in numbers:
            _twice(row, "Visit Number", f"visit number {row.text('Visit Number')}", numbers[number, arm])
            continue
        numbers[number, arm] = row.number
        found[visit, arm] = PlannedVisit(
            place=row.place,
            visit_number=number,
            visit=visit,
            planned_day=row.integer("Planned Day"),
            window_before=row.integer("Window Before"),
            window_after=row.integer("Window After"),
            arm_code=arm,
            start_rule=row.text("Start Rule"),
            end_rule=row.text("End Rule"),
        )
    return tuple(found.values())


def read_parameters(book: Workbook) -> tuple[Parameter, ...]:
    """Rows of Parameters; further columns are kept as text."""
    found: dict[tuple[str, str], Parameter] = {}
    known = {*PARAMETERS[0], *PARAMETERS[1]}
    for row in book.rows("Parameters", *PARAMETERS, may_lack=True, others=True):
        dataset, code = row.needed("Dataset"), row.needed("Parameter Code")
        if (dataset, code) in found:
            _twice(row, "Parameter Code", f"{dataset} {code}", found[dataset, code].place.row)
        elif dataset and code:
            found[dataset, code] = Parameter(
                place=row.place,
                dataset=dataset,
                code=code,
                label=row.needed("Parameter"),
                order=row.number_("Order"),
                category=row.text("Category"),
                source=row.text("Source"),
                unit=row.text("Unit"),
                restricted=row.flag("Restricted"),
                extra={name: value for name, value in row.values.items() if name not in known},
            )
    return tuple(found.values())


def read_windows(book: Workbook) -> tuple[Window, ...]:
    """Rows of Windows; windows of one dataset must not overlap."""
    found: list[Window] = []
    for row in book.rows("Windows", WINDOWS, may_lack=True):
        dataset, visit = row.needed("Dataset"), row.needed("Visit")
        number = row.number_("Visit Number") if row.needed("Visit Number") else None
        ends = (row.integer("From"), row.integer("To"))
        _ordered(row, "From", "To", ends)
        if not dataset or not visit or number is None:
            continue
        item = Window(
            place=row.place,
            dataset=dataset,
            visit=visit,
            visit_number=number,
            target=row.integer("Target"),
            from_=ends[0],
            to=ends[1],
        )
        clash = next((other for other in found if other.dataset == dataset and _meets(item, other)), None)
        if clash is not None:
            what = f"window of {visit} overlaps that of {clash.visit} in row {clash.place.row}"
            row.problems.add(
                kinds.TWICE.at(row.at("From"), what, fix="Make the windows adjacent, without overlap.")
            )
        found.append(item)
    return tuple(found)


def _meets(one: Window, two: Window) -> bool:
    low, high = float("-inf"), float("inf")
    one_from = low if one.from_ is None else one.from_
    two_from = low if two.from_ is None else two.from_
    one_to = high if one.to is None else one.to
    two_to = high if two.to is None else two.to
    return one_from <= two_to and two_from <= one_to


def _ordered(
    row: SheetRow, lower: str, upper: str, ends: tuple[float | None, float | None], *, strict: bool = False
) -> None:
    low, high = ends
    if low is not None and high is not None and (high < low or (strict and high == low)):
        what = f"{upper} is not above {lower}" if strict else f"{upper} is below {lower}"
        values = [row.text(lower), row.text(upper)]
        row.problems.add(kinds.INVERTED.at(row.at(upper), what, values=values))


def _twice(row: SheetRow, header: str, what: str, first: int) -> None:
    row.problems.add(kinds.TWICE.at(row.at(header), f"{what} is in row {first} already"))
