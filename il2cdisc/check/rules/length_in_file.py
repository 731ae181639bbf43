"""A text variable is longer in the file than its longest value needs.

What: the length of a text variable must be that of its longest value over all datasets of the package that
carry it; the SUPP-- datasets and RELREC have lengths of their own, and so has each dataset of a part of a
build. An empty variable has length 1.
Why: unused length makes files large, and unequal lengths truncate values when datasets are set together.
Example: USUBJID has length 40 in ae.xpt, and no value above 14 bytes anywhere.
Fix: build again; the build sets lengths over all datasets.
Source: FDA Study Data Technical Conformance Guide, section 3.3.3.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK017",
    "Length differs from the longest value",
    Severity.FINDING,
    "Build again; if it stays, the lengths were not set over all datasets together.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    shared: dict[str, int] = {}
    for table in context.tables.values():
        if not alone(table.name):
            for name, length in table.longest.items():
                shared[name] = max(shared.get(name, 1), length)
    for table in context.tables.values():
        own = context.own_lengths or alone(table.name)
        wanted = table.longest if own else shared
        for variable in table.variables:
            if variable.type == "Char" and variable.length != wanted[variable.name]:
                among = "in this dataset" if own else "over all datasets"
                what = (
                    f"the file's length is {variable.length}, "
                    f"the longest value {among} has {wanted[variable.name]} bytes"
                )
                yield RuleHit(table.name, what, variable.name, value=str(variable.length))


def alone(dataset: str) -> bool:
    return dataset.startswith("SUPP") or dataset == "RELREC"
