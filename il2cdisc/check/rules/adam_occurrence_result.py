"""A dataset of occurrences has variables of results.

What: a dataset of the class OCCURRENCE DATA STRUCTURE has no AVAL, AVALC, PARAM or PARAMCD.
Why: occurrences are counted; results of parameters belong to BDS.
Covers: AD0252, AD0254.
Example: ADCM has PARAM "Concomitant medication" and AVALC "Y".
Fix: remove the variables, or give the dataset the class BASIC DATA STRUCTURE.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.adam import OCCDS, analysis_tables
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK213",
    "Result variable in occurrence data",
    Severity.FINDING,
    "Remove the variable, or correct the class in the sheet Datasets.",
)
LEVEL = Level.ERROR
_RESULTS = {"AVAL": "AD0252", "AVALC": "AD0252", "PARAM": "AD0254", "PARAMCD": "AD0254"}


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, spec, _ in analysis_tables(context, OCCDS):
        for name, published in _RESULTS.items():
            if name in table.by_name:
                what = f"{name} is in a dataset of occurrences"
                yield RuleHit(table.name, what, name, spec=spec.at("Class"), published=(published,))
