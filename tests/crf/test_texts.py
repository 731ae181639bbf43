"""Where texts of a page are, whatever their typeface, and annotations that leave them readable."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import typst
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject, RectangleObject

from il2cdisc.base.problems import Stopped
from il2cdisc.crf.annotations import Annotation
from il2cdisc.crf.boxes import PlacedBox
from il2cdisc.crf.find import CrfFile, open_pages
from il2cdisc.crf.forms import CrfForm
from il2cdisc.crf.placement import BESIDE, PageSpot, Spot
from il2cdisc.crf.propose import NO_TITLE, NOT_FOUND, Proposal, propose
from il2cdisc.crf.sponsor import placed_on
from il2cdisc.raw.dictionary import DictionaryColumn
from tests.crf.sponsor_form import printed, rows_of

MONO = 0.602
"""Width of each character of DejaVu Sans Mono, by its size."""

HEAD = """
#set page(width: 420pt, height: 300pt, margin: 30pt)
#set text(font: "DejaVu Sans Mono", size: 10pt)
"""


def typeset(source: str) -> bytes:
    """A page in a typeface whose characters are all equally wide."""
    made = typst.compile((HEAD + source).encode(), format="pdf")
    assert isinstance(made, bytes)
    return made


def opened(source: str) -> CrfFile:
    return open_pages(typeset(source), "blank.pdf")


def form_of(*labels: str, title: str = "A form") -> CrfForm:
    fields = (
        DictionaryColumn("f", f"C{n}", label, "text", {}, "", "", "", 2) for n, label in enumerate(labels)
    )
    return CrfForm("f", title, tuple(fields), (), False)


def spots_of(rows: Sequence[Proposal], pages: CrfFile) -> dict[tuple[str, str], list[PageSpot]]:
    found: dict[tuple[str, str], list[PageSpot]] = {}
    for row in rows:
        assert row.page is not None
        spot = pages.text(row.page).spots(row.anchor)[row.occurrence - 1]
        place = PageSpot(row.page, Spot(spot.left + BESIDE, spot.top))
        found[row.form, row.field] = [place]
    return found


def annotated(pages: CrfFile, form: CrfForm, text: str) -> tuple[list[PlacedBox], list[PageSpot]]:
    """The boxes of the fields, each with the same text, and the spots that they are for."""
    spots = spots_of(propose([form], pages), pages)
    about = [Annotation("f", one.column, text, "VS", "VS", "VSORRES") for one in form.fields]
    placed = [item for item in placed_on(pages, spots, [form], about, {}) if item.annotation is not None]
    return placed, [spots["f", one.column][0] for one in form.fields]


def covered(pages: CrfFile, placed: Sequence[PlacedBox]) -> list[str]:
    """Texts of the first page under a box: of each the height of a small letter."""
    return [
        piece.text.strip()
        for piece in pages.text(0).pieces
        for one in placed
        if one.left < piece.right
        and piece.left < one.left + one.box.width
        and one.top < piece.base
        and piece.base - piece.size / 2 < one.top + one.box.height
    ]


@pytest.mark.parametrize("label", ["Illicit fillings", "WWWMMM"])
def test_an_anchor_ends_where_its_typeface_has_it(label: str) -> None:
    (spot,) = opened(f"{label} \\ Another").text(0).spots(label)
    assert spot.left == pytest.approx(30 + 10 * MONO * len(label), abs=0.3)


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_the_places_of_a_turned_and_cropped_page(turned: int) -> None:
    out, label = PdfWriter(), "Date of birth"
    out.append(PdfReader(io.BytesIO(printed([("A form", [label])], turned=turned))))
    page = out.pages[0]
    page.rotate(turned)
    box = page.mediabox
    page.cropbox = RectangleObject((box.left + 7, box.bottom + 7, box.right - 7, box.top - 7))
    stream = io.BytesIO()
    out.write(stream)
    straight = open_pages(printed([("A form", [label])]), "blank.pdf").text(0).pieces
    found = open_pages(stream.getvalue(), "blank.pdf").text(0).pieces
    assert [piece.text.strip() for piece in found] == [piece.text.strip() for piece in straight]
    for one, other in zip(found, straight, strict=True):
        assert one.right - one.left == pytest.approx(other.right - other.left, abs=0.3)
        assert one.top - found[0].top == pytest.approx(other.top - straight[0].top, abs=0.3)
    assert 7 < found[0].left < found[0].right < 250 and found[0].top > 7


def test_a_label_of_several_lines_ends_behind_the_longest() -> None:
    pages = opened("#box(width: 90pt)[Date of \\ informed \\ consent]")
    (spot,) = pages.text(0).spots("Date of informed consent")
    assert spot.left == pytest.approx(30 + 10 * MONO * len("informed"), abs=0.3)
    assert spot.top == pages.text(0).pieces[0].top


def test_a_label_that_is_broken_at_a_hyphen_is_found() -> None:
    (row,) = propose([form_of("PLAIN-WORDS", title="")], opened("PLAIN- \\ WORDS"))
    assert (row.page, row.anchor) == (0, "PLAIN-WORDS")


def test_a_page_that_breaks_the_reader_has_no_text() -> None:
    out = PdfWriter()
    page = out.add_blank_page(300, 300)
    stream = DecodedStreamObject()
    stream.set_data(b"BT /F9 nan Tf (x) Tj [[ << ET q q q \xff")
    page[NameObject("/Contents")] = out._add_object(stream)
    held = io.BytesIO()
    out.write(held)
    pages = open_pages(held.getvalue(), "blank.pdf")
    assert pages.text(0).spots("x") == []
    cut = CrfFile(out, held.getvalue()[:40])
    assert not cut.has_text and not cut.reads


def test_a_file_that_one_reader_alone_opens_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its anchors would be missing on every page, which is not their fault."""
    content = typeset("A")
    assert open_pages(content, "blank.pdf").has_text
    monkeypatch.setattr("pypdfium2.PdfDocument", lambda _: ["a page"] * 9)
    with pytest.raises(Stopped) as stopped:
        open_pages(content, "blank.pdf")
    (problem,) = stopped.value.problems
    assert (problem.code, problem.what) == ("CRF001", "the texts of its pages can't be read")


@pytest.mark.parametrize("content", [b"", b"no PDF", b"%PDF-1.7\n1 0 obj\n<<", typeset("A")[:-300]])
def test_nothing_but_the_problem_is_said_of_a_broken_file(
    content: bytes, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    try:
        open_pages(content, "blank.pdf").text(0)
    except Stopped as stopped:
        assert [problem.code for problem in stopped.problems] == ["CRF001"]
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


FORM = """= A form
#table(columns: 2,
  [Criteria], [\\[ \\] Met #h(20pt) \\[ \\] Not met],
  [Sex], [\\[ \\] Male \\[ \\] Female])"""


def test_annotations_do_not_cover_the_answers_of_the_form() -> None:
    pages = opened(FORM)
    placed, spots = annotated(pages, form_of("Criteria", "Sex"), "[NOT SUBMITTED]")
    assert covered(pages, placed) == []
    for one, place in zip(placed, spots, strict=True):
        assert one.top == place.spot.top  # on the line of the field
    given = [PageSpot(0, place.spot, given=True) for place in spots]
    form = form_of("Criteria", "Sex")
    about = [Annotation("f", "C0", "[NOT SUBMITTED]", "", "", "")]
    (exact,) = placed_on(pages, {("f", "C0"): given[:1]}, [form], about, {})
    assert (exact.left, exact.top) == (given[0].spot.left, given[0].spot.top)


def test_an_annotation_without_room_stays_at_its_field() -> None:
    lines = [f"Label {n} " + "and an answer " * 3 for n in range(8)]
    pages = opened(" \\ ".join(lines))
    form = form_of(*(f"Label {n}" for n in range(8)), title="Label 0")
    placed, spots = annotated(pages, form, "VSORRES when VSTESTCD = SYSBP")
    for one, place in zip(placed[1:], spots[1:], strict=True):
        assert abs(one.top - place.spot.top) < 20


def test_an_annotation_ends_before_the_field_to_its_right() -> None:
    pages = opened("A form \\ Tablets #h(40pt) Weight #h(40pt) Pulse \\ #v(40pt) The end")
    placed, spots = annotated(pages, form_of("Tablets", "Weight", "Pulse"), "VSORRES when VSTESTCD = X")
    assert covered(pages, placed) == []
    assert placed[0].left < spots[1].spot.left and placed[1].left < spots[2].spot.left


def test_a_label_by_itself_comes_before_one_in_a_longer_text() -> None:
    pages = opened("= Visit attended \\ 2. Visit: \\ The visit is late")
    title, row = propose([form_of("Visit", title="Visit attended")], pages)
    assert (title.occurrence, row.occurrence, row.comment) == (1, 2, "")


def test_a_label_that_is_several_times_on_the_page_is_marked() -> None:
    pages = opened("A form \\ Dose \\ Dose \\ Dose \\ Other")
    _, *rows = propose([form_of("Dose", "Dose", "Other")], pages)
    assert [row.occurrence for row in rows] == [1, 2, 1]
    assert [row.comment for row in rows] == [*["3 times on the page: check Occurrence."] * 2, ""]


def test_a_form_whose_title_is_not_found_is_marked() -> None:
    first, second = propose([form_of("Nowhere", "Dose")], opened("Dose"))
    assert first.comment == f"{NOT_FOUND} {NO_TITLE}"
    assert second.comment == ""


def test_the_command_says_what_is_to_be_checked(
    with_crf: Callable[[bytes], Path], command: Any, sponsor_pages: Sequence[tuple[str, list[str]]]
) -> None:
    pages = [(title, [*labels, *labels[-1:]]) for title, labels in sponsor_pages]
    trial = with_crf(printed(pages))
    said = command("crf", "propose", "--trial", trial).stdout
    assert "5 of them are several times on their page: check Occurrence" in said
    comments = [row["Comment"] for row in rows_of(trial / "crf" / "placement.xlsx") if row["Comment"]]
    assert comments == ["2 times on the page: check Occurrence."] * 5
    (trial / "crf" / "blank.pdf").write_bytes(printed([("", [])] * 5, picture=True))
    said = command("crf", "propose", "--trial", trial, "--force").stdout
    assert said.splitlines()[1:] == ["the file has no text: give pages and offsets"]
