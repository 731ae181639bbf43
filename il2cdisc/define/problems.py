"""Kinds of problems of define.xml: DEF001 to DEF029, of those of analysis data DEF030 to DEF049."""

from il2cdisc.base.problems import Kind, Severity

UNWRITABLE = Kind(
    "DEF001",
    "Text not allowed in XML",
    Severity.STOP,
    "Take the control character out of the workbook's cell.",
)
UNREADABLE = Kind(
    "DEF002",
    "Unreadable define.xml",
    Severity.STOP,
    "Build again, or ask the sender for a file of Define-XML 2.1.",
)
DANGLING = Kind(
    "DEF010",
    "Unresolved reference",
    Severity.FINDING,
    "Add what is referred to in the workbook, or remove the reference.",
)
TWICE = Kind(
    "DEF011",
    "Duplicate identifier",
    Severity.FINDING,
    "Use a different identifier for each.",
)
UNUSED = Kind(
    "DEF012",
    "Unused definition",
    Severity.FINDING,
    "Remove it, or refer to it.",
)
NOT_A_TERM = Kind(
    "DEF013",
    "Term not in Define-XML",
    Severity.FINDING,
    "Use one of the terms of Define-XML 2.1.",
)
INCOMPLETE = Kind(
    "DEF014",
    "Missing element of Define-XML",
    Severity.FINDING,
    "Fill it in in the workbook.",
)
CONTRADICTION = Kind(
    "DEF015",
    "Contradictory definitions",
    Severity.FINDING,
    "Correct one of the two in the workbook.",
)
NO_FILE = Kind(
    "DEF020",
    "define.xml and the files list different datasets",
    Severity.FINDING,
    "Build again: define.xml is made from the files of a build.",
)
DIFFERENT = Kind(
    "DEF021",
    "define.xml does not match the dataset",
    Severity.FINDING,
    "Build again: define.xml is made from the files of a build.",
)
NO_STYLESHEET = Kind(
    "DEF022",
    "Missing stylesheet",
    Severity.FINDING,
    "Name a stylesheet in define.xml, and put the file next to it.",
)
NO_PREDECESSOR = Kind(
    "DEF030",
    "Predecessor not in the specification",
    Severity.FINDING,
    "Correct the name, or add the variable to its workbook.",
)
CIRCLE = Kind(
    "DEF031",
    "Circular predecessors",
    Severity.FINDING,
    "Name the variable that the first of them is copied from.",
)
NO_VALUE_LEVEL = Kind(
    "DEF032",
    "Parameter without a value level",
    Severity.FINDING,
    "Add a row for each parameter to the sheets ValueLevel and WhereClauses.",
)
SUBCLASS = Kind(
    "DEF033",
    "Subclass not allowed for the class",
    Severity.FINDING,
    "Use a subclass of Define-XML terminology, or leave the cell empty.",
)
NO_STRUCTURE = Kind(
    "DEF034",
    "Dataset without a structure",
    Severity.FINDING,
    "Write what one record is, such as: One record per subject per parameter.",
)
OTHER_ORIGIN = Kind(
    "DEF035",
    "Origin not used for analysis data",
    Severity.FINDING,
    "Use Derived, Assigned or Predecessor.",
)
NO_SOURCE = Kind(
    "DEF036",
    "Origin without a source",
    Severity.FINDING,
    "Write who derived or assigned the values, such as Sponsor.",
)
FEWER_TERMS = Kind(
    "DEF037",
    "Copy with fewer terms than its predecessor",
    Severity.FINDING,
    "Give the copy the codelist of its predecessor, or add the terms.",
)
OTHER_FORMAT = Kind(
    "DEF038",
    "Copy with a different format",
    Severity.FINDING,
    "Give the copy the format of its predecessor.",
)
OTHER_CODELIST = Kind(
    "DEF039",
    "Codelist differs between the workbooks",
    Severity.FINDING,
    "Make the two agree, give one of them an id of its own, or keep it in the workbook of SDTM alone.",
)
NOT_COPIED = Kind(
    "DEF040",
    "Common variable not copied from ADSL",
    Severity.FINDING,
    "Make it a predecessor of ADSL, or set Common to No.",
)
NO_CODELIST = Kind(
    "DEF041",
    "Flag or code without a codelist",
    Severity.FINDING,
    "Name the codelist that has its values.",
)
FORMAT_KIND = Kind(
    "DEF042",
    "Format does not suit the variable",
    Severity.FINDING,
    "Use a date format for --DT, a time format for --TM and a datetime format for --DTM.",
)
OVERLAP = Kind(
    "DEF043",
    "Overlapping value levels",
    Severity.FINDING,
    "Make the where-clauses exclude each other: a record has one description.",
)
NOT_IN_PACKAGE = Kind(
    "DEF044",
    "Predecessor not in the package",
    Severity.FINDING,
    "Name a variable that define.xml of SDTM or of ADaM has.",
)
