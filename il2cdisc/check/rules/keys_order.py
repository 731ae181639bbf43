"""The records of a file are not sorted by the key variables.

What: records that come after one with greater keys; missing sorts first, text by its bytes.
Why: define.xml says that the file is sorted by its keys.
Example: a record of subject 002 before the last one of 001.
Fix: build again; a build sorts by Key Variables. Received datasets are taken as they are: ask the sender.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK031",
    "Records not in key order",
    Severity.FINDING,
    "Build again: a build sorts by Key Variables. Of received datasets, ask the sender to sort the file.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, spec in context.checked:
        rows = np.flatnonzero(table.key_steps < 0) + 1
        if len(rows):
            what = f"after a record with greater {', '.join(table.keys)}"
            yield RuleHit(table.name, what, rows=rows, spec=spec.at("Key Variables"))
