"""What the displays of a blinded build say of themselves: withheld values, and treatments of a dummy list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from il2cdisc.base.origins import PlannedVariable
from il2cdisc.spec.models import Spec
from il2cdisc.spec.tlf import Display, DisplayAnalysis
from il2cdisc.study import Study

DUMMY = "Blinded: treatments are those of a dummy list, not those that were assigned."
MOST = 6
"""Withheld things that a note names."""


def with_notes(
    displays: Sequence[Display],
    specs: Iterable[Spec],
    variables: Iterable[PlannedVariable],
    forms: Sequence[str],
) -> tuple[Display, ...]:
    """Displays with footnotes on what a blinded build does not show.

    Withheld are restricted parameters and tests of the workbooks, and variables that are made of restricted
    `forms` or columns (`form`, `form.COLUMN`) alone.
    """
    codes: dict[str, set[str]] = {}
    for spec in specs:
        codes |= spec.restricted_parameters
        tests = spec.restricted_tests.items()
        codes |= {dataset: {code for code, _ in found} for dataset, found in tests}
    hidden: dict[str, set[str]] = {}
    for line in variables:
        restricted = [any(_of(source, form) for form in forms) for source in line.sources]
        if restricted and all(restricted):
            hidden.setdefault(line.dataset, set()).add(line.variable)
    return tuple(_noted(display, codes, hidden) for display in displays)


def restricted(study: Study) -> list[str]:
    """Restricted forms (`form`) and columns (`form.COLUMN`) of a trial."""
    out: list[str] = []
    for form, source in study.forms.items():
        if source.restricted is True:
            out.append(form)
        elif source.restricted:
            out += [f"{form}.{column}" for column in source.restricted]
    return out


def _of(source: str, form: str) -> bool:
    """Whether a raw column (`form.COLUMN`) is restricted by `form`, the name of a form or of a column."""
    return source == form or source.partition(".")[0] == form


def _noted(display: Display, codes: Mapping[str, set[str]], hidden: Mapping[str, set[str]]) -> Display:
    withheld: dict[str, None] = {}
    analyses: list[DisplayAnalysis] = []
    for analysis in display.analyses:
        own = codes.get(analysis.dataset, set())
        withheld |= dict.fromkeys(_withheld(analysis, own))
        analyses.append(
            analysis.model_copy(update={"withheld": bool(_named(analysis)) and _named(analysis) <= own})
        )
        names = [item.name for item in analysis.variables]
        withheld |= dict.fromkeys(name for name in names if name in hidden.get(analysis.dataset, set()))
    notes = [DUMMY] if display.columns or display.kind == "Listing" else []
    if withheld:
        more = len(withheld) - MOST
        rest = f" and {more} more" if more > 0 else ""
        notes.append(f"Blinded: withheld as restricted are {', '.join(list(withheld)[:MOST])}{rest}.")
    changed = {"footnotes": (*display.footnotes, *notes), "analyses": tuple(analyses)}
    return display.model_copy(update=changed)


def _withheld(analysis: DisplayAnalysis, codes: set[str]) -> list[str]:
    """The restricted codes that an analysis selects: those that its clause names, or all of them."""
    named = _named(analysis)
    return sorted(codes & named) if named else sorted(codes)


def _named(analysis: DisplayAnalysis) -> set[str]:
    """The parameters or tests that the clause of an analysis selects by their codes."""
    return {
        value
        for condition in analysis.where
        if condition.variable.endswith(("PARAMCD", "TESTCD")) and condition.comparator in ("EQ", "IN")
        for value in condition.values
    }
