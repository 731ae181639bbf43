"""Forms of the CRF: their fields by the data dictionary, their visits by the schedule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from il2cdisc.raw.dictionary import Dictionary, DictionaryColumn
from il2cdisc.spec.models import Spec
from il2cdisc.spec.sheets_schedule import EACH_VISIT
from il2cdisc.study import Study

RUNNING = "Not tied to a visit"


@dataclass(frozen=True, slots=True)
class CrfForm:
    """A form that is filled in for the study. `visits`: those of the schedule, in its order."""

    name: str
    title: str
    fields: tuple[DictionaryColumn, ...]
    visits: tuple[str, ...] = ()
    item_codes: bool = False


def crf_forms(study: Study, spec: Spec, dictionary: Dictionary) -> list[CrfForm]:
    """The forms of the dictionary in its order, without those whose data are transferred."""
    transferred = study.crf.transferred
    return [form for form in all_forms(study, spec, dictionary) if form.name not in transferred]


def all_forms(study: Study, spec: Spec, dictionary: Dictionary) -> list[CrfForm]:
    """The forms of the dictionary in its order, those whose data are transferred among them."""
    visits, crf = _visits_by_form(spec), study.crf
    return [
        CrfForm(
            name,
            crf.titles.get(name, name.upper()),
            tuple(fields),
            tuple(visits.get(name, ())),
            name in crf.item_codes,
        )
        for name, fields in dictionary.items()
    ]


def _visits_by_form(spec: Spec) -> Mapping[str, Sequence[str]]:
    """Form → the visits at which the schedule has it; without one, a row of each visit counts."""
    planned = list(dict.fromkeys(visit.visit for visit in spec.protocol.visits))
    names = {visit.casefold(): visit for visit in planned}
    found: dict[str, set[str]] = {}
    anywhere = {row.form for row in spec.schedule if row.visit.upper() == EACH_VISIT}
    for row in spec.schedule:
        if row.visit.casefold() in names:
            found.setdefault(row.form, set()).add(names[row.visit.casefold()])
    found |= {form: set(planned) for form in anywhere if form not in found}
    return {form: [visit for visit in planned if visit in own] for form, own in found.items()}


def forms_by_visit(spec: Spec, forms: Sequence[CrfForm]) -> list[tuple[str, list[CrfForm]]]:
    """Each planned visit with its forms; those of no visit come last, as records kept throughout."""
    visits = dict.fromkeys(visit.visit for visit in spec.protocol.visits)
    out = [(visit, [form for form in forms if visit in form.visits]) for visit in visits]
    out.append((RUNNING, [form for form in forms if not form.visits]))
    return [(visit, own) for visit, own in out if own]
