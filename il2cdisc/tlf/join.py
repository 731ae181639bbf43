"""Joins PDF files into one, with bookmarks; the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from il2cdisc.tlf.header import HeaderInfo
from il2cdisc.tlf.typesetting import moment

if TYPE_CHECKING:
    from pypdf import PdfWriter
    from pypdf.generic import IndirectObject


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A line of the outline: its text, the page that it leads to (from 0), and how deep it is."""

    text: str
    page: int
    depth: int = 0


@dataclass(frozen=True, slots=True)
class PageLink:
    """A rectangle of a page (from 0; left, bottom, right, top in points) that leads to another page."""

    page: int
    box: tuple[float, float, float, float]
    target: int


def join(
    pieces: Sequence[bytes],
    bookmarks: Sequence[Bookmark],
    *,
    title: str,
    header: HeaderInfo,
    links: Sequence[PageLink] = (),
) -> bytes:
    """One PDF of the pages of all pieces, with these bookmarks and links."""
    from pypdf import PdfReader, PdfWriter

    out = PdfWriter()
    for piece in pieces:
        reader = PdfReader(io.BytesIO(piece), strict=True)  # our own: as it should be
        out.append(reader, import_outline=False)
    for page in out.pages:  # the tags stay with the files that are joined
        page.pop("/StructParents", None)
    return finished(out, bookmarks, title=title, author=header.sponsor, run_time=header.run_time, links=links)


def finished(
    out: PdfWriter,
    bookmarks: Sequence[Bookmark],
    *,
    title: str,
    author: str,
    run_time: str,
    links: Sequence[PageLink] = (),
) -> bytes:
    """The bytes of a document that has its pages: with bookmarks, links, its title and time."""
    from pypdf import annotations
    from pypdf.generic import NameObject, TextStringObject

    _outline(out, bookmarks)
    for link in links:
        out.add_annotation(
            link.page, annotations.Link(rect=link.box, border=[0, 0, 0], target_page_index=link.target)
        )
    made = f"D:{moment(run_time):%Y%m%d%H%M%S}Z"
    out.add_metadata({"/Title": title, "/Author": author, "/CreationDate": made, "/ModDate": made})
    out.root_object[NameObject("/Lang")] = TextStringObject("en")
    out.page_mode = "/UseOutlines"
    stream = io.BytesIO()
    out.write(stream)
    return stream.getvalue()


def _outline(out: PdfWriter, bookmarks: Sequence[Bookmark]) -> None:
    above: dict[int, IndirectObject] = {}
    for mark in bookmarks:
        parent = above.get(mark.depth - 1)
        above[mark.depth] = out.add_outline_item(title=mark.text, page_number=mark.page, parent=parent)
