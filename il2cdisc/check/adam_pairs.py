"""Variables of analysis data that belong together, as data: what needs what, and which rules say so.

Sources: ADaMIG 1.3, section 3.1.1 and the tables of its section 3; CDISC's catalogue of ADaM conformance
rules, version 5.0, whose ids these are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from il2cdisc.check.adam import primary_of
from il2cdisc.check.findings import Level
from il2cdisc.check.table import CheckedTable


@dataclass(frozen=True, slots=True)
class Pair:
    """Two variables, one to one: `second` needs `first`. The ids of the published rules of each check."""

    first: str
    second: str
    no_second: tuple[str, ...] = ()
    """`first` has a value, `second` has none."""
    no_first: tuple[str, ...] = ()
    second_varies: tuple[str, ...] = ()
    """One value of `first` has several of `second`."""
    first_varies: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    """The dataset has `second` and not `first`."""


def _five(second: str, start: int) -> Pair:
    """A pair whose second name has a letter more, and whose five rules have consecutive numbers."""
    return _consecutive(second[:-1], second, start)


def _consecutive(first: str, second: str, start: int) -> Pair:
    ids = [(f"AD{number:04}",) for number in range(start, start + 5)]
    return Pair(first, second, *ids)


NAMED = (
    Pair("STUDYID", "STUDYIDN", no_second=("AD0800",), second_varies=("AD0802",), absent=("AD0804",)),
    Pair("SUBJTYP", "SUBJTYPC", ("AD0805",), ("AD0806",), ("AD0807",), absent=("AD0809",)),
    Pair("USUBJID", "USUBJIDN", (), ("AD0811",), ("AD0812",), ("AD0813",), ("AD0814",)),
    _five("SUBJIDN", 815),
    _five("SITEIDN", 820),
    Pair("FLGREAS", "FLGREASC", ("AD0826",), ("AD0825",), ("AD0827",), ("AD0828",), ("AD0829",)),
    _five("DVIDN", 830),
    _consecutive("BLQFL", "BLQFN", 835),
    _consecutive("ALQFL", "ALQFN", 840),
    _five("FORMN", 845),
    _five("ROUTEN", 850),
    Pair(
        "ACYCLE", "ACYCLEC", ("AD0855",), ("AD0856",), ("AD0857", "AD0893"), ("AD0858", "AD0894"), ("AD0859",)
    ),
    _five("COHORTC", 860),
    Pair("COHORT", "COHORTN", second_varies=("AD0891",), first_varies=("AD0892",)),
    _five("RACEN", 865),
    _five("SEXN", 870),
    _five("COUNTRYN", 875),
    _five("COUNTRYL", 880),
    Pair("APERIOD", "APERIODC"),
    Pair("ASPER", "ASPERC"),
    Pair("PARAM", "PARAMCD", second_varies=("AD0739",), first_varies=("AD0738",)),
    Pair("PARAM", "PARAMN", second_varies=("AD0741",), first_varies=("AD0740",)),
    Pair("AVISIT", "AVISITN", (), ("AD0447",), ("AD0727",), ("AD0728",), ("AD0548",)),
    Pair("ATPT", "ATPTN", ("AD0435",), ("AD0436",), ("AD0118",), ("AD0117",), ("AD0542",)),
    Pair("TRTP", "TRTPN", ("AD0458",), ("AD0459",), ("AD0721",), ("AD0722",), ("AD0556",)),
)
ANALYSIS_VALUE = Pair("AVAL", "AVALC", second_varies=("AD0742",), first_varies=("AD0743",))
"""One to one where both have a value; a parameter may have either alone."""
_ABSENT = (
    (r"TRT\d\dAN", ("AD0064",)),
    (r"TR\d\dAG\d+N", ("AD0070",)),
    ("BTOXGRN", ("AD0522",)),
    ("ATOXGRLN", ("AD0523",)),
    ("ATOXGRHN", ("AD0524",)),
    ("AESEVN", ("AD0529",)),
    ("ASEVN", ("AD0530",)),
)
_BY_SECOND = {pair.second: pair for pair in NAMED}


def pairs(table: CheckedTable, structure: str) -> Iterator[Pair]:
    """The pairs of a dataset by their second variable, in the order of the file; the first may be missing.

    Those named here, and each variable of the standard that ranks another one; flags are pairs of their own.
    """
    for name in table.by_name:
        if name in _BY_SECOND:
            yield _BY_SECOND[name]
        elif not name.endswith("FN") and (first := primary_of(structure, name)):
            ids = next((ids for pattern, ids in _ABSENT if re.fullmatch(pattern, name)), ())
            yield Pair(first, name, absent=ids)


@dataclass(frozen=True, slots=True)
class Companion:
    """A variable (a pattern) that needs one of others."""

    pattern: str
    needs: tuple[str, ...]
    absent: tuple[str, ...] = ()
    """Published rules: the dataset has none of `needs`."""
    empty: tuple[str, ...] = ()
    """Published rules: a record with a value has none of `needs`."""
    values: bool = False
    """Whether the values of records are looked at, too."""
    level: Level | None = None
    """How much an absent one weighs, if not as the rule says."""

    def of(self, name: str) -> tuple[str, ...]:
        """The variables of which a variable needs one; empty where the pattern is another's."""
        found = re.fullmatch(self.pattern, name)
        return tuple(found.expand(need) for need in self.needs) if found else ()


COMPANIONS = (
    Companion(r"TRT(\d\d)A", (r"TRT\1P",), absent=("AD0080",)),
    Companion("ABLFN", ("ABLFL",), absent=("AD0525",)),
    Companion(r"(.+)FN", (r"\1FL",), absent=("AD0007",)),
    Companion("ARELTM", ("ARELTMU",), absent=("AD0111",), empty=("AD0112",), values=True),
    Companion("ARELTMU", ("ARELTM",), absent=("AD0113",)),
    Companion("AWU", ("AWLO", "AWHI", "AWTARGET", "AWTDIFF"), absent=("AD0896",)),
    Companion("AWTDIFF", ("AWTARGET",), empty=("AD0159",), values=True),
    Companion("BTOXGR", ("ATOXGR",), absent=("AD0163",)),
    Companion("BTOXGR", ("ABLFL",), absent=("AD0164",)),
    Companion("BNRIND", ("ANRIND",), absent=("AD0166",)),
    Companion("BNRIND", ("ABLFL",), absent=("AD0167",)),
    # Records that were drawn from another dataset may have their baseline there.
    Companion("BASE", ("ABLFL",), absent=("AD0127",), level=Level.WARNING),
    Companion("DOSEON|DOSCUMA", ("DOSEU",), absent=("AD0364",)),
    Companion("ADURN", ("ADURU",), empty=("AD0268",), values=True),
    Companion(r"(CRIT\d+)FL", (r"\1",), absent=("AD0335",), empty=("AD0137",), values=True),
    Companion(r"(CRIT\d+)", (r"\1FL",), absent=("AD0336",)),
    Companion(r"(.*DT)F", (r"\1", r"\1M"), empty=("AD0369",), values=True),
    Companion(r"(.*)TMF", (r"\1TM", r"\1DTM"), empty=("AD0370",), values=True),
    Companion("SRCVAR|SRCSEQ", ("SRCDOM",), values=True),
)


def companions(table: CheckedTable) -> Iterator[tuple[str, tuple[str, ...], Companion]]:
    """Variables of a dataset with what each needs, in the order of the file."""
    for name in table.by_name:
        yield from ((name, needs, companion) for needs, companion in _companions(name))


@cache
def _companions(name: str) -> tuple[tuple[tuple[str, ...], Companion], ...]:
    """What a variable needs; of several patterns with the same needs the first, which has the ids."""
    found: dict[tuple[str, ...], Companion] = {}
    for companion in COMPANIONS:
        if needs := companion.of(name):
            found.setdefault(needs, companion)
    return tuple(found.items())
