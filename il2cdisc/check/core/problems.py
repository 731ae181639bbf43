"""Kinds of problems of running CDISC CORE: CHK080 to CHK087."""

from il2cdisc.base.problems import Kind, Severity

ABSENT = Kind(
    "CHK080",
    "CDISC CORE can't be run",
    Severity.FINDING,
    "make an environment of Python 3.12 with cdisc-rules-engine; name its Python in IL2CDISC_CORE_PYTHON",
)
OLD = Kind(
    "CHK081",
    "CDISC CORE is too old",
    Severity.FINDING,
    "install a version of cdisc-rules-engine that is named here",
)
CACHE = Kind(
    "CHK082",
    "CDISC CORE lacks its rules",
    Severity.FINDING,
    "name the folder with rules, metadata and terminology (files *.pkl) in IL2CDISC_CORE_CACHE",
)
SLOW = Kind(
    "CHK083",
    "A rule of CDISC CORE took too long",
    Severity.FINDING,
    "give it more time with --core-seconds, or look at what is large in the data",
)
BROKEN = Kind(
    "CHK084",
    "A rule of CDISC CORE broke",
    Severity.FINDING,
    "the other rules ran; look whether a define.xml or a dataset that the rule needs is missing or damaged",
)
REPORT = Kind(
    "CHK085",
    "The report of CDISC CORE can't be used",
    Severity.FINDING,
    "run the program core again over the files of this build, with -of JSON",
)
OTHER_DATA = Kind(
    "CHK086",
    "The report of CDISC CORE is about other data",
    Severity.FINDING,
    "run the program core again over the files of this build",
)
