"""Kinds of problems of running CDISC CORE: CHK080 to CHK087."""

from il2cdisc.base.problems import Kind, Severity

ABSENT = Kind(
    "CHK080",
    "CDISC CORE not available",
    Severity.FINDING,
    "Make an environment of Python 3.12 with cdisc-rules-engine and name its Python in IL2CDISC_CORE_PYTHON.",
)
OLD = Kind(
    "CHK081",
    "CDISC CORE version too old",
    Severity.FINDING,
    "Install a version of cdisc-rules-engine that is named here.",
)
CACHE = Kind(
    "CHK082",
    "Rules of CDISC CORE not found",
    Severity.FINDING,
    "Name the folder with rules, metadata and terminology (files *.pkl) in IL2CDISC_CORE_CACHE.",
)
SLOW = Kind(
    "CHK083",
    "Rule of CDISC CORE over its time limit",
    Severity.FINDING,
    "Give it more time with --core-seconds, or look at what is large in the data.",
)
BROKEN = Kind(
    "CHK084",
    "Failed rule of CDISC CORE",
    Severity.FINDING,
    "Check whether a define.xml or a dataset that the rule needs is missing or damaged; the other rules ran.",
)
REPORT = Kind(
    "CHK085",
    "Unreadable report of CDISC CORE",
    Severity.FINDING,
    "Run the program core again over the files of this build, with -of JSON.",
)
OTHER_DATA = Kind(
    "CHK086",
    "Report of CDISC CORE from other data",
    Severity.FINDING,
    "Run the program core again over the files of this build.",
)
