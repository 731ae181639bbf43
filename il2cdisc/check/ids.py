"""Ids of findings and of their records: what a written disposition names.

A record's id is made of the rule, what tells the record from all others, the variable and its value. The same
record with another value, or another record, is another id; other lines, numbers or records are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from il2cdisc.check.findings import Occurrence

ID = re.compile(r"[RF]-[0-9A-F]{12}(-[1-9][0-9]*)?")
"""`R-` a record, with its number among those that are alike; `F-` all records of a finding."""
BETWEEN = "\x1f"  # between parts: no text holds it


def record_id(code: str, keys: Sequence[str], variable: str, value: str) -> str:
    """The id of a record: `keys` tell it from all others (dataset or form, subject, key values)."""
    return "R-" + _digest((code, *keys, variable, value))


def own_code(code: str, check: str) -> str:
    """The part of an id that names the rule: its code, and for the sheet Checks the id of the check."""
    return f"{code} {check}" if check else code


def finding_id(records: Iterable[str]) -> str:
    """The id that stands for all records of a finding, whatever their order."""
    return "F-" + _digest(sorted(records))


def numbered(records: Sequence[Occurrence]) -> tuple[Occurrence, ...]:
    """Records with one id are alike in all that an id is made of: the second and later ones get a number."""
    if len({record.id for record in records}) == len(records):
        return tuple(records)
    seen: dict[str, int] = {}
    out: list[Occurrence] = []
    for record in records:
        count = seen[record.id] = seen.get(record.id, 0) + 1
        out.append(record if count == 1 else record._replace(id=f"{record.id}-{count}"))
    return tuple(out)


def _digest(parts: Iterable[str]) -> str:
    return blake2b(BETWEEN.join(parts).encode(), digest_size=6).hexdigest().upper()
