"""An annotated CRF from its plan: drawn, or the sponsor's pages, with annotations and bookmarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from il2cdisc.crf.bookmarks import bookmarks_of
from il2cdisc.crf.boxes import PlacedBox, colours_of
from il2cdisc.crf.draw import DrawnCrf, draw
from il2cdisc.crf.find import open_pages
from il2cdisc.crf.paper import PortraitPaper, paper_of
from il2cdisc.crf.plan import CrfPlan, SponsorCrf
from il2cdisc.crf.sponsor import placed_on, starts_of
from il2cdisc.crf.write import annotated
from il2cdisc.tlf.join import Bookmark, PageLink
from il2cdisc.tlf.typeface import FAMILY
from il2cdisc.tlf.typesetting import typeset

_TEMPLATES = Path(__file__).parent / "templates"
CONTENTS = "Contents"


@dataclass(frozen=True, slots=True)
class MadeCrf:
    """The bytes of the document, and what is on which of its pages."""

    content: bytes
    placed: Sequence[PlacedBox]


def make_crf(plan: CrfPlan) -> MadeCrf:
    """The document."""
    return _drawn(plan) if plan.sponsor is None else _of_sponsor(plan, plan.sponsor)


def _drawn(plan: CrfPlan) -> MadeCrf:
    paper = paper_of(plan.paper)
    drawing = draw(plan.forms, plan.annotations, _labels(plan), plan.header, paper)
    marks = [Bookmark(CONTENTS, 0), *bookmarks_of(plan.forms, drawing.starts, plan.spec)]
    blank = open_pages(_typeset(drawing, paper, plan), CONTENTS).out
    colours = colours_of(plan.annotations)
    content = annotated(blank, drawing.placed, colours, marks, plan.header, _links(drawing, paper))
    return MadeCrf(content, drawing.placed)


def _of_sponsor(plan: CrfPlan, sponsor: SponsorCrf) -> MadeCrf:
    pages = open_pages(sponsor.content, sponsor.shown)
    placed = placed_on(pages, sponsor.spots, plan.forms, plan.annotations, _labels(plan))
    marks = list(bookmarks_of(plan.forms, starts_of(sponsor.spots, plan.forms), plan.spec))
    content = annotated(pages.out, placed, colours_of(plan.annotations), marks, plan.header)
    return MadeCrf(content, placed)


def _labels(plan: CrfPlan) -> dict[str, str]:
    return {name: dataset.label for name, dataset in plan.spec.datasets.items()}


def _typeset(drawing: DrawnCrf, paper: PortraitPaper, plan: CrfPlan) -> bytes:
    data = {
        "title": plan.header.title,
        "author": plan.header.sponsor,
        "family": FAMILY,
        "width": paper.width,
        "height": paper.height,
        "pages": [page.marks for page in drawing.pages],
    }
    return typeset("crf.typ", data, plan.header.run_time, tagged=False, folder=_TEMPLATES)


def _links(drawing: DrawnCrf, paper: PortraitPaper) -> list[PageLink]:
    """The lines of the contents lead to their forms."""
    return [
        PageLink(page, (left, paper.height - bottom, right, paper.height - top), drawing.starts[form])
        for page, (left, top, right, bottom), form in drawing.links
    ]
