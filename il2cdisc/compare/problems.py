"""Kinds of problems of comparing datasets: CMP001 to CMP099; of independent twins: QC001 to QC099."""

from il2cdisc.base.problems import Kind, Severity

NOTHING = Kind(
    "CMP001",
    "Nothing to compare",
    Severity.STOP,
    "Name a dataset (.xpt, .json, .ndjson, .dsjc, .parquet or .csv), or a folder that holds some.",
)
UNREADABLE = Kind(
    "CMP002",
    "Unreadable dataset",
    Severity.STOP,
    "Check that the file is whole and has the format of its ending.",
)
TWO_FILES = Kind(
    "CMP003", "One dataset in two files of a folder", Severity.STOP, "Move one of the files away."
)
FILE_AND_FOLDER = Kind(
    "CMP004", "File compared with a folder", Severity.STOP, "Name two files, or two folders."
)
KEY_MISSING = Kind(
    "CMP005",
    "Key variable not in the dataset",
    Severity.STOP,
    "Name the key variables with --keys; both datasets need all of them.",
)
KEYS_REPEATED = Kind(
    "CMP006",
    "Several records with the same keys",
    Severity.STOP,
    "Add a key variable to --keys, so that each record has keys of its own.",
)
KEY_TYPES = Kind(
    "CMP007",
    "Key variable of two types",
    Severity.STOP,
    "Name keys with --keys that are text in both datasets, or numbers in both.",
)
OTHER_TYPE = Kind(
    "CMP008",
    "Column that cannot be compared",
    Severity.STOP,
    "Write the column as text, number, date or time.",
)
OUT_INSIDE = Kind(
    "CMP009",
    "Report inside the compared data",
    Severity.STOP,
    "Name another folder with --out; compared data are never changed.",
)
BAD_TOLERANCE = Kind(
    "CMP010", "Invalid tolerance", Severity.STOP, "Give a number that is 0 or greater, such as 1e-9."
)
NO_KEYS = Kind(
    "CMP011",
    "Empty list of keys",
    Severity.STOP,
    "Name key variables separated by commas, such as USUBJID,PARAMCD, or leave --keys away.",
)

OTHER_IMPORT = Kind(
    "QC001",
    "Twin not independent",
    Severity.FINDING,
    "Import pandas and numpy alone, and make the dataset anew from other datasets.",
)
TWIN_FAILED = Kind(
    "QC002",
    "Failed twin",
    Severity.FINDING,
    "Correct the module at the line named; the other twins were compared.",
)
TWIN_INPUT = Kind(
    "QC003",
    "Unusable parameter of a twin",
    Severity.FINDING,
    "Name SDTM or ADaM datasets of the build in lower case, or built_ and the name for the built dataset.",
)
TWIN_RESULT = Kind(
    "QC004",
    "Twin without a usable dataset",
    Severity.FINDING,
    "Write a function that is named as the module and returns a pandas frame with one column per variable.",
)
TWIN_UNKNOWN = Kind(
    "QC005",
    "Twin of an unknown dataset",
    Severity.FINDING,
    "Name the module and its function after a dataset of the build, in lower case.",
)
TWIN_VARIABLE = Kind(
    "QC006",
    "Variable of a twin that is not in the dataset",
    Severity.FINDING,
    "Correct its name, or drop it from the frame that the twin returns.",
)
TWIN_KEYS = Kind(
    "QC007",
    "Key variables missing in a twin",
    Severity.FINDING,
    "Return the key variables of the dataset, too: records are matched by them.",
)
TWIN_REPEATED = Kind(
    "QC008",
    "Records with the same keys not compared",
    Severity.FINDING,
    "Correct the dataset or the twin, or add a key to the workbook: one record per key can be compared.",
)
TWIN_TYPE = Kind(
    "QC009",
    "Variable of another type in the twin",
    Severity.FINDING,
    "Return text for a variable of text, and numbers or dates for a variable of numbers.",
)
VALUE_DIFFERS = Kind(
    "QC010",
    "Value differs from the twin",
    Severity.FINDING,
    "Find out which of the two is wrong, and correct the mapping or the twin.",
)
NOT_IN_TWIN = Kind(
    "QC011",
    "Record not in the twin",
    Severity.FINDING,
    "Find out which of the two is wrong, and correct the mapping or the twin.",
)
NOT_IN_DATASET = Kind(
    "QC012",
    "Record of the twin not in the dataset",
    Severity.FINDING,
    "Find out which of the two is wrong, and correct the mapping or the twin.",
)
NO_TWINS = Kind(
    "QC013",
    "No twins to compare with",
    Severity.FINDING,
    "Write a twin as mappings/qc/<dataset>.py, or build without --qc.",
)
