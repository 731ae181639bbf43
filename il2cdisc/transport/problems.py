"""Kinds of problem of the codecs: XPT001 on refuse a write, XPT030 on a read, XPT040 on a comparison."""

from __future__ import annotations

from il2cdisc.base.problems import Kind, Severity

_STOP, _FINDING = Severity.STOP, Severity.FINDING

DATASET_NAME = Kind(
    "XPT001", "Dataset name", _STOP, "name the dataset with 1 to 8 of A-Z and 0-9, a letter first"
)
DATASET_LABEL = Kind(
    "XPT002", "Dataset label", _STOP, "give the dataset a label of 1 to 40 printable ASCII characters"
)
VARIABLE_NAME = Kind(
    "XPT003", "Variable name", _STOP, "name the variable with 1 to 8 of A-Z, 0-9 and _, a letter first"
)
VARIABLE_LABEL = Kind(
    "XPT004", "Variable label", _STOP, "give the variable a label of 1 to 40 printable ASCII characters"
)
DUPLICATE_VARIABLE = Kind("XPT005", "Variable named twice", _STOP, "keep one of them, or rename one")
NO_VARIABLES = Kind("XPT006", "No variables", _STOP, "a dataset needs at least one variable")
LENGTH = Kind("XPT007", "Length", _STOP, "lengths are 1 to 200 bytes for Char and 8 for Num")
FORMAT = Kind("XPT008", "Format", _STOP, "write the format as SAS does, such as DATE9., 8.2 or $20.")
COLUMNS = Kind("XPT009", "Columns", _STOP, "the frame needs the columns of the variables, in their order")
CONTENT = Kind("XPT010", "Content", _STOP, "Char columns hold text, Num columns numbers")
OVER_200 = Kind(
    "XPT011", "Value over 200 bytes", _STOP, "continue the text in further variables or in SUPP--"
)
OVER_LENGTH = Kind("XPT012", "Value over the variable's length", _STOP, "give the variable a larger length")
NOT_ASCII = Kind("XPT013", "Not ASCII", _STOP, "correct the text at its source, or map it")
CONTROL = Kind("XPT014", "Control character", _STOP, "replace the character by a blank, or correct the text")
INFINITE = Kind("XPT015", "Infinite number", _STOP, "make it missing, or correct the calculation")
OUT_OF_RANGE = Kind(
    "XPT016",
    "Number out of range",
    _STOP,
    "numbers other than 0 are held from 5.4e-79 to 7.2e75; correct it, or make it 0 or missing",
)
ROUNDED = Kind("XPT017", "Integer above 2^53", _STOP, "it would come back as another number: hold it as text")
BLANK_LAST = Kind(
    "XPT018",
    "Last record all blank",
    _STOP,
    "give the last record a value, or leave it out: a reader can't tell it from padding",
)
TRAILING_BLANKS = Kind(
    "XPT019", "Trailing blanks", _FINDING, "strip them: a transport file can't hold them, they are lost"
)
CREATED = Kind(
    "XPT020", "Header time", _STOP, "give a time from 1960 to 2059: the header's year has two digits"
)
TOO_MANY = Kind("XPT021", "Too many variables", _STOP, "a transport file holds at most 9999")
SPECIAL_MISSING = Kind(
    "XPT022", "Special missing value", _STOP, "give a letter A to Z or _ for records whose value is missing"
)

NOT_XPT = Kind("XPT030", "No transport file", _STOP, "give a SAS transport file (XPORT, version 5)")
OTHER_VERSION = Kind(
    "XPT031", "Other transport version", _STOP, "write it again as version 5 (in SAS: the XPORT engine)"
)
DAMAGED = Kind("XPT032", "Damaged transport file", _STOP, "ask for the file again")
MEMBERS = Kind("XPT033", "Several datasets in a file", _STOP, "write one dataset a file")
ENCODING = Kind("XPT034", "Unreadable text", _STOP, "say which encoding the file is in")

BACK_STRUCTURE = Kind(
    "XPT040", "Read back otherwise", _STOP, "the file on disk is not what was written: build again"
)
BACK_VALUES = Kind(
    "XPT041", "Values read back otherwise", _STOP, "the file on disk is not what was written: build again"
)
