"""Kinds of problems of making workbooks: SPC230 to SPC249."""

from __future__ import annotations

from il2cdisc.base.problems import Kind, Severity

_STOP = Severity.STOP

NO_DATASET = Kind(
    "SPC230",
    "Dataset not in the standard",
    _STOP,
    "Name datasets of SDTMIG 3.4 (DM, AE, SUPPAE) or ADaM datasets (ADSL, ADAE, ADLB), not both.",
)
EXISTS = Kind(
    "SPC231",
    "Workbook exists already",
    _STOP,
    "Name a different file with --out, or replace the workbook with --force.",
)
NOT_XLSX = Kind(
    "SPC241",
    "File name that is not of a workbook",
    _STOP,
    "Name a file that ends in .xlsx.",
)
NO_TERM = Kind(
    "SPC232",
    "Term not in the terminology",
    _STOP,
    "Look the term up with il2cdisc term, or import the release with il2cdisc ct import FILE in a folder "
    "with a study.toml.",
)
LISTED = Kind(
    "SPC233",
    "Dataset in the workbook already",
    _STOP,
    "Name only datasets that the workbook does not have.",
)
UNKEPT = Kind(
    "SPC234",
    "Workbook with contents that would be lost",
    _STOP,
    "Remove them, or copy the rows into a workbook without them, and run the command again.",
)
OTHER_STANDARD = Kind(
    "SPC235",
    "Dataset of the other standard",
    _STOP,
    "Add SDTM datasets to the workbook of SDTM, and analysis datasets to the workbook of ADaM.",
)
NO_HEADER = Kind(
    "SPC236",
    "Sheet without the headers that rows need",
    _STOP,
    "Add the sheet or its headers to the workbook, as il2cdisc spec new writes them.",
)
NOT_PINNACLE = Kind(
    "SPC237",
    "Not a specification workbook of Pinnacle 21",
    _STOP,
    "Export the specification from Pinnacle 21 as a workbook, with the sheets Datasets and Variables.",
)
LEFT_OUT = Kind(
    "SPC238",
    "Sheet or column left out of the workbook",
    Severity.INFORMATION,
    "Move what is needed into a column or sheet that docs/workbooks.md names.",
)
LEFT_BLANK = Kind(
    "SPC242",
    "Column left blank in the workbook",
    Severity.INFORMATION,
    "Write the guide and its version, such as SDTMIG 3.4, into the column Standard of each dataset.",
)
NO_FILES = Kind(
    "SPC239",
    "No transport files",
    _STOP,
    "Name a folder that holds .xpt files, or one such file.",
)
TOO_LONG = Kind(
    "SPC240",
    "Text too long for a cell of a workbook",
    _STOP,
    "Shorten the text to 32,767 characters, or move it into a document.",
)
