"""Kinds of problem of the results room."""

from __future__ import annotations

from il2cdisc.base.problems import Kind, Severity

MISSING_DATASET = Kind(
    "RES001",
    "A display needs a dataset that there is not",
    Severity.STOP,
    "Name a dataset that the build makes in the Dataset column of the Analyses sheet.",
)
MISSING_VARIABLE = Kind(
    "RES002",
    "An analysis names a variable that its dataset lacks",
    Severity.STOP,
    "Correct the variable's name in the Analyses sheet, or add it to the dataset.",
)
UNKNOWN_METHOD = Kind(
    "RES003",
    "There is no such method of analysis",
    Severity.STOP,
    "Choose a method from the drop-down of the Method column.",
)
WRONG_ARGUMENT = Kind(
    "RES004",
    "An analysis lacks something that its method needs",
    Severity.STOP,
    "Complete or correct the cell.",
)
NOT_ESTIMABLE = Kind(
    "RES005",
    "Statistic that could not be estimated",
    Severity.FINDING,
    "Look at the records of the analysis: the display shows NE with this reason as a footnote.",
)
OUTSIDE_COLUMNS = Kind(
    "RES006",
    "Subjects or records belong to no column of the display",
    Severity.FINDING,
    "Add their treatment to the Columns sheet, or leave them out by the analysis's Where.",
)
NOT_NUMERIC = Kind(
    "RES007",
    "An analysis needs numbers and is given text",
    Severity.STOP,
    "Name the numeric variable (often the one that ends in N), or choose another method.",
)
UNKNOWN_STATISTIC = Kind(
    "RES008",
    "A line shows a statistic that its method does not make",
    Severity.STOP,
    "Correct the name between the braces.",
)
WRONG_KIND = Kind(
    "RES009",
    "A display and its analyses don't fit",
    Severity.STOP,
    "Correct the Kind of the display, or the Method of the analysis.",
)
UNNAMED_LEVELS = Kind(
    "RES010",
    "Records stand at levels that the display does not show",
    Severity.FINDING,
    "Add the levels to By Levels, or leave them out by the analysis's Where.",
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
