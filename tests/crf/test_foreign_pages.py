"""Pages of a foreign PDF: their boxes and turns, what they would do by themselves, room for annotations."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    RectangleObject,
    TextStringObject,
)

from il2cdisc.base.problems import Stopped
from il2cdisc.crf.annotations import Annotation
from il2cdisc.crf.find import CrfFile, Spot, open_pages
from il2cdisc.crf.forms import CrfForm
from il2cdisc.crf.frame import Frame
from il2cdisc.crf.placement import PageSpot
from il2cdisc.crf.propose import Proposal, sheet_bytes
from il2cdisc.crf.quiet import quieten, quieten_fields
from il2cdisc.crf.sponsor import placed_on
from il2cdisc.raw.dictionary import DictionaryColumn
from il2cdisc.tlf.typeface import shown_by_typeface

MEDIA = (0, 0, 595, 842)


def a_page(**boxes: tuple[float, float, float, float]) -> bytes:
    out = PdfWriter()
    page = out.add_blank_page(595, 842)
    for name, sides in boxes.items():
        page[NameObject(f"/{name}")] = RectangleObject(sides)
    return saved(out)


def saved(out: PdfWriter) -> bytes:
    stream = io.BytesIO()
    out.write(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("crop", "size"),
    [
        ((-200, -200, 900, 1500), (595, 842)),  # larger than the page
        ((580, 800, 60, 100), (520, 700)),  # corners in the other order
        ((100, 100, 300, 400), (200, 300)),
    ],
)
def test_what_is_seen_of_a_page(crop: tuple[float, ...], size: tuple[float, float]) -> None:
    assert open_pages(a_page(CropBox=crop), "blank.pdf").size(0) == size  # type: ignore[arg-type]


@pytest.mark.parametrize("broken", ["empty", "turn", "no box"])
def test_a_page_without_a_size_or_turn_is_told(broken: str) -> None:
    out = PdfWriter()
    out.add_blank_page(595, 842)
    page = out.add_blank_page(595, 842)
    if broken == "empty":
        page[NameObject("/CropBox")] = RectangleObject((0, 0, 0, 0))
    elif broken == "turn":
        page[NameObject("/Rotate")] = TextStringObject("x")
    else:
        page[NameObject("/MediaBox")] = ArrayObject([FloatObject(0), FloatObject(0)])
    with pytest.raises(Stopped) as stopped:
        open_pages(saved(out), "blank.pdf")
    (problem,) = stopped.value.problems
    assert problem.code == "CRF001"
    assert problem.what in ("the size or turn of page 2 can't be read", "the file is damaged, or not a PDF")


def dictionary(**items: Any) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in items.items()})


def test_scripts_files_and_forms_lose_what_they_do() -> None:
    script = dictionary(S=NameObject("/JavaScript"), JS=TextStringObject("app.alert(1)"))
    out = PdfWriter()
    page = out.add_blank_page(595, 842)
    goes = dictionary(S=NameObject("/GoTo"), D=TextStringObject("there"), Next=script)
    parent = dictionary(T=TextStringObject("total"), AA=dictionary(C=script))
    reference = out._add_object(parent)
    child = out._add_object(
        dictionary(Subtype=NameObject("/Widget"), AA=dictionary(K=script), Parent=reference)
    )
    parent[NameObject("/Kids")] = ArrayObject([child])
    page[NameObject("/Annots")] = ArrayObject(
        [
            out._add_object(dictionary(Subtype=NameObject("/Link"), A=goes, PA=script)),
            out._add_object(
                dictionary(
                    Subtype=NameObject("/FileAttachment"), FS=dictionary(F=TextStringObject("evilfile"))
                )
            ),
            child,
        ]
    )
    out.root_object[NameObject("/AcroForm")] = dictionary(
        Fields=ArrayObject([reference]), XFA=TextStringObject("form"), CO=ArrayObject([child])
    )
    before = saved(out)
    assert b"JavaScript" in before and b"evilfile" in before and b"/XFA" in before
    for one in out.pages:
        quieten(one)
    quieten_fields(out)
    for word in (b"JavaScript", b"evilfile", b"/XFA"):
        assert word not in saved_again(out)
    (link, *_) = PdfReader(io.BytesIO(saved(out))).pages[0]["/Annots"]
    assert link.get_object()["/A"]["/S"] == "/GoTo"


def saved_again(out: PdfWriter) -> bytes:
    """What is still referred to: objects that nothing names are not read."""
    again = PdfWriter()
    again.append(PdfReader(io.BytesIO(saved(out))))
    return saved(again)


def test_annotations_at_the_end_of_a_page_do_not_cover_each_other() -> None:
    fields = tuple(DictionaryColumn("f", f"C{n}", f"C{n}", "text", {}, "", "", "", 2) for n in range(8))
    spot = PageSpot(0, Spot(540, 830))
    made = placed_on(
        CrfFile(PdfWriter(io.BytesIO(a_page()))),
        {("f", one.column): [spot] for one in fields},
        [CrfForm("f", "A form", fields, (), False)],
        [
            Annotation("f", one.column, f"VSORRES when VSTESTCD = {one.column}", "VS", "VS", "VSORRES")
            for one in fields
        ],
        {},
    )
    own = [item for item in made if item.annotation is not None]
    assert len(own) == 8
    for number, one in enumerate(own):
        for other in own[:number]:
            apart = one.top + one.box.height <= other.top or other.top + other.box.height <= one.top
            beside = one.left + one.box.width <= other.left or other.left + other.box.width <= one.left
            assert apart or beside, (one, other)


def test_a_proposal_takes_a_label_with_a_line_break_of_a_word_processor() -> None:
    content = sheet_bytes([Proposal("f", "BRTHDT", 0, "Date\x0bof\x01 birth")])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    assert sheet["D2"].value == "Date of birth"


def test_letters_from_right_to_left_are_written_by_their_numbers() -> None:
    assert shown_by_typeface("Sex (\u05de\u05d9\u05df)") == "Sex ([U+05DE][U+05D9][U+05DF])"
    assert Frame(*MEDIA).size == (595, 842)
