"""Kinds of problems that the mapping of raw forms tells."""

from il2cdisc.base.problems import Kind, Severity

UNMAPPED = Kind(
    "MAP001",
    "Value without a term in a closed codelist",
    Severity.STOP,
    "Add the value to the sheet Translations, or have the site correct it.",
)
UNMAPPED_OPEN = Kind(
    "MAP101",
    "Value without a term in an extensible codelist",
    Severity.FINDING,
    "Add the value to the sheet Translations; it is kept as collected until then.",
)
NO_CODELIST = Kind(
    "MAP002",
    "Codelist not in the specification",
    Severity.STOP,
    "Name a codelist of the workbook.",
)
BAD_DATE = Kind(
    "MAP102",
    "Invalid date",
    Severity.FINDING,
    "Ask the site for the right date.",
)
PARTIAL_DATE = Kind(
    "MAP103",
    "Partial date",
    Severity.FINDING,
    "Ask the site for the missing part; the known part is kept.",
)
BAD_TIME = Kind(
    "MAP104", "Invalid time", Severity.FINDING, "Ask the site for the right time; the date is kept."
)
DATE_PATTERN = Kind(
    "MAP143",
    "Unknown date pattern",
    Severity.STOP,
    "Write the pattern with dd, mm or mon, and yyyy; with hh:mm or hh:mm:ss for a time.",
)
DATE_PATTERNS_CONFLICT = Kind(
    "MAP144",
    "Contradictory date patterns",
    Severity.STOP,
    "Keep the one that the form uses; map forms that use the other one by themselves.",
)
UNTRANSLATED = Kind(
    "MAP105",
    "No translation",
    Severity.FINDING,
    "Add the term to coding.",
)
NOT_A_NUMBER = Kind(
    "MAP106", "Not a number", Severity.FINDING, "Ask the sender for the value as a plain number."
)
DOUBLE_KEY = Kind(
    "MAP003",
    "Several records per key in a look-up",
    Severity.STOP,
    "Correct the raw file, or join by more keys.",
)
UNKNOWN_COLUMN = Kind("MAP004", "Column not found", Severity.STOP, "Name a column of the raw form.")
UNKNOWN_INPUT = Kind(
    "MAP005",
    "Input of a mapping not found",
    Severity.STOP,
    "Name a raw form as raw_<form>, another mapped dataset, or protocol.",
)
CIRCLE = Kind(
    "MAP006", "Circular dependency between mappings", Severity.STOP, "Remove one of the dependencies."
)
BROKEN_MODULE = Kind(
    "MAP007", "Failed mapping module", Severity.STOP, "Correct the module at the line named."
)
COLUMN_LOST = Kind(
    "MAP008",
    "Raw column neither mapped nor dropped",
    Severity.STOP,
    "Map it, or name it in `dropped` of a mapping with the reason, or defer its form in study.toml.",
)
ROWS_LOST = Kind(
    "MAP009",
    "Raw records neither mapped nor left out",
    Severity.STOP,
    "Map the records, or list them under `left_out` of a mapping with the reason.",
)
QUERIED = Kind(
    "MAP138",
    "Record left out for missing data",
    Severity.FINDING,
    "Ask the site or the laboratory; with the missing data the record is mapped.",
)
UNKNOWN_LINK = Kind(
    "MAP010",
    "Target of a link not found",
    Severity.STOP,
    "Name a dataset that a mapping makes, and variables that it has in the workbook.",
)
MADE_TWICE = Kind(
    "MAP011",
    "One dataset made by two mappings",
    Severity.STOP,
    "Make it in one module: put the parts together with `stack`.",
)
CONTRADICTED = Kind(
    "MAP130",
    "Answer inconsistent with the rest of its record",
    Severity.FINDING,
    "Ask the site which is right.",
)
NO_CODE = Kind(
    "MAP131",
    "Missing code in a field that decides the dataset",
    Severity.FINDING,
    "Ask the site for it.",
)
STRANGE_CODE = Kind(
    "MAP132",
    "Unknown code in a field that decides the dataset",
    Severity.FINDING,
    "Ask the site for the right code.",
)
UNNAMED_CODE = Kind(
    "MAP133",
    "Branches differ from the codes of the data dictionary",
    Severity.STOP,
    "Name it in a branch.",
)
UNNAMED_COLUMN = Kind(
    "MAP134",
    "Branches by a column without codes",
    Severity.STOP,
    "List its codes in the data dictionary.",
)
NO_SUBJECT = Kind(
    "MAP135",
    "Record without a subject",
    Severity.STOP,
    "Give the rows columns of their own: an empty frame takes the rows of any column that it is given.",
)
NO_RAW_ROW = Kind(
    "MAP136",
    "Record without a raw record",
    Severity.STOP,
    "Keep the row ids (@form) of the raw forms.",
)
OTHER_ROWS = Kind(
    "MAP137",
    "Column made of other records",
    Severity.STOP,
    "Make the column of the rows that the function is given.",
)
