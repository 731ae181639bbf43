"""The page that explains each column of the workbooks, for the documentation."""

from __future__ import annotations

from il2cdisc.spec.new.layout import SHARED_SHEETS, SheetLayout, displays_layout, layout
from il2cdisc.spec.sheets_known import OPTIONAL

_HEAD = """\
# The workbooks

`specs/sdtm.xlsx` and `specs/adam.xlsx` say what the datasets are, `specs/tlf.xlsx` what the displays show.
`il2cdisc spec new --domains DM,AE,LB` writes a workbook from the standard, `il2cdisc spec add VS --to
specs/sdtm.xlsx` adds datasets to it, and `il2cdisc term WORD` looks a term up. A workbook can also be written
from a define.xml (`spec from-define FILE`; see define-round-trip.md), from transport files (`spec from-xpt
FOLDER`) and from a specification of Pinnacle 21 (`spec from-p21 FILE`; `spec to-p21` is the way back). What
only people know is marked TO FILL. Every header has the text below as the note of its cell.

These commands need no trial. The terms of some codelists (UNIT, LBTESTCD) do not come with il2cdisc: import
them as NCI EVS publishes them, with `il2cdisc ct import FILE --trial FOLDER`, once the folder has a complete
study.toml. Until then leave Codelist empty, or write the terms into the sheet Codelists.
"""


def workbook_page() -> str:
    """The page as Markdown: one table for each sheet."""
    parts = [_HEAD]
    parts += [_title("Both workbooks"), *(_sheet(item) for item in layout("SDTM") if _shared(item))]
    for standard in ("SDTM", "ADaM"):
        parts.append(_title(f"The workbook of {standard} alone"))
        parts += [_sheet(item, standard) for item in layout(standard) if not _shared(item)]
    parts.append(_title("The workbook of displays"))
    parts += [_sheet(item) for item in displays_layout()]
    return "\n".join(parts)


def _shared(sheet: SheetLayout) -> bool:
    return sheet.name in SHARED_SHEETS


def _title(text: str) -> str:
    return f"## {text}\n"


def _sheet(sheet: SheetLayout, standard: str = "") -> str:
    absence = OPTIONAL.get(standard, {}).get(sheet.name, "")
    note = f"{sheet.note} Without it {absence}." if absence else sheet.note
    rows = "\n".join(f"| {column.header} | {_plain(column.note)} |" for column in sheet.columns)
    return f"### {sheet.name}\n\n{note}\n\n| column | content |\n| --- | --- |\n{rows}\n"


def _plain(text: str) -> str:
    """A text in a cell of a table of Markdown."""
    return text.replace("|", "\\|").replace("<", "&lt;")
