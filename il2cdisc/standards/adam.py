"""ADaMIG 1.3 variables by structure; names with indices (`TRTxxP`, `CRITyFL`) are matched as patterns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from il2cdisc.standards.tables import read_table

STRUCTURES = ("ADSL", "BDS", "OCCDS")
_INDEX = {
    "xx": r"(?P<xx>0[1-9]|[1-9]\d)",
    "zz": r"(?P<zz>0[1-9]|[1-9]\d)",
    "y": r"(?P<y>[1-9]\d?)",
    "w": r"(?P<w>[1-9])",
}
_TOKENS = re.compile("xx|zz|y|w")


@dataclass(frozen=True, slots=True)
class AdamVariable:
    """A variable of ADaM; `core` is Req, Cond or Perm, `group` its table in the guide."""

    structure: str
    name: str
    label: str
    type: Literal["Char", "Num"]
    core: str
    group: str
    codelists: tuple[str, ...] = ()


@cache
def _all() -> dict[str, dict[str, AdamVariable]]:
    found: dict[str, dict[str, AdamVariable]] = {name: {} for name in STRUCTURES}
    for row in read_table("adam_variables"):
        item = AdamVariable(
            structure=row["structure"],
            name=row["variable"],
            label=row["label"],
            type="Num" if row["type"] == "Num" else "Char",
            core=row["core"],
            group=row["group"],
            codelists=tuple(row["codelists"].split()),
        )
        found[item.structure].setdefault(item.name, item)
    return found


def adam_variables(structure: str) -> dict[str, AdamVariable]:
    """Name → variable of ADSL, BDS or OCCDS, as the guide names them (`TRTxxP`); empty for others."""
    return _all().get(structure, {})


@cache
def _patterns(structure: str) -> tuple[tuple[re.Pattern[str], AdamVariable], ...]:
    made: list[tuple[re.Pattern[str], AdamVariable]] = []
    for name, item in adam_variables(structure).items():
        if not name.isupper() and not name.startswith("*"):
            made.append((re.compile(_pattern(name) + r"\Z"), item))
    return tuple(made)


def _pattern(name: str) -> str:
    seen: set[str] = set()

    def index(match: re.Match[str]) -> str:
        token = match.group()
        if token in seen:
            return f"(?P={token})"
        seen.add(token)
        return _INDEX[token]

    return _TOKENS.sub(index, name)


def adam_index(structure: str, name: str) -> tuple[AdamVariable | None, dict[str, str]]:
    """The variable that a name is, and its indices: ADSL, TRT01P → (TRTxxP, {"xx": "01"})."""
    exact = adam_variables(structure).get(name)
    if exact is not None:
        return exact, {}
    for pattern, item in _patterns(structure):
        match = pattern.match(name)
        if match:
            return item, match.groupdict()
    return None, {}


def adam_variable(structure: str, name: str) -> AdamVariable | None:
    """The variable with its label's indices filled in: ADSL, TRT01P → "Planned Treatment for Period 01"."""
    item, indices = adam_index(structure, name)
    if item is None or not indices:
        return item
    label = item.label
    for token, value in indices.items():
        label = re.sub(rf"\b{token}\b", value, label)
    return AdamVariable(item.structure, name, label, item.type, item.core, item.group, item.codelists)
