"""A dataset of analysis data does not have a variable that its structure requires.

What: all datasets have STUDYID and USUBJID; ADSL has the required variables of its table, TRT01P, and TRTSDT
or TRTSDTM if EX has a dose; BDS has PARAM, PARAMCD, and AVAL or AVALC, for times to events CNSR, for
population pharmacokinetics USUBJIDN, AFRLT, EVID, DV, MDV and AMT; occurrences of adverse events have their
term, sequence, seriousness and treatment emergence, and where AEDECOD is coded with MedDRA its levels. There
is an ADSL. What the workbook lists and the file does not have is reported by CHK010.
Why: reviewers' programs read these variables by name.
Covers: AD0001, AD0047, AD0049, AD0050, AD0051, AD0052, AD0055, AD0061, AD0071, AD0072, AD0088, AD0089,
AD0194, AD0195, AD0198, AD0261, AD0262, AD0278, AD0373, AD0620, AD0621, AD0623, AD0624, AD0625, AD0626,
AD0627, AD0628, AD0629, AD0630, AD0631, AD0632, AD0633, AD0885, AD0886, AD0887, AD0888, AD0889, AD0890.
Example: a time-to-event dataset without CNSR.
Fix: add the variable to the workbook and the mapping.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.adam import ADSL, BDS, OCCDS, analysis_tables
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.spec.models import DatasetSpec

KIND = Kind(
    "CHK209",
    "Required analysis variable missing",
    Severity.FINDING,
    "Add the variable to the sheet Variables and to the mapping.",
)
LEVEL = Level.ERROR

Needed = dict[tuple[str, ...], str]
"""Variables of which one must be there, and the rule that says so."""

_ALL: Needed = {("STUDYID",): "AD0088", ("USUBJID",): "AD0089"}
_SUBJECTS: Needed = {
    ("SITEID",): "AD0047", ("AGE",): "AD0049", ("AGEU",): "AD0050", ("SEX",): "AD0051", ("RACE",): "AD0052",
    ("SUBJID",): "AD0055", ("ARM",): "AD0071", ("TRT01P",): "AD0072",
}  # fmt: skip
_DOSED: Needed = {("TRTSDT", "TRTSDTM"): "AD0061"}
_PARAMETERS: Needed = {("PARAM",): "AD0194", ("PARAMCD",): "AD0195"}
_RESULTS: Needed = {("AVAL", "AVALC"): "AD0198"}
_EVENTS: Needed = {
    ("AEDECOD",): "AD0261", ("AEBODSYS",): "AD0262", ("AESER",): "AD0278", ("AETERM",): "AD0620",
    ("TRTEMFL",): "AD0621", ("AESEQ",): "AD0623",
}  # fmt: skip
_CODED: Needed = {
    ("AELLT",): "AD0624", ("AEBDSYCD",): "AD0625", ("AELLTCD",): "AD0626", ("AEHLT",): "AD0627",
    ("AEHLTCD",): "AD0628", ("AEHLGT",): "AD0629", ("AEHLGTCD",): "AD0630", ("AEPTCD",): "AD0631",
    ("AESOC",): "AD0632", ("AESOCCD",): "AD0633",
}  # fmt: skip
_SUBCLASSES: dict[str, Needed] = {
    "TIME-TO-EVENT": {("CNSR",): "AD0373"},
    "POPULATION PHARMACOKINETIC ANALYSIS": {
        ("USUBJIDN",): "AD0885", ("AFRLT",): "AD0886", ("EVID",): "AD0887", ("DV",): "AD0888",
        ("MDV",): "AD0889", ("AMT",): "AD0890",
    },
}  # fmt: skip
_POPULATION = "POPULATION PHARMACOKINETIC ANALYSIS"


def check(context: CheckContext) -> Iterator[RuleHit]:
    if (
        context.spec.standard == "ADaM"
        and context.tables
        and not context.own_lengths  # a part of a build has the datasets that were asked for
        and "ADSL" not in {**context.tables, **context.spec.datasets}
    ):
        yield RuleHit("ADSL", "there is no dataset of subjects", published=("AD0001",))
    for table, spec, structure in analysis_tables(context):
        known = {*table.by_name, *spec.names}
        for names, published in _needed(context, spec, structure).items():
            if known.isdisjoint(names):
                what = f"{table.name} does not have {' or '.join(names)}"
                yield RuleHit(table.name, what, names[0], spec=spec.at("Dataset"), published=(published,))


def _needed(context: CheckContext, spec: DatasetSpec, structure: str) -> Needed:
    """What a dataset must have, by its class and subclass."""
    subclass = spec.subclass.upper()
    found = dict(_ALL)
    if structure == ADSL:
        found |= _SUBJECTS | (_DOSED if context.exposed else {})
    if structure == BDS and subclass != _POPULATION:  # DV is the result there, and there is no parameter
        found |= _PARAMETERS | _RESULTS
    if structure == BDS:
        found |= _SUBCLASSES.get(subclass, {})
    if structure == OCCDS and (subclass == "ADVERSE EVENT" or spec.name == "ADAE"):
        found |= _EVENTS | (_CODED if _is_coded(context, spec) else {})
    return found


def _is_coded(context: CheckContext, spec: DatasetSpec) -> bool:
    """Whether the workbook says that AEDECOD is coded with MedDRA."""
    term = spec.by_name.get("AEDECOD")
    dictionary = context.spec.dictionaries.get(term.codelist) if term else None
    return dictionary is not None and dictionary.dictionary.upper() == "MEDDRA"
