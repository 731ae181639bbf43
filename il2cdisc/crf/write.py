"""Annotations on the pages of a PDF: comments that a reviewer sees, and the same text for a search.

Each annotation is a comment (FreeText) with its own appearance, which a reader lists, exports and prints.
What comments say is not among the text of a page, so the page also gets it as text that is not drawn: it is
found by a search and extracted with the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from il2cdisc.crf.boxes import GREY, PADDING, Box, PlacedBox
from il2cdisc.crf.facts import CrfHeader
from il2cdisc.crf.font import embed, encoded
from il2cdisc.crf.frame import Frame
from il2cdisc.crf.quiet import quieten, quieten_fields
from il2cdisc.tlf.join import Bookmark, PageLink, finished
from il2cdisc.tlf.typeface import text_width

if TYPE_CHECKING:
    from pypdf import PageObject, PdfWriter
    from pypdf.generic import DictionaryObject, IndirectObject, StreamObject

Fonts = Mapping[bool, "IndirectObject"]
_NAMES = {False: "ILCrf", True: "ILCrfBold"}
_PRINTED = 4
"""The flag of an annotation that is printed, too."""


def annotated(
    out: PdfWriter,
    placed: Sequence[PlacedBox],
    colours: Mapping[str, str],
    bookmarks: Sequence[Bookmark],
    header: CrfHeader,
    links: Sequence[PageLink] = (),
) -> bytes:
    """The document of `out` with annotations and bookmarks; the same bytes each time.

    What its pages would do by themselves (scripts, files that are opened) is taken out.
    """
    fonts = {bold: embed(out, bold=bold) for bold in (False, True)}
    quieten_fields(out)
    by_page: dict[int, list[PlacedBox]] = {}
    for item in placed:
        by_page.setdefault(item.page, []).append(item)
    for number, page in enumerate(out.pages):
        page.pop("/StructParents", None)  # the tags stay with the file that the pages are from
        quieten(page)
        if number in by_page:
            _annotate(out, page, by_page[number], colours, fonts)
    return finished(
        out, bookmarks, title=header.title, author=header.sponsor, run_time=header.run_time, links=links
    )


def _annotate(
    out: PdfWriter,
    page: PageObject,
    placed: Sequence[PlacedBox],
    colours: Mapping[str, str],
    fonts: Fonts,
) -> None:
    _add_fonts(page, fonts)
    words: list[bytes] = []
    frame = Frame.of_page(page)
    for item in placed:
        colour = colours.get(item.box.domain, GREY)
        _add_comment(out, page, item, frame, colour, fonts)
        words.append(_unseen(item, frame))
    _add_text(out, page, b"\n".join(words))


def _rectangle(item: PlacedBox, frame: Frame) -> list[float]:
    """Left, bottom, right and top in the page's own coordinates."""
    ends = (item.left + item.box.width, item.top + item.box.height)
    corners = (frame.own(item.left, item.top), frame.own(*ends))
    across, upward = sorted(x for x, _ in corners), sorted(y for _, y in corners)
    return [round(side, 2) for side in (across[0], upward[0], across[1], upward[1])]


def _add_fonts(page: PageObject, fonts: Fonts) -> None:
    """The fonts among the page's own resources; those that pages share stay as they are."""
    from pypdf.generic import DictionaryObject, NameObject

    shared = page.get("/Resources", DictionaryObject()).get_object()
    own = DictionaryObject(cast("DictionaryObject", shared).items())
    listed = DictionaryObject(
        cast("DictionaryObject", own.get("/Font", DictionaryObject()).get_object()).items()
    )
    for bold, font in fonts.items():
        listed[NameObject(f"/{_NAMES[bold]}")] = font
    own[NameObject("/Font")] = listed
    page[NameObject("/Resources")] = own


def _add_text(out: PdfWriter, page: PageObject, words: bytes) -> None:
    """Text behind what the page draws, which may leave any state behind."""
    from pypdf.generic import ArrayObject, NameObject

    given = page.get("/Contents")
    before: list[IndirectObject] = []
    if given is not None:
        content = given.get_object()
        before = list(content) if isinstance(content, ArrayObject) else [page.raw_get("/Contents")]
    parts = [out._add_object(_stream(b"q\n")), *before, out._add_object(_stream(b"\nQ\n" + words + b"\n"))]
    page[NameObject("/Contents")] = ArrayObject(parts)


def _stream(content: bytes) -> StreamObject:
    from pypdf.generic import StreamObject

    stream = StreamObject()
    stream.set_data(content)
    return stream.flate_encode()


def _unseen(item: PlacedBox, frame: Frame) -> bytes:
    """The text of a box in one line, as wide as the box, and not drawn."""
    box = item.box
    room, width = box.width - 2 * PADDING, text_width(box.text, box.size, bold=box.bold)
    scale = round(100 * min(1.0, room / width), 2) if width else 100
    x, y = frame.own(item.left + PADDING, item.top + box.height / 2 + 0.35 * box.size)
    matrix = " ".join(str(part) for part in frame.upright)
    show = f"BT 3 Tr {scale} Tz /{_NAMES[box.bold]} {box.size} Tf {matrix} {x:.2f} {y:.2f} Tm "
    return b"q " + show.encode() + _string(box.text) + b" Tj ET Q"


def _string(text: str) -> bytes:
    return b"<" + encoded(text).hex().upper().encode() + b">"


def _add_comment(
    out: PdfWriter, page: PageObject, item: PlacedBox, frame: Frame, colour: str, fonts: Fonts
) -> None:
    from pypdf.generic import (
        ArrayObject,
        DictionaryObject,
        FloatObject,
        NameObject,
        NumberObject,
        TextStringObject,
    )

    box, rectangle = item.box, _rectangle(item, frame)
    name, width, height = _NAMES[box.bold], round(box.width, 2), round(box.height, 2)
    appearance = _stream(_drawn(box, width, height, colour))
    appearance[NameObject("/Type")] = NameObject("/XObject")
    appearance[NameObject("/Subtype")] = NameObject("/Form")
    appearance[NameObject("/BBox")] = ArrayObject(FloatObject(side) for side in (0, 0, width, height))
    appearance[NameObject("/Matrix")] = ArrayObject(NumberObject(part) for part in (*frame.upright, 0, 0))
    listed = DictionaryObject({NameObject(f"/{name}"): fonts[box.bold]})
    appearance[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): listed})
    comment = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/FreeText"),
            NameObject("/Rect"): ArrayObject(FloatObject(side) for side in rectangle),
            NameObject("/Contents"): TextStringObject(box.text),
            NameObject("/Subj"): TextStringObject(box.domain or "Not submitted"),
            NameObject("/F"): NumberObject(_PRINTED),
            NameObject("/C"): ArrayObject(FloatObject(part) for part in _parts(colour)),
            NameObject("/DA"): TextStringObject(f"0 g /{name} {box.size} Tf"),
            NameObject("/AP"): DictionaryObject({NameObject("/N"): out._add_object(appearance)}),
        }
    )
    reference = out._add_object(comment)
    listed_before = page.get("/Annots")
    known = list(cast(ArrayObject, listed_before.get_object())) if listed_before is not None else []
    page[NameObject("/Annots")] = ArrayObject([*known, reference])


def _drawn(box: Box, width: float, height: float, colour: str) -> bytes:
    """The appearance: a coloured box with its lines; that of a field that is not submitted is dashed."""
    fill = " ".join(f"{part:.3f}" for part in _parts(colour))
    dash = b"" if box.domain else b"[2 2] 0 d "
    frame = f"{fill} rg 0.25 G 0.6 w ".encode() + dash
    frame += f"0.3 0.3 {width - 0.6:.2f} {height - 0.6:.2f} re B\n".encode()
    first = height - PADDING - 0.83 * box.size
    lead = (
        f"BT 0 g /{_NAMES[box.bold]} {box.size} Tf {box.size * 1.2:.2f} TL {PADDING} {first:.2f} Td".encode()
    )
    lines = b" T* ".join(_string(line) + b" Tj" for line in box.lines)
    return frame + lead + b" " + lines + b" ET"


def _parts(colour: str) -> list[float]:
    return [round(int(colour[place : place + 2], 16) / 255, 3) for place in (0, 2, 4)]
