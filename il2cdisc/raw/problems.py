"""What can be wrong with a raw export: reading (RAW) and finding the subjects (LNK)."""

from __future__ import annotations

from il2cdisc.base.problems import Kind, Severity

STOP, FINDING = Severity.STOP, Severity.FINDING
AGAIN = "Ask for the file again, or correct the export; raw files are never edited here."

MISSING_FILE = Kind(
    "RAW001", "Raw file missing", STOP, "Put the file there, or correct its name in study.toml."
)
UNREADABLE = Kind("RAW002", "Unreadable raw file", STOP, AGAIN)
ENCODING = Kind("RAW003", "Wrong encoding", STOP, "State the encoding of the file in study.toml.")
RAGGED = Kind("RAW004", "Wrong number of fields", STOP, AGAIN)
QUOTES = Kind("RAW005", "Unbalanced quotes", STOP, AGAIN)
HEADER = Kind("RAW006", "Invalid header", STOP, AGAIN)
COLUMN_MISSING = Kind(
    "RAW007", "Column missing or renamed", STOP, "Correct the export, or the data dictionary if it changed."
)
COLUMN_EXTRA = Kind(
    "RAW008",
    "Column not in the data dictionary",
    STOP,
    "Add it to the data dictionary and map or drop it.",
)
SHEET_MISSING = Kind(
    "RAW009", "Sheet missing or renamed", STOP, "Correct the workbook, or the sheet in study.toml."
)
MERGED = Kind("RAW010", "Merged cells in a table", STOP, "Unmerge the cells and fill each one.")
NO_RESULT = Kind(
    "RAW011",
    "Formula without a stored result",
    STOP,
    "Have the workbook saved with values instead of formulas.",
)
PASSWORD = Kind(
    "RAW012", "Workbook is password-protected", STOP, "Have the workbook sent without a password."
)
PART_MISSING = Kind(
    "RAW013", "Missing part of a form", STOP, "Put the missing part there, or rename the later ones."
)
DICTIONARY = Kind("RAW014", "Invalid data dictionary", STOP, "Correct the data dictionary.")
FORM_UNKNOWN = Kind(
    "RAW015",
    "Form missing from study.toml or the data dictionary",
    STOP,
    "Declare the form in both places.",
)
DELIMITER = Kind(
    "RAW019",
    "Delimiter differs from study.toml",
    STOP,
    "Write the file's delimiter into study.toml, or have the file sent as before.",
)
LINE_END = Kind("RAW016", "Control character", STOP, AGAIN)
CONTROL = Kind("RAW016", "Control character", STOP, AGAIN)

NO_FINAL_LINE_END = Kind(
    "RAW101",
    "Missing line end at the end of the file",
    FINDING,
    "Make sure that the file is complete.",
)
NO_ROWS = Kind("RAW102", "Form without records", FINDING, "Make sure that nothing was entered.")
FORMULA = Kind(
    "RAW103", "Formula cells", FINDING, "Ask for values instead of formulas; the stored results were read."
)
ERROR_CELL = Kind("RAW104", "Error cells", FINDING, "Ask for the values; the error text was kept.")
HIDDEN = Kind(
    "RAW105",
    "Hidden rows, columns or sheet",
    FINDING,
    "Ask the sender whether the data count; they were read like the others.",
)
NOT_DECLARED = Kind("RAW106", "File not read by any form", FINDING, "Declare it in study.toml, or remove it.")
BLANK_LINES = Kind(
    "RAW107", "Blank lines", FINDING, "Make sure that no record was lost; blank lines hold none."
)
REPEATED = Kind("RAW108", "Duplicate record", FINDING, "Ask the sender which record counts; both are kept.")
NO_VALUE = Kind(
    "RAW109",
    "Non-numeric code in a numeric field",
    FINDING,
    "Ask for the value, or why it is missing; it counts as not done.",
)
DISAGREE = Kind(
    "RAW110",
    "Inconsistent data between forms",
    FINDING,
    "Ask which one is right; both are kept as collected.",
)
NOT_THERE = Kind(
    "RAW130",
    "Missing form",
    FINDING,
    "Ask the site for the form, or for the reason why it was not done.",
)
ENDS_EARLY = Kind(
    "RAW131",
    "File ends early",
    FINDING,
    "Ask the sender for the whole file: the records after its end are missing.",
)
NEVER_THERE = Kind(
    "RAW132",
    "Form missing for every subject",
    FINDING,
    "Ask the sender for the records, or correct Protocol Schedule.",
)

UNKNOWN_CODE = Kind(
    "RAW120",
    "Unknown code",
    FINDING,
    "Ask the sender for the right code, or add it to the data dictionary.",
)
INVALID_NUMBER = Kind("RAW121", "Invalid number", FINDING, "Ask the sender for the number.")
OUT_OF_RANGE = Kind(
    "RAW122",
    "Value out of range",
    FINDING,
    "Ask the sender whether the value is right; it is kept as collected.",
)
INVALID_DATE = Kind("RAW123", "Invalid date", FINDING, "Ask the sender for the date.")
DATE_BEYOND = Kind(
    "RAW126",
    "Date outside the period of the trial",
    FINDING,
    "Ask the sender for the date; the record is kept.",
)
OTHER_FORM = Kind(
    "RAW127",
    "Date in another format",
    FINDING,
    "Have dates written as the data dictionary says; this one was read.",
)
INVALID_TIME = Kind("RAW124", "Invalid time", FINDING, "Ask the sender for the time of day.")
NOT_IN_LIST = Kind(
    "RAW125",
    "Randomisation number not found in the treatment list",
    FINDING,
    "Correct the number, or have the list sent again; arm and dose of the subject are missing.",
)
NO_VALUE_MEANT = frozenset({"not done", "not available", "not applicable", "missing", "unknown"})
"""Meanings (in the data dictionary, case apart) of codes that are in the place of a number."""

CELL_COMMENT = Kind(
    "RAW170",
    "Cell comment",
    FINDING,
    "Ask the sender for the value that the comment asks for; comments are not read as data.",
)
SHEET_UNREAD = Kind(
    "RAW171",
    "Sheet not read by any form",
    FINDING,
    "Declare it as a form in study.toml, or have it removed.",
)
VALUE_LABEL = Kind(
    "RAW172",
    "Value label contradicts the data dictionary",
    FINDING,
    "Ask the sender what the code means, and correct the data dictionary if it is wrong.",
)
UNIT = Kind(
    "RAW173",
    "Unit differs from the data dictionary",
    FINDING,
    "Ask the laboratory for the unit, then correct the data dictionary and the conversion.",
)
NULL_WITH_VALUE = Kind(
    "RAW174",
    "Value of an item declared as null",
    FINDING,
    "Ask the sender whether the item has a value; the value was read.",
)
TRANSACTION = Kind(
    "RAW177",
    "Transaction without its record",
    FINDING,
    "Ask the sender for the whole series of files, or for a Snapshot.",
)
NOT_CONVERTED = Kind(
    "RAW175",
    "Date format not converted",
    FINDING,
    "Have the column exported with a date format; its stored numbers were read.",
)
NO_DATE = Kind(
    "RAW176", "Number that is not a date", FINDING, "Ask the sender for the date; the number was read."
)

SUBJECT_TWICE = Kind(
    "LNK001", "Several records of one subject", STOP, "Keep one record per subject; ask the site which one."
)
NO_KEY = Kind("LNK002", "Missing subject key", STOP, "Ask for the key; the record has no subject.")
NOWHERE = Kind(
    "LNK003",
    "Key not found in the linked form",
    STOP,
    "Correct the key, or add the record that it refers to.",
)
KEY_TWICE = Kind(
    "LNK004",
    "Key with several records in the linked form",
    STOP,
    "Keep one record per key in the linked form.",
)
