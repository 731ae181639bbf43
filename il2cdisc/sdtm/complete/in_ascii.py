"""Free text in ASCII, as transport files hold it; terms, codes and units must be in ASCII already."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Address, Kind, Problems, Severity
from il2cdisc.sdtm.complete.places import RawPlaces
from il2cdisc.sdtm.complete.steps import Step
from il2cdisc.sdtm.complete.tabulation import Domain, Tabulation
from il2cdisc.spec.models import Spec
from il2cdisc.standards import sdtm_variables
from il2cdisc.study import TextFacts
from il2cdisc.transport.text import BLANK, text_buffers
from il2cdisc.transport.translit import Spelling, spelled

NO_SPELLING = Kind(
    "TXT001",
    "Character without a spelling in ASCII",
    Severity.STOP,
    "Name the language of the text in [text] of study.toml, or add the character to its spellings.",
)
NOT_TRANSLATED = Kind(
    "TXT002",
    "Term outside ASCII",
    Severity.STOP,
    "Translate or map the text, or correct the translation: terms, codes and units are never respelled.",
)
RESPELLED = Kind(
    "TXT101",
    "Text spelled in ASCII",
    Severity.INFORMATION,
    "Compare the two if in doubt; the original text stays in the raw file, where the lineage leads.",
)
FREE_ROLES = frozenset({"Result Qualifier", "Record Qualifier"})
FREE_TOPICS = frozenset({"COVAL"})
"""Topic variables that are free text."""
NEVER_FREE = frozenset({"SITEID", "IDVAR", "IDVARVAL", "COREF"})
"""Qualifiers that point to something."""

_BLANKS = re.compile("\r\n|[\t\r\n\v\f\u00a0\u2007\u202f]")

Spell = Callable[[str], Spelling]


@dataclass(frozen=True)
class _TextPlace:
    """What a column is: its dataset, its name, and whether it is free text."""

    dataset: str
    name: str
    free: bool

    def __str__(self) -> str:
        return f"{self.dataset} {self.name}"


def _run(domain: Domain, study: Tabulation) -> Domain:
    return in_ascii(domain, study.spec, study.text, study.problems) if study.text else domain


STEP = Step("in_ascii", _run)


def in_ascii(domain: Domain, spec: Spec, text: TextFacts, problems: Problems) -> Domain:
    """The domain with its free text spelled in ASCII, a piece of information for each distinct value.

    Free text are the qualifiers without a codelist, of SUPP-- too; other text outside ASCII, and characters
    without a spelling, stop the build at their raw places. Line breaks and tabs become blanks everywhere.
    """
    spell, name = partial(spelled, language=text.language or "", more=text.spellings), domain.name
    report = problems, domain.places
    frame = _frame(domain.frame, name, partial(is_free_text, spec, name), spell, *report)
    free = partial(is_free_qualifier, spec, name)
    return replace(
        domain, frame=frame, qualifiers=_frame(domain.qualifiers, f"SUPP{name}", free, spell, *report)
    )


def is_free_text(spec: Spec, dataset: str, name: str) -> bool:
    """Whether a variable is free text: a qualifier without a codelist, in the workbook and in the standard,
    or the comment of CO."""
    variable, standard = spec.variable(dataset, name), sdtm_variables(dataset).get(name)
    if name in NEVER_FREE or name.endswith("DTC"):
        return False
    if (variable and variable.codelist) or (standard and standard.codelists):
        return False
    role = standard.role if standard else variable.role if variable else ""
    return role in FREE_ROLES or name in FREE_TOPICS


def is_free_qualifier(spec: Spec, dataset: str, name: str) -> bool:
    """Whether a supplemental qualifier is free text: one without a codelist."""
    found = spec.qualifiers(f"SUPP{dataset}").get(name)
    return found is None or not found.codelist


def _frame(
    frame: pd.DataFrame,
    dataset: str,
    free: Callable[[str], bool],
    spell: Spell,
    problems: Problems,
    places: RawPlaces,
) -> pd.DataFrame:
    new: dict[str, pd.Series] = {}
    for name in map(str, frame.columns):
        column = frame[name]
        if name == "field" or name.startswith("@") or not isinstance(column.dtype, pd.StringDtype):
            continue
        if not _plain(column):
            new[name] = _column(column, _TextPlace(dataset, name, free(name)), spell, problems, places)
    return frame.assign(**new) if new else frame


def _plain(column: pd.Series) -> bool:
    """Whether a column holds printable ASCII alone."""
    used = text_buffers(column).used
    return not len(used) or (int(used.max()) < 0x7F and int(used.min()) >= BLANK)


def _column(
    column: pd.Series, where: _TextPlace, spell: Spell, problems: Problems, places: RawPlaces
) -> pd.Series:
    codes, values = pd.factorize(column)
    texts: list[str | None] = []
    for code, value in enumerate(map(str, values)):
        found = _value(value, where, spell, problems, partial(_at, column, codes == code, where, places))
        texts.append(found.strip() or None)
    taken = pd.array([*texts, None], dtype="str").take(codes)
    return pd.Series(taken, index=column.index, name=column.name)


def _value(
    value: str, where: _TextPlace, spell: Spell, problems: Problems, at: Callable[[], list[Address]]
) -> str:
    """The spelling of one value; what is wrong with it, or what it became, is reported once."""
    if value.isascii() and value.isprintable():
        return value
    found = spell(value)
    blanks = _BLANKS.sub(" ", value)
    if not where.free and not (blanks.isascii() and blanks.isprintable()):
        what = f"{where} holds {value!r}, which is not in ASCII: it is not translated, or not mapped"
        _report(problems, NOT_TRANSLATED, what, [value], at())
        return value
    if where.free and found.unknown:
        names = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in found.unknown)
        _report(problems, NO_SPELLING, f"{where} holds {names}", [value], at())
        return value
    text = found.text if where.free else blanks
    _report(problems, RESPELLED, f"{where} holds {text.strip()!r}", [value], at())
    return text


def _report(problems: Problems, kind: Kind, what: str, values: Iterable[str], places: list[Address]) -> None:
    where = places[0] if places else Address()
    problems.add(kind.at(where, what, values=values, records=places))


def _at(column: pd.Series, rows: np.ndarray, where: _TextPlace, places: RawPlaces) -> list[Address]:
    return places.of(pd.Series(rows, index=column.index), where.name)
