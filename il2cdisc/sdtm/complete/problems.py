"""Kinds of problems that the complete step reports."""

from il2cdisc.base.problems import Kind, Severity

UNKNOWN_VARIABLE = Kind(
    "MAP020",
    "Variable not in the specification",
    Severity.STOP,
    "Add the variable to the workbook, or remove it from the mapping.",
)
UNKNOWN_DATASET = Kind(
    "MAP021",
    "Dataset not in the specification",
    Severity.STOP,
    "Add it to the sheet Datasets.",
)
REQUIRED_MISSING = Kind(
    "MAP120", "Mandatory variable not made", Severity.FINDING, "Map it, or correct the workbook."
)
UNKNOWN_VISIT = Kind(
    "MAP121",
    "Visit neither planned nor numbered",
    Severity.FINDING,
    "Add it to the sheet Protocol Visits, or number it at the end of its name.",
)
NO_CONVERSION = Kind(
    "MAP122",
    "Unit without a conversion",
    Severity.FINDING,
    "Add a row to the sheet Conversions; the standard result is left empty until then.",
)
UNKNOWN_QUALIFIER = Kind(
    "MAP123",
    "Supplemental qualifier not in the specification",
    Severity.FINDING,
    "Add it to the sheets ValueLevel and WhereClauses.",
)
NO_PARTNER = Kind(
    "MAP125",
    "Related record not found",
    Severity.FINDING,
    "Ask the site which record is meant; RELREC has no relation until then.",
)
NO_TEST_NAME = Kind(
    "MAP126",
    "Test code without a name",
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
    "Non-numeric result",
    Severity.FINDING,
    "Ask the sender for the result as a plain number; the original result is kept without a numeric one.",
)
LIMIT_UNREAD = Kind(
    "MAP141",
    "Non-numeric reference limit",
    Severity.FINDING,
    "Ask the sender for the limit as a plain number; results are not judged by it until then.",
)
LIMITS_REVERSED = Kind(
    "MAP142",
    "Lower reference limit above the upper one",
    Severity.FINDING,
    "Ask the sender for the right limits; results are not judged by them until then.",
)
