"""Kinds of problems of define.xml: DEF001 to DEF029."""

from il2cdisc.base.problems import Kind, Severity

UNWRITABLE = Kind(
    "DEF001",
    "Text not allowed in XML",
    Severity.STOP,
    "Take the control character out of the workbook's cell.",
)
UNREADABLE = Kind(
    "DEF002",
    "Unreadable define.xml",
    Severity.STOP,
    "Build again, or ask the sender for a file of Define-XML 2.1.",
)
DANGLING = Kind(
    "DEF010",
    "Unresolved reference",
    Severity.FINDING,
    "Add what is referred to in the workbook, or remove the reference.",
)
TWICE = Kind(
    "DEF011",
    "Duplicate identifier",
    Severity.FINDING,
    "Use a different identifier for each.",
)
UNUSED = Kind(
    "DEF012",
    "Unused definition",
    Severity.FINDING,
    "Remove it, or refer to it.",
)
NOT_A_TERM = Kind(
    "DEF013",
    "Term not in Define-XML",
    Severity.FINDING,
    "Use one of the terms of Define-XML 2.1.",
)
INCOMPLETE = Kind(
    "DEF014",
    "Missing element of Define-XML",
    Severity.FINDING,
    "Fill it in in the workbook.",
)
NO_FILE = Kind(
    "DEF020",
    "define.xml and the files list different datasets",
    Severity.FINDING,
    "Build again: define.xml is made from the files of a build.",
)
DIFFERENT = Kind(
    "DEF021",
    "define.xml does not match the dataset",
    Severity.FINDING,
    "Build again: define.xml is made from the files of a build.",
)
