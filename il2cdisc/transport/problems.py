"""Kinds of problem of the codecs: XPT001 on refuse a write, XPT030 on a read, XPT040 on a comparison."""

from __future__ import annotations

from il2cdisc.base.problems import Kind, Severity

_STOP, _FINDING = Severity.STOP, Severity.FINDING

DATASET_NAME = Kind(
    "XPT001", "Invalid dataset name", _STOP, "Name the dataset with 1 to 8 of A-Z and 0-9, a letter first."
)
DATASET_LABEL = Kind(
    "XPT002",
    "Invalid dataset label",
    _STOP,
    "Give the dataset a label of 1 to 40 printable ASCII characters.",
)
VARIABLE_NAME = Kind(
    "XPT003",
    "Invalid variable name",
    _STOP,
    "Name the variable with 1 to 8 of A-Z, 0-9 and _, a letter first.",
)
VARIABLE_LABEL = Kind(
    "XPT004",
    "Invalid variable label",
    _STOP,
    "Give the variable a label of 1 to 40 printable ASCII characters.",
)
DUPLICATE_VARIABLE = Kind("XPT005", "Duplicate variable name", _STOP, "Keep one of them, or rename one.")
NO_VARIABLES = Kind("XPT006", "Dataset without variables", _STOP, "Give the dataset at least one variable.")
LENGTH = Kind("XPT007", "Invalid length", _STOP, "Use 1 to 200 bytes for Char and 8 for Num.")
FORMAT = Kind("XPT008", "Invalid format", _STOP, "Write the format as SAS does, such as DATE9., 8.2 or $20.")
COLUMNS = Kind(
    "XPT009",
    "Columns differ from the variables",
    _STOP,
    "Give the frame the columns of the variables, in their order.",
)
CONTENT = Kind(
    "XPT010",
    "Content differs from the type",
    _STOP,
    "Put text into Char columns and numbers into Num columns.",
)
OVER_200 = Kind(
    "XPT011", "Value over 200 bytes", _STOP, "Continue the text in further variables or in SUPP--."
)
OVER_LENGTH = Kind("XPT012", "Value over the variable's length", _STOP, "Give the variable a larger length.")
NOT_ASCII = Kind("XPT013", "Character outside ASCII", _STOP, "Correct the text at its source, or map it.")
CONTROL = Kind("XPT014", "Control character", _STOP, "Replace the character by a blank, or correct the text.")
INFINITE = Kind("XPT015", "Infinite number", _STOP, "Make it missing, or correct the calculation.")
OUT_OF_RANGE = Kind(
    "XPT016",
    "Number out of range",
    _STOP,
    "Correct the number, or make it 0 or missing: numbers other than 0 are held from 5.4e-79 to 7.2e75.",
)
ROUNDED = Kind(
    "XPT017", "Integer above 2^53", _STOP, "Hold it as text: it would come back as another number."
)
BLANK_LAST = Kind(
    "XPT018",
    "Blank last record",
    _STOP,
    "Give the last record a value, or leave it out: a reader cannot distinguish it from padding.",
)
TRAILING_BLANKS = Kind(
    "XPT019", "Trailing blanks", _FINDING, "Remove them: a transport file cannot hold trailing blanks."
)
CREATED = Kind(
    "XPT020",
    "Invalid header time",
    _STOP,
    "Give a time from 1960 to 2059: the year in the header has two digits.",
)
TOO_MANY = Kind("XPT021", "Too many variables", _STOP, "Use at most 9999 variables.")
SPECIAL_MISSING = Kind(
    "XPT022", "Special missing value", _STOP, "Give a letter A to Z or _ for records whose value is missing."
)

NOT_XPT = Kind("XPT030", "Not a transport file", _STOP, "Give a SAS transport file (XPORT, version 5).")
OTHER_VERSION = Kind(
    "XPT031",
    "Unsupported version of a transport file",
    _STOP,
    "Write it again as version 5 (in SAS: the XPORT engine).",
)
DAMAGED = Kind("XPT032", "Damaged transport file", _STOP, "Ask for the file again.")
MEMBERS = Kind("XPT033", "Several datasets in one file", _STOP, "Write one dataset per file.")
ENCODING = Kind("XPT034", "Unreadable text", _STOP, "Give the encoding of the file.")

BACK_STRUCTURE = Kind(
    "XPT040",
    "File structure differs when read back",
    _STOP,
    "Build again: the file on disk differs from what was written.",
)
BACK_VALUES = Kind(
    "XPT041",
    "Values differ when read back",
    _STOP,
    "Build again: the file on disk differs from what was written.",
)
