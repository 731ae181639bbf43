"""Every kind of problem that the specification room can tell, with its code and its remedy."""

from __future__ import annotations

from il2cdisc.base.problems import Kind, Severity

_STOP, _FIND = Severity.STOP, Severity.FINDING

# The workbook as a file.
UNREADABLE = Kind(
    "SPC001", "workbook can't be read", _STOP, "save the workbook again as .xlsx, without a password"
)
SHEET_MISSING = Kind("SPC002", "sheet missing", _STOP, "give the sheet its name back, or add it")
HEADER_MISSING = Kind("SPC003", "header missing", _STOP, "write the header into row 1, spelled exactly so")
HEADER_UNKNOWN = Kind(
    "SPC004", "header not known", _FIND, "correct the header, or remove the column: it is not read"
)
HEADER_TWICE = Kind("SPC005", "header twice", _STOP, "keep one column of that name")
FORMULA = Kind("SPC006", "formula in a cell", _STOP, "replace the formula by its value (copy, paste values)")
MERGED = Kind("SPC007", "merged cells", _STOP, "unmerge the cells and fill each of them")
ERROR_VALUE = Kind("SPC008", "error value in a cell", _STOP, "replace the error by the value that is meant")
BLANKS = Kind("SPC009", "stray blanks", _FIND, "remove them; the value was read without them")
DATE_CELL = Kind(
    "SPC010",
    "date in a cell that holds text",
    _FIND,
    "format the cell as text and write the date as YYYY-MM-DD",
)
SHOWN = Kind(
    "SPC160",
    "Number shown differently than it is stored",
    _FIND,
    "Format the cell as text and write what it is meant to say, or give it the format General.",
)
NOT_NUMBER = Kind(
    "SPC011",
    "not a number",
    _STOP,
    "write a plain number, with a point for decimals, or leave the cell empty",
)
NOT_FLAG = Kind("SPC012", "neither Yes nor No", _STOP, "write Yes or No")
BLANK_CELL = Kind("SPC013", "cell must not be empty", _STOP, "fill the cell")
SHEET_EMPTY = Kind("SPC014", "sheet without rows", _STOP, "fill the sheet below its header")
SHEET_UNKNOWN = Kind("SPC120", "Unknown sheet", _FIND, "Correct the name of the sheet, or remove the sheet.")

# One row against the rules for its sheet.
NAME_RULE = Kind("SPC020", "name breaks the rules of transport files", _STOP,
                 "use a letter, then letters, digits or _, upper case, at most 8 characters")  # fmt: skip
LABEL_RULE = Kind(
    "SPC021",
    "label breaks the rules of transport files",
    _STOP,
    "shorten the label to 40 bytes of plain ASCII",
)
DATA_TYPE = Kind("SPC022", "data type not known", _STOP, "use a data type of Define-XML 2.1")
LENGTH = Kind("SPC023", "length missing or wrong", _STOP, "give a whole number of bytes from 1 to 200")
VOCABULARY = Kind("SPC024", "word not in the list of allowed words", _STOP, "use one of the allowed words")
TWICE = Kind("SPC025", "given twice", _STOP, "keep one of the rows")
ORDER = Kind("SPC026", "order has gaps or doubles", _FIND, "number the rows 1, 2, 3, ...")
ORIGIN_INCOMPLETE = Kind(
    "SPC027", "origin without what it calls for", _FIND, "fill the cell, or correct the origin"
)
INVERTED = Kind("SPC028", "range is upside down", _STOP, "exchange the two ends")
INCONSISTENT = Kind("SPC029", "rows of one thing disagree", _STOP, "write the same in each of its rows")
SIGNIFICANT_DIGITS = Kind(
    "SPC030", "significant digits missing or out of place", _FIND, "give them for float, only for float"
)
LENGTH_MISSING = Kind("SPC031", "length missing", _FIND, "give the length in bytes")
SAME_NAME = Kind(
    "SPC032", "one variable, two labels", _FIND, "give the variable the same label in every dataset"
)
FORMAT_MISSING = Kind("SPC033", "date or time without a format", _FIND, "give a SAS format, such as DATE9.")
KEYS = Kind("SPC034", "dataset without key variables", _STOP, "name its key variables, separated by commas")

# One row against another.
UNKNOWN_DATASET = Kind(
    "SPC040", "dataset not in Datasets", _STOP, "correct the name, or add the dataset to Datasets"
)
UNKNOWN_VARIABLE = Kind(
    "SPC041", "variable not in Variables", _STOP, "correct the name, or add the variable to Variables"
)
UNKNOWN_ID = Kind("SPC042", "points nowhere", _STOP, "correct the id, or add the row that it names")
NO_VARIABLES = Kind(
    "SPC043", "dataset without variables", _STOP, "add its variables, or mark it as Has No Data"
)
UNUSED = Kind("SPC044", "nothing points here", _FIND, "remove the row, or use it")
WHERE_VALUE = Kind(
    "SPC045", "where-clause value not in the variable's codelist", _STOP, "correct the value, or add the term"
)
TRANSLATION = Kind(
    "SPC046",
    "translation to a term that the codelist lacks",
    _STOP,
    "correct the term, or add it to Codelists",
)
PROTOCOL = Kind("SPC047", "protocol sheets disagree", _STOP, "make the sheets agree")
PROTOCOL_UNUSED = Kind("SPC048", "protocol row that nothing uses", _FIND, "remove the row, or use it")
VALUE_LEVEL = Kind("SPC049", "value level differs from its variable", _FIND, "make the two agree")
RANGE_UNIT = Kind(
    "SPC050", "reference range in a unit that nothing has", _FIND, "give it in the standard unit"
)
CODE_MISSING = Kind(
    "SPC051", "code not in the codelist", _FIND, "correct the code, or add it to the codelist"
)

# Against the standards.
STANDARD_LABEL = Kind("SPC060", "label differs from the standard", _FIND, "use the standard's label")
STANDARD_TYPE = Kind("SPC061", "type differs from the standard", _STOP, "use the standard's type")
STANDARD_UNKNOWN = Kind(
    "SPC062",
    "variable not in the standard",
    _FIND,
    "correct the name, or move the value to a supplemental qualifier",
)
STANDARD_REQUIRED = Kind(
    "SPC063", "variable that the standard requires is missing", _STOP, "add the variable"
)
STANDARD_EXPECTED = Kind(
    "SPC064", "variable that the standard expects is missing", _FIND, "add the variable, empty if need be"
)
STANDARD_ORDER = Kind("SPC065", "order differs from the standard", _FIND, "move the variable")
STANDARD_MANDATORY = Kind("SPC066", "required variable not mandatory", _FIND, "set Mandatory to Yes")
STANDARD_CODELIST = Kind("SPC067", "codelist differs from the standard", _FIND, "use the standard's codelist")
STANDARD_TERM = Kind(
    "SPC068", "term not in a non-extensible codelist", _STOP, "use a term of the standard's codelist"
)
STANDARD_CODE = Kind("SPC069", "NCI code does not match", _FIND, "correct the code")
STANDARD_DATASET = Kind(
    "SPC070", "dataset's attributes differ from the standard", _FIND, "use the standard's words"
)
STANDARD_ROLE = Kind("SPC071", "role differs from the standard", _FIND, "use the standard's role")
STANDARD_SPELLING = Kind(
    "SPC072", "term spelled unlike the standard's", _FIND, "spell it as the standard does"
)

# Where-clauses.
WHERE_TEXT = Kind(
    "SPC080", "where-clause can't be read", _STOP, 'write it like: PARAMCD EQ "X" and AVISITN GE 1'
)
WHERE_COLUMN = Kind(
    "SPC081", "where-clause names a column that the data lack", _STOP, "correct the column's name"
)
WHERE_NUMBER = Kind(
    "SPC082", "where-clause compares a number with text", _STOP, "write a number, without quotes"
)

# The mappings' plans against the workbook.
NOT_MADE = Kind("SPC090", "variable that nothing makes", _STOP, "map it, or remove it from the workbook")
NOT_SPECIFIED = Kind(
    "SPC091",
    "variable that the workbook lacks",
    _STOP,
    "add it to the workbook, or remove it from the mapping",
)
ORIGIN_DIFFERS = Kind(
    "SPC092", "origin differs from the mapping", _FIND, "correct the origin in the workbook, or the mapping"
)
CODELIST_DIFFERS = Kind(
    "SPC093",
    "codelist differs from the mapping",
    _FIND,
    "correct the codelist in the workbook, or the mapping",
)
RAW_UNKNOWN = Kind(
    "SPC094", "raw column not in the data dictionary", _STOP, "correct the column's name in the mapping"
)
DATASET_NOT_MADE = Kind(
    "SPC095", "dataset that nothing makes", _STOP, "write its mapping, or remove it from the workbook"
)
HALF = Kind(
    "SPC096",
    "displays without analysis data",
    _STOP,
    "add the workbook and the mappings of ADaM, or move this workbook away until they are there",
)
SHADOW_CODELIST = Kind(
    "SPC150",
    "Sponsor codelist in place of a CDISC codelist",
    Severity.FINDING,
    "Use the CDISC codelist with its spelling and codes, or say in Comment why this one is separate.",
)
RANGE_KIND = Kind(
    "SPC151",
    "Reference range of both numbers and texts",
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
    "Part that could not be checked",
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
    "Common variable that a dataset does not have",
    _FIND,
    "Add the variable to the datasets, or set Common to No.",
)
CODES_UNREADABLE = Kind(
    "SPC152",
    "File of codes can't be read",
    _STOP,
    "Give the file the columns Dataset, Key, Specimen, Dictionary, Version, Code and Term, or move it away.",
)
CODE_ROW = Kind(
    "SPC153",
    "Code of an external dictionary that can't be used",
    _FIND,
    "Correct the row of the file; it is not used until then.",
)
