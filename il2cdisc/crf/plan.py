"""What an annotated CRF is made of: known before any data are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from il2cdisc.crf.annotations import Annotation
from il2cdisc.crf.facts import CrfHeader
from il2cdisc.crf.forms import CrfForm
from il2cdisc.crf.placement import Key, PageSpot
from il2cdisc.spec.models import Spec


@dataclass(frozen=True, slots=True)
class SponsorCrf:
    """The sponsor's PDF, how messages name it, and where its fields are."""

    content: bytes
    shown: str
    spots: Mapping[Key, Sequence[PageSpot]]


@dataclass(frozen=True, slots=True)
class CrfPlan:
    """The forms, what is said at their fields, and what is on every page; `sponsor`: None, it is drawn."""

    forms: tuple[CrfForm, ...]
    annotations: tuple[Annotation, ...]
    spec: Spec
    header: CrfHeader
    paper: str = "A4"
    sponsor: SponsorCrf | None = None
