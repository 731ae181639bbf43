"""Kinds of problems of terminology releases: TER001 to TER019."""

from il2cdisc.base.problems import Kind, Severity

UNREADABLE = Kind(
    "TER001",
    "A terminology file can't be read",
    Severity.STOP,
    "get the file again from NCI EVS, as text, ODM-XML or Excel",
)
OTHER_PUBLISHER = Kind(
    "TER002",
    "This is no CDISC terminology of NCI EVS",
    Severity.STOP,
    "import a quarterly release of CDISC terminology as NCI EVS publishes it (text, ODM-XML or Excel)",
)
NO_VERSION = Kind(
    "TER003",
    "The package or version of a terminology file is not known",
    Severity.STOP,
    "name them with --package and --version, as published (SDTM, 2026-03-27)",
)
DAMAGED = Kind(
    "TER004",
    "A terminology file contradicts itself",
    Severity.STOP,
    "get the file again from NCI EVS; a published release has no such lines",
)
DIFFERENT = Kind(
    "TER005",
    "This release was imported already, with other terms",
    Severity.STOP,
    "a published release does not change: see which file is right, and delete the imported one if it is not",
)
NOT_THERE = Kind(
    "TER006",
    "There is no such release",
    Severity.STOP,
    "import it with `il2cdisc ct import FILE`",
)
LIST_GONE = Kind(
    "TER010",
    "A codelist is gone from the release",
    Severity.FINDING,
    "see in the release's change file which codelist takes its place",
)
LIST_RENAMED = Kind(
    "TER011",
    "A codelist has another name in the release",
    Severity.FINDING,
    "change the name in the workbook when the trial takes the release over",
)
LIST_OPENNESS = Kind(
    "TER012",
    "A codelist has become extensible, or closed",
    Severity.FINDING,
    "look through the terms of your own",
)
TERM_GONE = Kind(
    "TER013",
    "A term is gone from the release",
    Severity.FINDING,
    "take the term that the release has in its place",
)
TERM_RENAMED = Kind(
    "TER014",
    "A term has another submission value in the release",
    Severity.FINDING,
    "change the term (and Translations that lead to it) when the trial takes the release over",
)
TERM_OTHER_CODE = Kind(
    "TER015",
    "A term has another NCI code in the release",
    Severity.FINDING,
    "correct the code, and look whether the meaning is still yours",
)
NOW_STANDARD = Kind(
    "TER016",
    "The release has a term for one of your own",
    Severity.FINDING,
    "take the standard's term when the trial takes the release over",
)
