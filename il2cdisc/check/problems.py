"""Kinds of problems of checking itself: CHK090 to CHK099. Those of the data are the rules' own."""

from il2cdisc.base.problems import Kind, Severity

RULE_FAILED = Kind(
    "CHK090",
    "A rule could not run",
    Severity.FINDING,
    "the other rules ran; tell the maintainers of the engine, with the dataset",
)
NO_OUTPUTS = Kind(
    "CHK091",
    "Nothing to check",
    Severity.STOP,
    "run a build first",
)
DOUBLE = Kind(
    "CHK094",
    "Two files with one dataset",
    Severity.FINDING,
    "build again: an output was renamed or copied; only the first of the files was checked",
)
BAD_RULE_CODE = Kind(
    "CHK092",
    "Disposition of a rule that does not exist",
    Severity.FINDING,
    "correct the column Rule: it holds codes such as CHK020",
)
UNUSED_DISPOSITION = Kind(
    "CHK093",
    "Disposition without a finding",
    Severity.FINDING,
    "take the row out: what it explains is no longer found",
)
