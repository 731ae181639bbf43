"""Every kind of problem that the specification room can tell, with its code and its remedy."""

from __future__ import annotations

from il2cdisc.base.problems import Kind, Severity

_STOP, _FIND = Severity.STOP, Severity.FINDING

# The workbook as a file.
UNREADABLE = Kind(
    "SPC001", "Unreadable workbook", _STOP, "Save the workbook again as .xlsx, without a password."
)
SHEET_MISSING = Kind("SPC002", "Missing sheet", _STOP, "Give the sheet its name back, or add it.")
HEADER_MISSING = Kind(
    "SPC003", "Missing header", _STOP, "Write the header into row 1, with exactly this spelling."
)
HEADER_UNKNOWN = Kind(
    "SPC004", "Unknown header", _FIND, "Correct the header, or remove the column; it is not read."
)
HEADER_TWICE = Kind("SPC005", "Duplicate header", _STOP, "Keep one column of that name.")
FORMULA = Kind("SPC006", "Formula in a cell", _STOP, "Replace the formula by its value (copy, paste values).")
MERGED = Kind("SPC007", "Merged cells", _STOP, "Unmerge the cells and fill each of them.")
ERROR_VALUE = Kind("SPC008", "Error value in a cell", _STOP, "Replace the error by the value that is meant.")
BLANKS = Kind("SPC009", "Leading or trailing blanks", _FIND, "Remove them; the value was read without them.")
DATE_CELL = Kind(
    "SPC010",
    "Date in a text cell",
    _FIND,
    "Format the cell as text and write the date as YYYY-MM-DD.",
)
SHOWN = Kind(
    "SPC160",
    "Displayed number differs from the stored one",
    _FIND,
    "Format the cell as text and write what it is meant to be, or give it the format General.",
)
NOT_NUMBER = Kind(
    "SPC011",
    "Non-numeric value in a numeric cell",
    _STOP,
    "Write a plain number, with a point for decimals, or leave the cell empty.",
)
NOT_FLAG = Kind("SPC012", "Neither Yes nor No", _STOP, "Write Yes or No.")
BLANK_CELL = Kind("SPC013", "Empty cell", _STOP, "Fill in the cell.")
SHEET_EMPTY = Kind("SPC014", "Sheet without rows", _STOP, "Fill in the sheet below its header.")
TO_FILL = Kind(
    "SPC161",
    "Cell marked TO FILL",
    _FIND,
    "Write what belongs into the cell, or clear it; define.xml and datasets would show the mark.",
)
SHEET_UNKNOWN = Kind("SPC120", "Unknown sheet", _FIND, "Correct the name of the sheet, or remove the sheet.")

# One row against the rules for its sheet.
NAME_RULE = Kind("SPC020", "Invalid name for a transport file", _STOP,
                 "Use a letter, then letters, digits or _, upper case, at most 8 characters.")  # fmt: skip
LABEL_RULE = Kind(
    "SPC021",
    "Invalid label for a transport file",
    _STOP,
    "Shorten the label to 40 bytes of plain ASCII.",
)
DATA_TYPE = Kind("SPC022", "Unknown data type", _STOP, "Use a data type of Define-XML 2.1.")
LENGTH = Kind("SPC023", "Invalid length", _STOP, "Give a whole number of bytes from 1 to 200.")
VOCABULARY = Kind("SPC024", "Word not allowed", _STOP, "Use one of the allowed words.")
TWICE = Kind("SPC025", "Duplicate row", _STOP, "Keep one of the rows.")
ORDER = Kind("SPC026", "Gaps or duplicates in the order", _FIND, "Number the rows 1, 2, 3, ...")
ORIGIN_INCOMPLETE = Kind("SPC027", "Incomplete origin", _FIND, "Fill in the cell, or correct the origin.")
INVERTED = Kind("SPC028", "Reversed range", _STOP, "Exchange the two limits.")
INCONSISTENT = Kind("SPC029", "Contradictory rows", _STOP, "Write the same in each of its rows.")
SIGNIFICANT_DIGITS = Kind(
    "SPC030",
    "Significant digits missing or misplaced",
    _FIND,
    "Give significant digits for float, and only for float.",
)
LENGTH_MISSING = Kind("SPC031", "Missing length", _FIND, "Give the length in bytes.")
SAME_NAME = Kind(
    "SPC032", "Different labels of one variable", _FIND, "Give the variable the same label in every dataset."
)
FORMAT_MISSING = Kind("SPC033", "Date or time without a format", _FIND, "Give a SAS format, such as DATE9.")
KEYS_FIRST = Kind(
    "SPC035", "Keys do not begin with the subject", _FIND, "Begin the key variables with STUDYID, USUBJID."
)
KEYS = Kind("SPC034", "Dataset without key variables", _STOP, "Name its key variables, separated by commas.")

# One row against another.
UNKNOWN_DATASET = Kind(
    "SPC040", "Dataset not in the sheet Datasets", _STOP, "Correct the name, or add the dataset to Datasets."
)
UNKNOWN_VARIABLE = Kind(
    "SPC041",
    "Variable not in the sheet Variables",
    _STOP,
    "Correct the name, or add the variable to Variables.",
)
UNKNOWN_ID = Kind("SPC042", "Unresolved reference", _STOP, "Correct the id, or add the row that it names.")
NO_VARIABLES = Kind(
    "SPC043", "Dataset without variables", _STOP, "Add its variables, or mark it as Has No Data."
)
UNUSED = Kind("SPC044", "Unused row", _FIND, "Remove the row, or use it.")
WHERE_VALUE = Kind(
    "SPC045", "Value of a where-clause not in the codelist", _STOP, "Correct the value, or add the term."
)
TRANSLATION = Kind(
    "SPC046",
    "Translation to an unknown term",
    _STOP,
    "Correct the term, or add it to Codelists.",
)
PROTOCOL = Kind("SPC047", "Contradictory protocol sheets", _STOP, "Make the sheets agree.")
PROTOCOL_UNUSED = Kind("SPC048", "Unused protocol row", _FIND, "Remove the row, or use it.")
VALUE_LEVEL = Kind("SPC049", "Value level differs from its variable", _FIND, "Make the two agree.")
RANGE_UNIT = Kind("SPC050", "Reference range in an unused unit", _FIND, "Give it in the standard unit.")
CODE_MISSING = Kind(
    "SPC051", "Code not in the codelist", _FIND, "Correct the code, or add it to the codelist."
)

# Against the standards.
STANDARD_LABEL = Kind("SPC060", "Label differs from the standard", _FIND, "Use the standard's label.")
STANDARD_TYPE = Kind("SPC061", "Type differs from the standard", _STOP, "Use the standard's type.")
STANDARD_UNKNOWN = Kind(
    "SPC062",
    "Variable not in the standard",
    _FIND,
    "Correct the name, or move the value to a supplemental qualifier.",
)
STANDARD_REQUIRED = Kind("SPC063", "Missing required variable of the standard", _STOP, "Add the variable.")
STANDARD_EXPECTED = Kind(
    "SPC064", "Missing expected variable of the standard", _FIND, "Add the variable, empty if need be."
)
STANDARD_ORDER = Kind("SPC065", "Order differs from the standard", _FIND, "Move the variable.")
STANDARD_MANDATORY = Kind("SPC066", "Required variable not mandatory", _FIND, "Set Mandatory to Yes.")
STANDARD_CODELIST = Kind(
    "SPC067", "Codelist differs from the standard", _FIND, "Use the standard's codelist."
)
STANDARD_TERM = Kind(
    "SPC068", "Term not in a non-extensible codelist", _STOP, "Use a term of the standard's codelist."
)
STANDARD_CODE = Kind("SPC069", "NCI code differs from the standard", _FIND, "Correct the code.")
STANDARD_DATASET = Kind(
    "SPC070", "Attributes of a dataset differ from the standard", _FIND, "Use the standard's words."
)
STANDARD_ROLE = Kind("SPC071", "Role differs from the standard", _FIND, "Use the standard's role.")
STANDARD_DAY = Kind(
    "SPC073",
    "Study day without its date",
    _FIND,
    "Add the date variable, or remove the study day.",
)
STANDARD_SPELLING = Kind(
    "SPC072", "Spelling of a term differs from the standard", _FIND, "Spell it as the standard does."
)

# Where-clauses.
WHERE_TEXT = Kind("SPC080", "Invalid where-clause", _STOP, 'Write it like: PARAMCD EQ "X" and AVISITN GE 1.')
WHERE_COLUMN = Kind("SPC081", "Column of a where-clause not found", _STOP, "Correct the column's name.")
WHERE_NUMBER = Kind(
    "SPC082", "Where-clause compares a number with text", _STOP, "Write a number, without quotes."
)

# The mappings' plans against the workbook.
NOT_MADE = Kind(
    "SPC090", "Variable not made by any mapping", _STOP, "Map it, or remove it from the workbook."
)
NOT_SPECIFIED = Kind(
    "SPC091",
    "Variable not in the specification",
    _STOP,
    "Add it to the workbook, or remove it from the mapping.",
)
ORIGIN_DIFFERS = Kind(
    "SPC092", "Origin differs from the mapping", _FIND, "Correct the origin in the workbook, or the mapping."
)
CODELIST_DIFFERS = Kind(
    "SPC093",
    "Codelist differs from the mapping",
    _FIND,
    "Correct the codelist in the workbook, or the mapping.",
)
RAW_UNKNOWN = Kind(
    "SPC094", "Raw column not in the data dictionary", _STOP, "Correct the column's name in the mapping."
)
DATASET_NOT_MADE = Kind(
    "SPC095", "Dataset not made by any mapping", _STOP, "Write its mapping, or remove it from the workbook."
)
HALF = Kind(
    "SPC096",
    "Displays without analysis data",
    _STOP,
    "Add the workbook and the mappings of ADaM, or move this workbook away until they are there.",
)
SHADOW_CODELIST = Kind(
    "SPC150",
    "Sponsor codelist in place of a CDISC codelist",
    Severity.FINDING,
    "Use the CDISC codelist with its spelling and codes, or say in Comment why this one is separate.",
)
RANGE_KIND = Kind(
    "SPC151",
    "Reference range with both numbers and texts",
    _FIND,
    "Keep either Normal or Low and High; give the test a row for each kind of result.",
)

# The workbooks against study.toml, and cells against what they are for.
OUTSIDE = Kind(
    "SPC130",
    "Link that leaves the study folder",
    _STOP,
    "Put the file itself into the folder.",
)
NOT_CHECKED = Kind(
    "SPC131",
    "Part not checked",
    _STOP,
    "Correct the other problems and check again.",
)
NO_EFFECT = Kind(
    "SPC132",
    "Cell without effect",
    _STOP,
    "Clear the cell, or correct what it depends on.",
)
OTHER_STANDARD = Kind(
    "SPC133",
    "Standard differs from study.toml",
    _STOP,
    "Write the version that [standards] in study.toml names, or correct it there.",
)
OTHER_STUDY = Kind(
    "SPC134",
    "Study differs from study.toml",
    _STOP,
    "Write what study.toml says, or correct it there.",
)
TARGET = Kind(
    "SPC135",
    "Target outside its window",
    _STOP,
    "Correct Target, From or To.",
)
UNKNOWN_VALUE = Kind(
    "SPC136",
    "Value not in the codelist of its variable",
    _STOP,
    "Correct the value, or add it to the codelist.",
)
DECIMALS = Kind(
    "SPC137",
    "Number of decimals out of range",
    _STOP,
    "Write a whole number from 0 to 8.",
)
OTHER_TITLE = Kind(
    "SPC138",
    "Description of the study differs from study.toml",
    _FIND,
    "Write the title that study.toml has.",
)
COMMON = Kind(
    "SPC139",
    "Common variable missing from a dataset",
    _FIND,
    "Add the variable to the datasets, or set Common to No.",
)
CODES_UNREADABLE = Kind(
    "SPC152",
    "Unreadable file of codes",
    _STOP,
    "Give the file the columns Dataset, Key, Specimen, Dictionary, Version, Code and Term, or move it away.",
)
CODE_ROW = Kind(
    "SPC153",
    "Invalid code of an external dictionary",
    _FIND,
    "Correct the row of the file; it is not used until then.",
)

# Estimands, and the sheet Plan of the displays.
ESTIMAND_FLAG = Kind(
    "SPC170",
    "Estimand without a flag of its own",
    _STOP,
    "Give each estimand an ANLzzFL that no other estimand has.",
)
NO_STRATEGY = Kind(
    "SPC171",
    "Estimand without intercurrent events",
    _STOP,
    "Add its events with their strategies to the sheet Intercurrent Events.",
)
MAIN_ANALYSIS = Kind(
    "SPC172",
    "Estimand without exactly one main analysis",
    _STOP,
    "Give one row of the sheet Plan the estimand with the role Main.",
)
FLAG_NOT_USED = Kind(
    "SPC173",
    "Analysis that does not use the flag of its estimand",
    _STOP,
    "Add the condition to Where, or correct Estimand in the sheet Plan.",
)
NOT_PLANNED = Kind(
    "SPC174",
    "Analysis without a row in the sheet Plan",
    _FIND,
    "Add the row; an analysis that the plan did not have has the status Added and a reason.",
)
NOT_SHOWN = Kind(
    "SPC175",
    "Planned analysis that no display has",
    _FIND,
    "Add the analysis, or give the row the status Dropped and a reason.",
)
CHANGE_OF_PLAN = Kind(
    "SPC176",
    "Inconsistent change of the plan",
    _STOP,
    "Give an added or dropped analysis a reason; a dropped one is not shown.",
)
UNKNOWN_EVENT = Kind(
    "SPC177",
    "Intercurrent event in no codelist",
    _STOP,
    "Correct the event, or add it to the codelist of the variable that holds such events.",
)
