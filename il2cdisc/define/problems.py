"""Kinds of problems of define.xml: DEF001 to DEF029."""

from il2cdisc.base.problems import Kind, Severity

UNWRITABLE = Kind(
    "DEF001",
    "A text can't be written as XML",
    Severity.STOP,
    "take the control character out of the workbook's cell",
)
UNREADABLE = Kind(
    "DEF002",
    "define.xml can't be read",
    Severity.STOP,
    "build again, or ask whoever made the file for one of Define-XML 2.1",
)
DANGLING = Kind(
    "DEF010",
    "A reference leads nowhere",
    Severity.FINDING,
    "add what is referred to in the workbook, or take the reference out",
)
TWICE = Kind(
    "DEF011",
    "An identifier is used twice",
    Severity.FINDING,
    "give each its own identifier",
)
UNUSED = Kind(
    "DEF012",
    "A definition that nothing refers to",
    Severity.FINDING,
    "take it out, or refer to it",
)
NOT_A_TERM = Kind(
    "DEF013",
    "A word that Define-XML does not know",
    Severity.FINDING,
    "use one of the terms of Define-XML 2.1",
)
INCOMPLETE = Kind(
    "DEF014",
    "Something that Define-XML asks for is missing",
    Severity.FINDING,
    "fill it in the workbook",
)
NO_FILE = Kind(
    "DEF020",
    "define.xml and the files name other datasets",
    Severity.FINDING,
    "build again: define.xml is made from the files of a build",
)
DIFFERENT = Kind(
    "DEF021",
    "define.xml says other than the file",
    Severity.FINDING,
    "build again: define.xml is made from the files of a build",
)
