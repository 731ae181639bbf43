"""Kinds of problems that the complete step reports."""

from il2cdisc.base.problems import Kind, Severity

UNKNOWN_VARIABLE = Kind(
    "MAP020",
    "a mapping makes a variable that the workbook lacks",
    Severity.STOP,
    "Add the variable to the workbook, or take it out of the mapping.",
)
UNKNOWN_DATASET = Kind(
    "MAP021",
    "a mapping makes a dataset that the workbook lacks",
    Severity.STOP,
    "Add it to the sheet Datasets.",
)
REQUIRED_MISSING = Kind(
    "MAP120", "nothing makes a mandatory variable", Severity.FINDING, "Map it, or correct the workbook."
)
UNKNOWN_VISIT = Kind(
    "MAP121",
    "a visit is neither planned nor numbered",
    Severity.FINDING,
    "Add it to the sheet Protocol Visits, or number it at the end of its name.",
)
NO_CONVERSION = Kind(
    "MAP122",
    "a result has a unit that the workbook can't convert",
    Severity.FINDING,
    "Add a row to the sheet Conversions; the standard result is left empty until then.",
)
UNKNOWN_QUALIFIER = Kind(
    "MAP123",
    "a supplemental qualifier is not in the workbook",
    Severity.FINDING,
    "Add it to the sheets ValueLevel and WhereClauses.",
)
NO_PARTNER = Kind(
    "MAP125",
    "a record belongs to a record that is not there",
    Severity.FINDING,
    "Ask the site which record is meant; RELREC has no relation until then.",
)
NO_TEST_NAME = Kind(
    "MAP126",
    "a test code has no name",
    Severity.FINDING,
    "Add the code with its decoded value to the codelist of the test codes of that category.",
)
AT_THE_DOSE = Kind(
    "MAP150",
    "Finding at the time of the first dose",
    Severity.FINDING,
    "Ask for the times, or say in the mapping that it is planned before the dose.",
)
RESULT_UNREAD = Kind(
    "MAP140",
    "Result is not a number",
    Severity.FINDING,
    "Ask the sender for the result as a plain number; the original result is kept without a numeric one.",
)
LIMIT_UNREAD = Kind(
    "MAP141",
    "Reference limit is not a number",
    Severity.FINDING,
    "Ask the sender for the limit as a plain number; results are not judged by it until then.",
)
LIMITS_REVERSED = Kind(
    "MAP142",
    "Lower reference limit above the upper one",
    Severity.FINDING,
    "Ask the sender for the right limits; results are not judged by them until then.",
)
