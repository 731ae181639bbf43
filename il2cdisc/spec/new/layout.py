"""The sheets of a workbook of specifications: headers in order, what each column is for, lists of choices."""

from __future__ import annotations

from dataclasses import dataclass

from il2cdisc.base.origins import Origin
from il2cdisc.spec import tlf_load
from il2cdisc.spec.analysis_plan import PLAN
from il2cdisc.spec.models import COMPARATORS, DATA_TYPES
from il2cdisc.spec.new import notes_tlf
from il2cdisc.spec.new.notes import COLUMNS, SHEETS
from il2cdisc.spec.tlf_coverage import COVERAGE

YES_NO = ("Yes", "No")
CLASSES = ("TRIAL DESIGN", "SPECIAL PURPOSE", "INTERVENTIONS", "EVENTS", "FINDINGS", "FINDINGS ABOUT",
           "RELATIONSHIP", "STUDY REFERENCE")  # fmt: skip
_ITEM = (
    "Label",
    "Data Type",
    "Length",
    "Significant Digits",
    "Format",
    "Mandatory",
    "Assigned Value",
    "Codelist",
)
_FROM = ("Origin", "Source", "Pages", "Method", "Predecessor")
_BOTH = {
    "Define": ("Attribute", "Value"),
    "Datasets": ("Dataset", "Label", "Class", "SubClass", "Structure", "Key Variables", "Standard",
                 "Has No Data", "Repeating", "Reference Data", "Comment", "Developer Notes"),
    "Variables": ("Order", "Dataset", "Variable", *_ITEM, "Common", *_FROM, "Role", "Has No Data", "Comment",
                  "Developer Notes"),
    "ValueLevel": ("Order", "Dataset", "Variable", "Where Clause", *_ITEM, *_FROM, "Comment",
                   "Developer Notes"),
    "WhereClauses": ("ID", "Dataset", "Variable", "Comparator", "Value", "Comment"),
    "Codelists": ("ID", "Name", "NCI Codelist Code", "Data Type", "Terminology", "Comment", "Order", "Term",
                  "NCI Term Code", "Decoded Value"),
    "Dictionaries": ("ID", "Name", "Data Type", "Dictionary", "Version", "Href", "Comment"),
    "Methods": ("ID", "Name", "Type", "Description", "Expression Context", "Expression Code", "Document",
                "Pages"),
    "Comments": ("ID", "Description", "Document", "Pages"),
    "Documents": ("ID", "Title", "Href"),
}  # fmt: skip
_TABULATION = {
    "Translations": ("Codelist", "Collected Value", "Term"),
    "Conversions": ("Dataset", "Test Code", "Specimen", "From Unit", "To Unit", "Factor", "Offset", "Digits",
                    "Restricted"),
    "Ranges": ("Dataset", "Test Code", "Specimen", "Unit", "Sex", "Age From", "Age To", "Low", "High",
               "Normal"),
    "Totals": ("Dataset", "Category", "Total", "Items", "Missing Items"),
    "Plausibility": ("Dataset", "Test Code", "Unit", "Low", "High", "Fold"),
    "Baseline": ("Dataset", "Test Code", "Keys", "Time Point", "Replicates"),
    "Protocol Arms": ("Arm Code", "Arm", "Order", "Element Code", "Branch", "Transition", "Epoch"),
    "Protocol Elements": ("Element Code", "Element", "Start Rule", "End Rule", "Duration"),
    "Protocol Visits": ("Visit Number", "Visit", "Planned Day", "Window Before", "Window After", "Arm Code",
                        "Start Rule", "End Rule"),
    "Protocol Schedule": ("Visit", "Form", "Records", "State", "Condition", "Grace Days", "Comment"),
    "Protocol Doses": ("Item", "Dataset", "Visit", "Arm Code", "Treatment", "Dose", "Unit", "Count",
                       "Records", "Order", "Earliest", "Latest", "Comment"),
    "Checks": ("ID", "Dataset", "Condition", "Join", "By", "Join Condition", "Join Records", "Computed",
               "Variable", "Message", "Question", "Class", "Active", "Right When"),
    "Protocol Criteria": ("Criterion Code", "Category", "Rule", "Version"),
    "Protocol Summary": ("Parameter Code", "Value", "Null Flavor", "Code", "Dictionary",
                         "Dictionary Version"),
}  # fmt: skip
_ANALYSIS = {
    "Parameters": ("Dataset", "Parameter Code", "Parameter", "Order", "Category", "Source", "Unit",
                   "Restricted"),
    "Windows": ("Dataset", "Visit", "Visit Number", "Target", "From", "To"),
    "Estimands": ("Estimand", "Objective", "Treatment", "Population", "Variable", "Summary Measure",
                  "Dataset",
                  "Flag", "Comment"),
    "Intercurrent Events": ("Estimand", "Event", "Strategy", "Comment"),
}  # fmt: skip
_DISPLAYS = {
    "Displays": tlf_load.DISPLAYS,
    "Columns": tlf_load.COLUMNS,
    "Analyses": tlf_load.ANALYSES,
    "Plan": PLAN,
    "Coverage": COVERAGE,
    "Methods": tlf_load.METHODS,
}
LAYOUT = {"SDTM": _BOTH | _TABULATION, "ADaM": _BOTH | _ANALYSIS}
"""Standard → sheet → headers in order."""
SHARED_SHEETS = tuple(_BOTH)
"""The sheets that both workbooks have, and that the layout of Pinnacle 21 has too."""
KEYS = {
    "Define": ("Attribute",),
    "Datasets": ("Dataset",),
    "Variables": ("Dataset", "Variable"),
    "Codelists": ("ID",),
    "Methods": ("ID",),
    "Comments": ("ID",),
    "Documents": ("ID",),
    "Dictionaries": ("ID",),
}
"""Sheet → what tells its rows apart: a row whose key is there is not added again."""
_WIDTHS = {"Label": 42, "Structure": 52, "Key Variables": 52, "Name": 40, "Term": 34, "Decoded Value": 36,
           "Description": 80, "Value": 60, "Developer Notes": 44, "Order": 7, "Length": 8, "Dataset": 10,
           "ID": 24, "Attribute": 22, "Role": 20, "Where Clause": 30, "Title": 50, "Href": 40}  # fmt: skip
_CHOICES = {
    "Data Type": DATA_TYPES,
    "Mandatory": YES_NO,
    "Common": YES_NO,
    "Has No Data": YES_NO,
    "Repeating": YES_NO,
    "Reference Data": YES_NO,
    "Origin": tuple(sorted(str(origin) for origin in Origin)),
    "Source": ("Investigator", "Sponsor", "Subject", "Vendor"),
    "Comparator": COMPARATORS,
    "Type": ("Computation", "Imputation"),
}


@dataclass(frozen=True, slots=True)
class ColumnLayout:
    """A column: its header, its note, its width in characters, the words that it may hold (none: any)."""

    header: str
    note: str
    width: int
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """A sheet with its columns; `note` says what a row is."""

    name: str
    note: str
    columns: tuple[ColumnLayout, ...]


def layout(standard: str) -> tuple[SheetLayout, ...]:
    """The sheets of a workbook of "SDTM" or "ADaM", in the order of their tabs.

    >>> [column.header for column in layout("SDTM")[-2].columns]
    ['Criterion Code', 'Category', 'Rule', 'Version']
    """
    return tuple(
        SheetLayout(name, SHEETS[name], tuple(_column(name, header) for header in headers))
        for name, headers in LAYOUT[standard].items()
    )


def displays_layout() -> tuple[SheetLayout, ...]:
    """The sheets of the workbook of displays, with the columns that its readers know.

    >>> [column.header for column in displays_layout()[1].columns]
    ['Set', 'Order', 'Label', 'Values', 'Comment']
    """
    return tuple(
        SheetLayout(
            name,
            notes_tlf.SHEETS[name],
            tuple(_display_column(name, header) for group in headers for header in group),
        )
        for name, headers in _DISPLAYS.items()
    )


def _display_column(sheet: str, header: str) -> ColumnLayout:
    note = notes_tlf.COLUMNS.get(f"{sheet}.{header}") or notes_tlf.COLUMNS[header]
    return ColumnLayout(header, note, _WIDTHS.get(header, 15))


def _column(sheet: str, header: str) -> ColumnLayout:
    note = COLUMNS.get(f"{sheet}.{header}") or COLUMNS[header]
    choices = _CHOICES.get(header, ()) if sheet in _BOTH else ()
    if sheet in ("Codelists", "Dictionaries") and header == "Data Type":
        choices = ("text", "integer", "float")
    return ColumnLayout(header, note, _WIDTHS.get(header, 15), choices)
