"""Bookmarks of the CRF: one tree by visit, one by form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from il2cdisc.crf.forms import CrfForm, forms_by_visit
from il2cdisc.spec.models import Spec
from il2cdisc.tlf.join import Bookmark

VISITS, FORMS = "Visits", "Forms"


def bookmarks_of(forms: Sequence[CrfForm], starts: Mapping[str, int], spec: Spec) -> Iterator[Bookmark]:
    """Each visit with its forms, then all forms; a form is on its pages once, wherever it is filled in.

    `starts`: form → its first page, from 0. A study without a schedule has no tree of visits.
    """
    there = [form for form in forms if form.name in starts]
    if any(form.visits for form in there):
        yield Bookmark(VISITS, _first(there, starts))
        for visit, own in forms_by_visit(spec, there):
            yield Bookmark(visit, _first(own, starts), 1)
            yield from (Bookmark(form.title, starts[form.name], 2) for form in own)
    if there:
        yield Bookmark(FORMS, _first(there, starts))
        yield from (Bookmark(form.title, starts[form.name], 1) for form in there)


def _first(forms: Sequence[CrfForm], starts: Mapping[str, int]) -> int:
    return min(starts[form.name] for form in forms)
