"""What the rules on analysis data share: the datasets by structure, and variables that belong together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from il2cdisc.check.context import CheckContext
from il2cdisc.check.table import NO_ROWS, CheckedTable, Flags, Rows
from il2cdisc.spec.check_adam import structure_of
from il2cdisc.spec.models import DatasetSpec
from il2cdisc.spec.selection import groups
from il2cdisc.standards.adam import AdamVariable, adam_index, adam_variables

ADSL, BDS, OCCDS = "ADSL", "BDS", "OCCDS"
_POPULATIONS = ("COMPLFL", "FASFL", "ITTFL", "PPROTFL", "SAFFL", "RANDFL", "ENRLFL")
POPULATION_FLAGS = {
    **{name: (f"AD{19 + n:04}", ("Y", "N")) for n, name in enumerate(_POPULATIONS)},
    **{f"{name[:-1]}N": (f"AD{26 + n:04}", ("1", "0")) for n, name in enumerate(_POPULATIONS)},
}
"""The flags of populations of subjects: the published rule of each, and its values."""
_PARAMETER = ("PARAM", "PARCAT")
_OF_RECORDS = ("Timing", "Analysis Parameter", "Toxicity and Range")
_OTHER_STEMS = {"MCRITyMN": "MCRITyML"}
_NO_PAIR = ("ADURN",)  # a number of its own, though its label ends in (N)


def analysis_tables(
    context: CheckContext, *structures: str
) -> Iterator[tuple[CheckedTable, DatasetSpec, str]]:
    """Datasets of a package of ADaM with their structure, by the class in the workbook; none of SDTM.

    `structures` are ADSL, BDS, OCCDS or "" (other classes); all if none is given.
    """
    if context.spec.standard != "ADaM":
        return
    for table, spec in context.checked:
        structure = structure_of(spec)
        if not structures or structure in structures:
            yield table, spec, structure


@cache
def known_variable(structure: str, name: str) -> tuple[AdamVariable | None, dict[str, str]]:
    """The standard's variable of a name, and its indices: of the structure, else of any other one."""
    for known in dict.fromkeys((structure, ADSL, BDS, OCCDS)):
        item, indices = adam_index(known, name)
        if item is not None:
            return item, indices
    return None, {}


@cache
def primary_of(structure: str, name: str) -> str:
    """The variable that a numeric variable of the standard ranks: TRT01PN → TRT01P; "" for none.

    The guide labels such a variable as the other one and "(N)" (ADaMIG 1.3, section 3.1.1).

    >>> primary_of("BDS", "AVALCA1N"), primary_of("BDS", "AVAL")
    ('AVALCAT1', '')
    """
    item, indices = known_variable(structure, name)
    if item is None or not item.label.endswith(" (N)") or name in _NO_PAIR:
        return ""
    label = item.label.removesuffix(" (N)")
    stems = [other.name for other in adam_variables(item.structure).values() if other.label == label]
    stem = _OTHER_STEMS.get(item.name) or (stems[0] if stems else item.name[:-1])
    return re.sub("xx|zz|y|w", lambda token: indices.get(token.group(), token.group()), stem)


def scope_of(table: CheckedTable, structure: str, name: str) -> tuple[str, ...]:
    """The variables within which a pair is one to one: PARAMCD for what may differ between parameters."""
    item, _ = adam_index(structure, name)
    varies = structure == BDS and item is not None and item.group in _OF_RECORDS
    of_parameter = varies and not name.startswith((*_PARAMETER, "APHASE", "APERIOD", "ASPER"))
    return ("PARAMCD",) if of_parameter and "PARAMCD" in table.by_name else ()


def filled(table: CheckedTable, name: str) -> Flags:
    """The records with a value of a variable."""
    return ~table.table[name].missing


@dataclass(frozen=True)
class Several:
    """Records whose value differs from the one that most records with the same key have; a text of each."""

    rows: Rows
    texts: list[str]


def several(table: CheckedTable, name: str, other: str, within: tuple[str, ...] = ()) -> Several:
    """Where a value of `name` has several values of `other`: the records that don't have the most frequent.

    Among the values of `within`; records without one of the two are left out. Of equally frequent values the
    first one of the file counts.
    """
    rows = np.flatnonzero(filled(table, name) & filled(table, other))
    columns = [table.distinct(key).codes[rows] for key in (*within, name, other)]
    key, _ = groups(columns[:-1])
    pair, first = groups([key, columns[-1]])
    of_pair, counts = key[first], np.bincount(pair, minlength=len(first))
    if len(first) == key.max(initial=-1) + 1:
        return Several(NO_ROWS, [])  # each key has one value
    order = np.lexsort((np.arange(len(first)), -counts, of_pair))
    usual = np.empty(key.max(initial=-1) + 1, dtype="int64")
    usual[of_pair[order][::-1]] = order[::-1]  # the last one written is the most frequent
    most = usual[of_pair]
    wrong = most != np.arange(len(first))
    texts = {
        n: _differs(table, name, other, int(rows[first[n]]), int(rows[first[most[n]]]))
        for n in np.flatnonzero(wrong).tolist()
    }
    chosen = wrong[pair]
    return Several(rows[chosen], [texts[n] for n in pair[chosen].tolist()])


def _differs(table: CheckedTable, name: str, other: str, row: int, usual: int) -> str:
    value, here, most = (
        _text(table, variable, at) for variable, at in ((name, row), (other, row), (other, usual))
    )
    return f"{name} '{value}' has {other} '{here}' here, '{most}' in most records"


def _text(table: CheckedTable, name: str, row: int) -> str:
    found = table.distinct(name)
    return found.texts[int(found.codes[row])]


def numbers_of(table: CheckedTable, *names: str) -> tuple[Any, ...] | None:
    """The values of variables that must all be there as numbers; None if one is not."""
    types = [table.by_name[name].type if name in table.by_name else "" for name in names]
    return tuple(table.numbers(name) for name in names) if set(types) == {"Num"} else None
