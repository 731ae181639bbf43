"""Kinds of problems that the ADaM room reports."""

from __future__ import annotations

from il2cdisc.base.problems import Kind, Severity

NO_COLUMN = Kind(
    "ADM001",
    "A derivation needs a column that is not there",
    Severity.STOP,
    "name a column that the dataset has, or derive it before",
)
NOT_UNIQUE = Kind(
    "ADM002",
    "A dataset to merge from has several rows a key",
    Severity.STOP,
    "add a key, or take one row a key first (filter_extreme)",
)
BAD_ARGUMENT = Kind(
    "ADM003",
    "An argument has a value that the derivation does not know",
    Severity.STOP,
    "correct the call in the mapping; the docstring of the derivation says what is allowed",
)
WRONG_TYPE = Kind(
    "ADM004",
    "A column has the wrong type for a derivation",
    Severity.STOP,
    "turn the column into numbers or text before",
)
ALREADY_THERE = Kind(
    "ADM005",
    "A new variable would overwrite a column",
    Severity.STOP,
    "choose another name, or drop the column before",
)
BAD_WINDOWS = Kind(
    "ADM006",
    "Analysis windows that overlap or are reversed",
    Severity.STOP,
    "correct the Windows sheet: each day in one window at most, From not after To",
)
NO_NUMBER = Kind(
    "ADM007",
    "A text has no number in its codelist",
    Severity.STOP,
    "add the term to the codelist of the numeric variable, with the text as its decoded value",
)
MISSING_VARIABLE = Kind(
    "ADM008",
    "The workbook has a variable that the mapping does not make",
    Severity.STOP,
    "derive it in the mapping, or take the row out of the Variables sheet",
)
EXTRA_VARIABLE = Kind(
    "ADM009",
    "The mapping makes a variable that the workbook does not have",
    Severity.STOP,
    "add it to the Variables sheet, drop it, or call it _NAME when it only helps on the way",
)
TYPE_DIFFERS = Kind(
    "ADM010",
    "Numbers in a text variable",
    Severity.STOP,
    "Correct the derivation, or the Data Type in the workbook.",
)
KEYS_REPEAT = Kind(
    "ADM011",
    "The workbook's keys don't make the rows unique",
    Severity.FINDING,
    "add a key in the Datasets sheet, or look why records are doubled",
)
NO_DATASET = Kind(
    "ADM012",
    "The workbook does not have what a mapping asks for",
    Severity.STOP,
    "add it to the sheet, or correct the name in the mapping",
)
TWO_BASELINES = Kind(
    "ADM013",
    "A parameter has several baseline records of one subject",
    Severity.STOP,
    "flag one record a subject and parameter, or add BASETYPE to the keys",
)
NO_INPUT = Kind(
    "ADM014",
    "A mapping asks for a dataset that does not exist",
    Severity.STOP,
    "name a dataset of the study in lower case, or `spec`",
)
NO_ANALYSIS = Kind(
    "ADM015",
    "A mapping returned something else than an analysis dataset",
    Severity.STOP,
    "end the function with: return analysis_dataset(NAME, frame)",
)
NOT_FINITE = Kind(
    "ADM016",
    "A numeric variable holds an infinite value",
    Severity.STOP,
    "leave the value missing where it can't be computed",
)
PLAN_DIFFERS = Kind(
    "ADM017",
    "The workbook's predecessor is not where the mapping takes the variable from",
    Severity.FINDING,
    "correct the Predecessor in the Variables sheet, or its Origin",
)
OTHER_UNIT = Kind(
    "ADM018",
    "Result not in the unit of its parameter",
    Severity.FINDING,
    "Make the units of the two workbooks agree, or add the conversion to the sheet Conversions.",
)
MIXED_PARAMETER = Kind(
    "ADM019",
    "Two units or specimens in one parameter",
    Severity.STOP,
    "Give each unit and specimen a parameter of its own in the sheet Parameters, and choose results by it.",
)
PARAMETER_KEY = Kind(
    "ADM030",
    "Column of the sheet Parameters that chooses no results",
    Severity.STOP,
    "Rename the column to the variable that it stands for and name that in `by`.",
)
PARTIAL_DOSE = Kind(
    "ADM020",
    "Partial date of a dose",
    Severity.FINDING,
    "Ask for the date; until then the analysis takes the day named.",
)
