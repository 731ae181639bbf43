"""Kinds of problems that the ADaM room reports."""

from __future__ import annotations

from il2cdisc.base.problems import Kind, Severity

NO_COLUMN = Kind(
    "ADM001",
    "Column not found by a derivation",
    Severity.STOP,
    "Name a column that the dataset has, or derive it before.",
)
NOT_UNIQUE = Kind(
    "ADM002",
    "Several records per key in a merged dataset",
    Severity.STOP,
    "Add a key, or take one record per key first (filter_extreme).",
)
BAD_ARGUMENT = Kind(
    "ADM003",
    "Unknown value of an argument",
    Severity.STOP,
    "Correct the call in the mapping; the docstring of the derivation says what is allowed.",
)
WRONG_TYPE = Kind(
    "ADM004",
    "Wrong type of a column",
    Severity.STOP,
    "Turn the column into numbers or text before.",
)
ALREADY_THERE = Kind(
    "ADM005",
    "New variable exists already",
    Severity.STOP,
    "Choose another name, or drop the column before.",
)
BAD_WINDOWS = Kind(
    "ADM006",
    "Overlapping or reversed analysis windows",
    Severity.STOP,
    "Correct the Windows sheet: each day in one window at most, From before To.",
)
NO_NUMBER = Kind(
    "ADM007",
    "Text without a number in its codelist",
    Severity.STOP,
    "Add the term to the codelist of the numeric variable, with the text as its decoded value.",
)
MISSING_VARIABLE = Kind(
    "ADM008",
    "Variable not made by its mapping",
    Severity.STOP,
    "Derive it in the mapping, or take the row out of the Variables sheet.",
)
EXTRA_VARIABLE = Kind(
    "ADM009",
    "Variable not in the specification",
    Severity.STOP,
    "Add it to the Variables sheet, drop it, or call it _NAME if it is only a helper.",
)
TYPE_DIFFERS = Kind(
    "ADM010",
    "Type differs from the specification",
    Severity.STOP,
    "Correct the derivation, or the Data Type in the workbook.",
)
KEYS_REPEAT = Kind(
    "ADM011",
    "Duplicate keys",
    Severity.FINDING,
    "Add a key in the Datasets sheet, or look why records are doubled.",
)
NO_DATASET = Kind(
    "ADM012",
    "Name not found in the specification",
    Severity.STOP,
    "Add it to the sheet, or correct the name in the mapping.",
)
TWO_BASELINES = Kind(
    "ADM013",
    "Several baseline records of one subject and parameter",
    Severity.STOP,
    "Flag one record per subject and parameter, or add BASETYPE to the keys.",
)
NO_INPUT = Kind(
    "ADM014",
    "Dataset not found",
    Severity.STOP,
    "Name a dataset of the study in lower case, or `spec`.",
)
NO_ANALYSIS = Kind(
    "ADM015",
    "Mapping without an analysis dataset",
    Severity.STOP,
    "End the function with: return analysis_dataset(NAME, frame).",
)
NOT_FINITE = Kind(
    "ADM016",
    "Infinite value",
    Severity.STOP,
    "Leave the value missing where it can't be computed.",
)
PLAN_DIFFERS = Kind(
    "ADM017",
    "Predecessor differs from the mapping",
    Severity.FINDING,
    "Correct the Predecessor in the Variables sheet, or its Origin.",
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
    "Column of the sheet Parameters without effect",
    Severity.STOP,
    "Rename the column to the variable that it is meant for and name that in `by`.",
)
NO_DEVIATION = Kind(
    "ADM031",
    "Exclusion from an analysis set without a deviation",
    Severity.FINDING,
    "Ask the site to record the deviation, or correct what the exclusion rests on.",
)
WHOLE_ADSL = Kind(
    "ADM032",
    "ADSL depends on a mapping of the whole study",
    Severity.STOP,
    "Derive what needs all subjects in a dataset that ADSL does not ask for.",
)
NOT_BY_BLOCK = Kind(
    "ADM055",
    "Mapping of the whole study not in blocks of subjects",
    Severity.STOP,
    "Yield one analysis_dataset(...) for each block of the datasets that it asks for, in their order.",
)
NOT_IMPUTED = Kind(
    "ADM033",
    "Subject left out of an imputation",
    Severity.FINDING,
    "Ask for the value; a subject without it can't be imputed and is not in the analysis of imputed values.",
)
NO_IMPUTATION = Kind(
    "ADM034",
    "Imputation not estimable",
    Severity.STOP,
    "Name fewer factors, covariates or visits in the mapping, or leave out the imputation.",
)
PARTIAL_DOSE = Kind(
    "ADM020",
    "Partial date of a dose",
    Severity.FINDING,
    "Ask for the date; until then the analysis takes the day named.",
)
UNKNOWN_UNIT = Kind(
    "ADM040",
    "Unit of a value not known",
    Severity.STOP,
    "Correct the unit, or convert the values before.",
)
BAD_PERIODS = Kind(
    "ADM041",
    "Overlapping or reversed periods of a subject",
    Severity.STOP,
    "Correct the dates of the periods: each day in one period at most, the start not after the end.",
)
BAD_CRITERIA = Kind(
    "ADM043",
    "Unusable row of toxicity criteria",
    Severity.STOP,
    "Correct the row; the docstring of derive_vars_toxicity says what a column holds.",
)
UNIT_OF_CRITERIA = Kind(
    "ADM044",
    "Values not in the unit of their toxicity criteria",
    Severity.STOP,
    "Convert the values or the bounds, so that a parameter and its criteria have one unit.",
)
TWO_GRADES = Kind(
    "ADM045",
    "Low and high toxicity grade of one value",
    Severity.STOP,
    "Correct the bounds of the parameter, so that a value is low or high.",
)
UNUSABLE_TABLE = Kind(
    "ADM046",
    "Unusable table of a derivation",
    Severity.STOP,
    "Save the table as CSV in UTF-8 with a header, or name a sheet of a workbook.",
)
BAD_QUERIES = Kind(
    "ADM050",
    "Unusable row of a table of queries",
    Severity.STOP,
    "Correct the table; the docstring of derive_vars_query says what a column holds.",
)
ITEM_RANGE = Kind(
    "ADM047",
    "Item outside the range of its scale",
    Severity.FINDING,
    "Ask the site for the rating; the item is kept and counts as missing in scores.",
)
BAD_SCORING = Kind(
    "ADM048",
    "Unusable rule of a score",
    Severity.STOP,
    "Correct the table; the docstring of derive_params_score says what a column holds.",
)
NO_TIME = Kind(
    "ADM052",
    "Subject without time to event",
    Severity.FINDING,
    "Add a censoring source that every subject has, or leave the subject out of the parameter's population.",
)
EVENT_BEFORE_START = Kind(
    "ADM053",
    "Event before the start of the time at risk",
    Severity.FINDING,
    "Ask whether the date is right, or select events from the start on.",
)
UNIT_OF_FORMULA = Kind(
    "ADM051",
    "Parameter in another unit than a formula needs",
    Severity.STOP,
    "Convert the values before, or compute from the rows in that unit (where).",
)
NO_PREDECESSOR = Kind(
    "ADM049",
    "Predecessor that cannot be resolved",
    Severity.STOP,
    "Correct the cell, name its dataset in sources, or derive the variable before.",
)
NO_WAY_BACK = Kind(
    "ADM054",
    "Records without a way back to their source",
    Severity.FINDING,
    "Use a verb that keeps row ids (derive_summary_records, append_rows), or "
    "keep them with gathered_ids. Explain a record that no other is behind with a disposition.",
)
