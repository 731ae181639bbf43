"""Kinds of problems of checking itself: CHK090 to CHK099. Those of the data are the rules' own."""

from il2cdisc.base.problems import Kind, Severity

RULE_FAILED = Kind(
    "CHK090",
    "Failed rule",
    Severity.FINDING,
    "Report it to the maintainers of il2cdisc, with the dataset; the other rules ran.",
)
NO_OUTPUTS = Kind(
    "CHK091",
    "Nothing to check",
    Severity.STOP,
    "Run a build first.",
)
DOUBLE = Kind(
    "CHK094",
    "One dataset in two files",
    Severity.FINDING,
    "Build again: an output was renamed or copied; only the first of the files was checked.",
)
BAD_RULE_CODE = Kind(
    "CHK092",
    "Disposition of an unknown rule",
    Severity.FINDING,
    "Correct the column Rule: it holds codes such as CHK020.",
)
UNUSED_DISPOSITION = Kind(
    "CHK093",
    "Disposition without a finding",
    Severity.FINDING,
    "Remove the ids: the record is gone, its value has changed, or it is no longer found.",
)
BAD_ID = Kind(
    "CHK095",
    "Invalid id in a disposition",
    Severity.STOP,
    "Copy the ids from findings.xlsx: R- or F- with twelve digits or letters A to F, separated by blanks.",
)
BAD_CATEGORY = Kind(
    "CHK096", "Unknown category of a disposition", Severity.STOP, "Choose one of the four categories."
)
BAD_DAY = Kind(
    "CHK097",
    "Invalid date of a disposition",
    Severity.STOP,
    "Write the day as yyyy-mm-dd, or as a date cell.",
)
ID_TWICE = Kind(
    "CHK098",
    "Several dispositions of one record",
    Severity.STOP,
    "Leave the id in one row: a record has one disposition.",
)
