"""A transport file holds a dataset of another name.

What: the name inside the file is not the file's name in upper case.
Why: reviewers' tools take the dataset's name from the file (one dataset a file, same name).
Example: ae.xpt holds the dataset ADAE.
Fix: build again; never rename an output.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.package import stem_of

KIND = Kind(
    "CHK003",
    "Dataset name differs from the file name",
    Severity.FINDING,
    "Build again: file and dataset get their names from one place, so the file was renamed.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table in context.tables.values():
        stem = stem_of(table.file)
        if stem != table.name.lower():
            yield RuleHit(table.name, f"{table.file} holds the dataset {table.name}", value=stem)
