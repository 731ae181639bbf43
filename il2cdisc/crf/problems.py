"""Kinds of problems of the annotated CRF: CRF001 to CRF099."""

from il2cdisc.base.problems import Kind, Severity

UNREADABLE = Kind(
    "CRF001",
    "Unreadable case report form",
    Severity.STOP,
    "Give a PDF file without a password and without protection against changes.",
)
NO_PLACEMENT = Kind(
    "CRF002",
    "No placement of the fields",
    Severity.STOP,
    "Run il2cdisc crf propose, look through its rows, and name the workbook under [crf] placement.",
)
UNKNOWN_FORM = Kind(
    "CRF003",
    "Unknown form in the placement",
    Severity.STOP,
    "Correct the name of the form, or remove the row.",
)
UNKNOWN_FIELD = Kind(
    "CRF004",
    "Field on no form",
    Severity.STOP,
    "Correct the name of the field, or remove the row.",
)
NO_PAGE = Kind(
    "CRF005",
    "Page not in the case report form",
    Severity.STOP,
    "Correct the number of the page.",
)
NO_ANCHOR = Kind(
    "CRF006",
    "Anchor text not on the page",
    Severity.STOP,
    "Correct the anchor or the page, or leave the anchor empty and give both offsets.",
)
UNPLACED = Kind(
    "CRF007",
    "Field without a placement",
    Severity.STOP,
    "Add a row with the page of the field and its anchor, or both offsets; "
    "a form that is on no page is named under [crf] transferred of study.toml.",
)
TWICE = Kind(
    "CRF008",
    "Field placed twice on a page",
    Severity.STOP,
    "Remove one of the rows.",
)
NO_OFFSET = Kind(
    "CRF009",
    "Placement without anchor and offsets",
    Severity.STOP,
    "Give an anchor, or both offsets from the top left corner of the page.",
)
OFF_PAGE = Kind(
    "CRF010",
    "Placement outside the page",
    Severity.STOP,
    "Correct the offsets: they are points, 72 to an inch.",
)
NOT_ON_CRF = Kind(
    "CRF011",
    "Collected variable on no page of the case report form",
    Severity.FINDING,
    "Map it from a field of a form, or correct its origin and source in the workbook.",
)
ANNOTATED = Kind(
    "CRF013",
    "Case report form that is annotated already",
    Severity.STOP,
    "Give the blank form: the annotations of this file would be on its pages twice.",
)
PAGES_GIVEN = Kind(
    "CRF012",
    "Pages of origins without effect",
    Severity.INFORMATION,
    "Nothing is to be done: define.xml cites the pages of the annotated CRF that the build makes.",
)
