"""The typeface of annotations, embedded: a part of it as a simple font of 8 bits (cp1252)."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from il2cdisc.tlf.typeface import FOLDER, advances

if TYPE_CHECKING:
    from pypdf import PdfWriter
    from pypdf.generic import IndirectObject

ENCODING = "cp1252"
_FILES = {False: "LiberationSans-Regular.ttf", True: "LiberationSans-Bold.ttf"}
_NAMES = {False: "ILCRFA+LiberationSans", True: "ILCRFB+LiberationSans-Bold"}
_NONSYMBOLIC = 32
_LAYOUT = ("GSUB", "GPOS", "GDEF", "kern", "FFTM")
_FIRST, _LAST = 32, 255


def encoded(text: str) -> bytes:
    """A text in the encoding of the font; a character that it does not have by its number."""
    return "".join(c if _has(c) else f"[U+{ord(c):04X}]" for c in text).encode(ENCODING)


def _has(character: str) -> bool:
    return character >= " " and character != "\x7f" and bool(character.encode(ENCODING, "ignore"))


def embed(out: PdfWriter, *, bold: bool) -> IndirectObject:
    """The font as an object of the document."""
    from pypdf.generic import (
        ArrayObject,
        DictionaryObject,
        FloatObject,
        NameObject,
        NumberObject,
        StreamObject,
    )

    content, box, heights = _subset(bold)
    file = StreamObject()
    file.set_data(content)
    file[NameObject("/Length1")] = NumberObject(len(content))
    name = NameObject(f"/{_NAMES[bold]}")
    ascent, descent, capital = heights
    descriptor = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/FontDescriptor"),
            NameObject("/FontName"): name,
            NameObject("/Flags"): NumberObject(_NONSYMBOLIC),
            NameObject("/FontBBox"): ArrayObject(NumberObject(side) for side in box),
            NameObject("/ItalicAngle"): NumberObject(0),
            NameObject("/Ascent"): NumberObject(ascent),
            NameObject("/Descent"): NumberObject(descent),
            NameObject("/CapHeight"): NumberObject(capital),
            NameObject("/StemV"): NumberObject(140 if bold else 88),
            NameObject("/FontFile2"): out._add_object(file.flate_encode()),
        }
    )
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/TrueType"),
            NameObject("/BaseFont"): name,
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
            NameObject("/FirstChar"): NumberObject(_FIRST),
            NameObject("/LastChar"): NumberObject(_LAST),
            NameObject("/Widths"): ArrayObject(FloatObject(round(width, 2)) for width in _widths(bold)),
            NameObject("/FontDescriptor"): out._add_object(descriptor),
        }
    )
    return out._add_object(font)


def _letters() -> list[str]:
    return [bytes([code]).decode(ENCODING, "replace") for code in range(_FIRST, _LAST + 1)]


def _widths(bold: bool) -> list[float]:
    known = advances(bold=bold)
    return [known.get(ord(letter), 0.0) for letter in _letters()]


@cache
def _subset(bold: bool) -> tuple[bytes, tuple[int, int, int, int], tuple[int, int, int]]:
    """The font file of these letters alone, its box and its heights in thousandths of the size."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True)
    with TTFont(FOLDER / _FILES[bold], recalcTimestamp=False) as font:
        for table in _LAYOUT:  # annotations are set letter by letter; to read these takes most of the time
            if table in font:
                del font[table]
        part = subset.Subsetter(options)
        part.populate(text="".join(letter for letter in _letters() if letter != "\ufffd"))
        part.subset(font)
        head, face = cast(Any, font["head"]), cast(Any, font["OS/2"])
        scale = 1000 / head.unitsPerEm
        box = tuple(round(side * scale) for side in (head.xMin, head.yMin, head.xMax, head.yMax))
        heights = [face.sTypoAscender, face.sTypoDescender, face.sCapHeight]
        stream = io.BytesIO()
        font.save(stream, reorderTables=True)
    ascent, descent, capital = (round(height * scale) for height in heights)
    return stream.getvalue(), (box[0], box[1], box[2], box[3]), (ascent, descent, capital)
