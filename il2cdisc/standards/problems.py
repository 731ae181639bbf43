"""Kinds of problems of terminology releases: TER001 to TER019."""

from il2cdisc.base.problems import Kind, Severity

UNREADABLE = Kind(
    "TER001",
    "Unreadable terminology file",
    Severity.STOP,
    "Get the file again from NCI EVS, as text, ODM-XML or Excel.",
)
OTHER_PUBLISHER = Kind(
    "TER002",
    "Not a CDISC terminology file of NCI EVS",
    Severity.STOP,
    "Import a quarterly release of CDISC terminology as NCI EVS publishes it (text, ODM-XML or Excel).",
)
NO_VERSION = Kind(
    "TER003",
    "Unknown package or version of a terminology file",
    Severity.STOP,
    "Name them with --package and --version, as published (SDTM, 2026-03-27).",
)
DAMAGED = Kind(
    "TER004",
    "Contradictory terminology file",
    Severity.STOP,
    "Get the file again from NCI EVS; a published release has no such lines.",
)
DIFFERENT = Kind(
    "TER005",
    "Release imported before with other terms",
    Severity.STOP,
    "Check which file is right, and delete the imported one if it is wrong; a published release does "
    "not change.",
)
NOT_THERE = Kind(
    "TER006",
    "Release not found",
    Severity.STOP,
    "Import it with `il2cdisc ct import FILE`.",
)
LIST_GONE = Kind(
    "TER010",
    "Codelist removed from the release",
    Severity.FINDING,
    "Look up in the change file of the release which codelist replaces it.",
)
LIST_RENAMED = Kind(
    "TER011",
    "Codelist renamed in the release",
    Severity.FINDING,
    "Change the name in the workbook when the trial takes the release over.",
)
LIST_OPENNESS = Kind(
    "TER012",
    "Changed extensibility of a codelist",
    Severity.FINDING,
    "Check the sponsor terms of the codelist.",
)
TERM_GONE = Kind(
    "TER013",
    "Term removed from the release",
    Severity.FINDING,
    "Use the term that replaces it in the release.",
)
TERM_RENAMED = Kind(
    "TER014",
    "Changed submission value of a term",
    Severity.FINDING,
    "Change the term (and Translations that lead to it) when the trial takes the release over.",
)
TERM_OTHER_CODE = Kind(
    "TER015",
    "Changed NCI code of a term",
    Severity.FINDING,
    "Correct the code, and check whether the meaning is unchanged.",
)
NOW_STANDARD = Kind(
    "TER016",
    "New term of the release for a sponsor term",
    Severity.FINDING,
    "Take the standard's term when the trial takes the release over.",
)
