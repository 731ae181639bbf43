"""What can be wrong with a raw export: reading (RAW) and finding the subjects (LNK)."""

from __future__ import annotations

from il2cdisc.base.problems import Kind, Severity

STOP, FINDING = Severity.STOP, Severity.FINDING
AGAIN = "Ask for the file again, or correct the export; raw files are never edited here."

MISSING_FILE = Kind(
    "RAW001", "raw file missing", STOP, "Put the file there, or correct its name in study.toml."
)
UNREADABLE = Kind("RAW002", "raw file can't be read", STOP, AGAIN)
ENCODING = Kind("RAW003", "wrong encoding", STOP, "State the encoding of the file in study.toml.")
RAGGED = Kind("RAW004", "lines with another number of fields than the header", STOP, AGAIN)
QUOTES = Kind("RAW005", "quotes that don't pair", STOP, AGAIN)
HEADER = Kind("RAW006", "header can't be used", STOP, AGAIN)
COLUMN_MISSING = Kind(
    "RAW007", "column missing or renamed", STOP, "Correct the export, or the data dictionary if it changed."
)
COLUMN_EXTRA = Kind(
    "RAW008",
    "column that the data dictionary does not know",
    STOP,
    "Add it to the data dictionary and map or drop it.",
)
SHEET_MISSING = Kind(
    "RAW009", "sheet missing or renamed", STOP, "Correct the workbook, or the sheet in study.toml."
)
MERGED = Kind("RAW010", "merged cells inside the table", STOP, "Unmerge the cells and fill each one.")
NO_RESULT = Kind(
    "RAW011", "formula without its result", STOP, "Have the workbook saved with values instead of formulas."
)
PASSWORD = Kind("RAW012", "workbook with a password", STOP, "Have the workbook sent without a password.")
PART_MISSING = Kind(
    "RAW013", "part of a form missing", STOP, "Put the missing part there, or rename the later ones."
)
DICTIONARY = Kind("RAW014", "data dictionary can't be used", STOP, "Correct the data dictionary.")
FORM_UNKNOWN = Kind(
    "RAW015",
    "form known to only one of study.toml and data dictionary",
    STOP,
    "Declare the form in both places.",
)
DELIMITER = Kind(
    "RAW019",
    "Delimiter other than in study.toml",
    STOP,
    "Write the file's delimiter into study.toml, or have the file sent as before.",
)
LINE_END = Kind("RAW016", "stray control character", STOP, AGAIN)
CONTROL = Kind("RAW016", "stray control character", STOP, AGAIN)

NO_FINAL_LINE_END = Kind(
    "RAW101",
    "no line end after the last line",
    FINDING,
    "Make sure that the file was not cut off while it was sent.",
)
NO_ROWS = Kind("RAW102", "form without records", FINDING, "Make sure that nothing was entered.")
FORMULA = Kind("RAW103", "formula cells", FINDING, "The stored results were read; have values sent instead.")
ERROR_CELL = Kind("RAW104", "error cells", FINDING, "The error text was kept; ask for the values.")
HIDDEN = Kind(
    "RAW105",
    "Hidden rows, columns or sheet",
    FINDING,
    "Ask the sender whether the data are meant; they were read like the others.",
)
NOT_DECLARED = Kind(
    "RAW106", "file that no form reads", FINDING, "Declare it in study.toml, or take it away."
)
BLANK_LINES = Kind("RAW107", "blank lines", FINDING, "They hold no record; make sure that none was lost.")
REPEATED = Kind(
    "RAW108", "record that repeats another", FINDING, "Ask the sender which one counts; both are kept."
)
NO_VALUE = Kind(
    "RAW109",
    "word or code in the place of a value",
    FINDING,
    "Ask for the value, or why there is none; it counts as not done.",
)
DISAGREE = Kind(
    "RAW110",
    "two forms that disagree on a subject",
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
    "Ask the sender for the whole file: the records behind its end are missing.",
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
    "Date outside the time of the trial",
    FINDING,
    "Ask the sender for the date; the record is kept.",
)
OTHER_FORM = Kind(
    "RAW127",
    "Date written in another way",
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
    "Sheet that no form reads",
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
    "Value of an item that is declared null",
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
    "LNK001", "subject with several records", STOP, "Leave one record a subject; ask the site which."
)
NO_KEY = Kind(
    "LNK002", "record without a key to its subject", STOP, "Ask for the key; the record belongs to nobody."
)
NOWHERE = Kind(
    "LNK003", "key that links nowhere", STOP, "Correct the key, or add the record that it points to."
)
KEY_TWICE = Kind(
    "LNK004", "key that points to several records", STOP, "Leave one record a key in the linking form."
)
