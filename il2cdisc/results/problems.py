"""Kinds of problem of the results room."""

from __future__ import annotations

from il2cdisc.base.problems import Kind, Severity

MISSING_DATASET = Kind(
    "RES001",
    "Dataset of a display not found",
    Severity.STOP,
    "Name a dataset that the build makes in the Dataset column of the Analyses sheet.",
)
MISSING_VARIABLE = Kind(
    "RES002",
    "Variable of an analysis not found",
    Severity.STOP,
    "Correct the variable's name in the Analyses sheet, or add it to the dataset.",
)
UNKNOWN_METHOD = Kind(
    "RES003",
    "Unknown method of analysis",
    Severity.STOP,
    "Choose a method from the drop-down of the Method column.",
)
WRONG_ARGUMENT = Kind(
    "RES004",
    "Incomplete analysis",
    Severity.STOP,
    "Complete or correct the cell.",
)
NOT_ESTIMABLE = Kind(
    "RES005",
    "Statistic not estimable",
    Severity.FINDING,
    "Check the records of the analysis; the display shows NE with this reason as a footnote.",
)
OUTSIDE_COLUMNS = Kind(
    "RES006",
    "Records outside the columns of a display",
    Severity.FINDING,
    "Add their treatment to the Columns sheet, or leave them out with the Where of the analysis.",
)
NOT_NUMERIC = Kind(
    "RES007",
    "Text where an analysis needs numbers",
    Severity.STOP,
    "Name the numeric variable (often the one that ends in N), or choose another method.",
)
UNKNOWN_STATISTIC = Kind(
    "RES008",
    "Statistic not made by its method",
    Severity.STOP,
    "Correct the name between the braces.",
)
WRONG_KIND = Kind(
    "RES009",
    "Display and analysis of different kinds",
    Severity.STOP,
    "Correct the Kind of the display, or the Method of the analysis.",
)
UNNAMED_LEVELS = Kind(
    "RES010",
    "Records at levels that are not shown",
    Severity.FINDING,
    "Add the levels to By Levels, or leave them out with the Where of the analysis.",
)
TOO_FEW_VALUES = Kind(
    "RES011",
    "Statistic of too few values",
    Severity.INFORMATION,
    "Nothing is to be done: the display shows NE with this reason as a footnote.",
)
NO_SUBJECTS = Kind(
    "RES012",
    "Percentage of no subjects",
    Severity.FINDING,
    "Correct the Population Where of the display, or the values of its column, if there should be subjects.",
)
OTHER_COLUMN = Kind(
    "RES013",
    "Records in another column than their subjects",
    Severity.FINDING,
    "Name variables with the same treatment in both: percentages are of the subjects of a column.",
)
OTHER_COVARIANCE = Kind(
    "RES020",
    "Covariance structure other than the first",
    Severity.INFORMATION,
    "Nothing is to be done: the structure that was used is the next one of the option covariance.",
)
NO_MIXED_MODEL = Kind(
    "RES021",
    "Mixed model not estimable",
    Severity.FINDING,
    "Check the records, or name further structures in the option covariance; the display shows NE.",
)
NO_POOLED_MODEL = Kind(
    "RES022",
    "Analysis of imputed values not estimable",
    Severity.FINDING,
    "Check the records of each draw: one per subject, none without a value; the display shows NE.",
)
NO_COMPARISON = Kind(
    "RES023",
    "Comparison of groups not estimable",
    Severity.FINDING,
    "Check the records of the groups; the display shows NE with this reason as a footnote.",
)
NO_CORRELATION = Kind(
    "RES024",
    "Correlation not estimable",
    Severity.FINDING,
    "Check the records of both variables; the display shows NE with this reason as a footnote.",
)
NO_IMPORTANCE = Kind(
    "RES025",
    "Importance of variables not estimable",
    Severity.FINDING,
    "Name fewer components or variables, or check their records; the display shows NE with this reason.",
)
