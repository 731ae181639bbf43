"""Kinds of problems that the mapping of raw forms tells."""

from il2cdisc.base.problems import Kind, Severity

UNMAPPED = Kind(
    "MAP001",
    "a collected value has no term in a closed codelist",
    Severity.STOP,
    "Add the value to the sheet Translations, or have the site correct it.",
)
UNMAPPED_OPEN = Kind(
    "MAP101",
    "a collected value has no term in an extensible codelist",
    Severity.FINDING,
    "Add the value to the sheet Translations; it is kept as collected until then.",
)
NO_CODELIST = Kind(
    "MAP002",
    "a mapping names a codelist that the workbook lacks",
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
    "Date patterns that contradict each other",
    Severity.STOP,
    "Keep the one that the form uses; map forms that use the other one by themselves.",
)
UNTRANSLATED = Kind(
    "MAP105",
    "a text has no translation",
    Severity.FINDING,
    "Have it translated and coded; the original text stands until then.",
)
NOT_A_NUMBER = Kind(
    "MAP106", "Not a number", Severity.FINDING, "Ask the sender for the value as a plain number."
)
DOUBLE_KEY = Kind(
    "MAP003",
    "Look-up with several rows for a key",
    Severity.STOP,
    "Correct the raw file, or join by more keys.",
)
UNKNOWN_COLUMN = Kind(
    "MAP004", "a mapping names a column that its rows lack", Severity.STOP, "Name a column of the raw form."
)
UNKNOWN_INPUT = Kind(
    "MAP005",
    "a mapping asks for an input that nothing offers",
    Severity.STOP,
    "Name a raw form as raw_<form>, another mapped dataset, or protocol.",
)
CIRCLE = Kind(
    "MAP006", "mappings need each other", Severity.STOP, "Break the circle: one must do without the other."
)
BROKEN_MODULE = Kind(
    "MAP007", "a mapping module fails", Severity.STOP, "Correct the module at the line named."
)
COLUMN_LOST = Kind(
    "MAP008",
    "a raw column is neither mapped nor dropped",
    Severity.STOP,
    "Map it, or name it in `dropped` of a mapping with the reason, or defer its form in study.toml.",
)
ROWS_LOST = Kind(
    "MAP009",
    "raw rows are neither mapped nor left out",
    Severity.STOP,
    "Let the rows reach a dataset, or hand them to `left_out` of a mapping with the reason.",
)
QUERIED = Kind(
    "MAP138",
    "Record left out that needs an answer",
    Severity.FINDING,
    "Ask the site or the laboratory; with the missing data the record is mapped.",
)
UNKNOWN_LINK = Kind(
    "MAP010",
    "a mapping links to what is not there",
    Severity.STOP,
    "Name a dataset that a mapping makes, and variables that the workbook has in it.",
)
MADE_TWICE = Kind(
    "MAP011",
    "two mappings make one dataset",
    Severity.STOP,
    "Make it in one module: put the parts together with `stack`.",
)
CONTRADICTED = Kind(
    "MAP130",
    "Answer inconsistent with the rest of its line",
    Severity.FINDING,
    "Ask the site which is right.",
)
NO_CODE = Kind(
    "MAP131",
    "Missing code in a field that decides where a record goes",
    Severity.FINDING,
    "Ask the site for it.",
)
STRANGE_CODE = Kind(
    "MAP132",
    "Unknown code in a field that decides where a record goes",
    Severity.FINDING,
    "Ask the site for the right code.",
)
UNNAMED_CODE = Kind(
    "MAP133",
    "Codes of the data dictionary and branches of a mapping differ",
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
    "Give rows columns of their own: an empty frame takes the rows of any column that it is given.",
)
NO_RAW_ROW = Kind(
    "MAP136",
    "Record without a raw record",
    Severity.STOP,
    "Let the row ids (@form) of the raw forms ride along.",
)
OTHER_ROWS = Kind(
    "MAP137",
    "Column of other rows",
    Severity.STOP,
    "Make the column of the rows that the function is given.",
)
