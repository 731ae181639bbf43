"""A sponsor's own case report form: proposed, placed, annotated; also one that is a picture of the form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from il2cdisc.crf.frame import Frame
from il2cdisc.raw import Dictionary
from tests.crf.sponsor_form import page_texts, placed, printed, rows_of

Pages = Sequence[tuple[str, Sequence[str]]]
Built = Callable[[bytes], Path]


def lines_of(done: Any) -> list[str]:
    return done.stdout.splitlines() + done.stderr.splitlines()


def test_the_command_proposes_what_is_found(
    with_crf: Built, command: Any, blank: bytes, placement: bytes
) -> None:
    trial = with_crf(blank)
    done = command("crf", "propose", "--trial", trial)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "39 of 39 fields placed" in done.stdout
    assert (trial / "crf" / "placement.xlsx").read_bytes() == placement


def test_the_proposal_is_built_as_it_is(made: Path, sponsor_pages: Pages) -> None:
    file = made / "out" / "sdtm" / "acrf.pdf"
    texts = page_texts(file)
    assert len(texts) == len(sponsor_pages)  # the sponsor's own pages, none added
    for (title, labels), text in zip(sponsor_pages, texts, strict=True):
        assert text.startswith(title) and all(label in text for label in labels)
    assert "AE = Adverse Events" in texts[5] and "AETOXGR" in texts[5]
    assert "Reconstructed" not in " ".join(texts)
    define = (made / "out" / "sdtm" / "define.xml").read_text("utf-8")
    item = define[define.index('ItemDef OID="IT.AE.AETOXGR"') :].partition("</ItemDef>")[0]
    assert 'PageRefs="6" Type="PhysicalRef"' in item


def test_annotations_are_beside_their_anchors(made: Path) -> None:
    blank = PdfReader(made / "crf" / "blank.pdf")
    found: dict[str, tuple[float, float]] = {}

    def visit(text: str, at: Sequence[float], line: Sequence[float], *_: object) -> None:
        found[text.strip()] = (line[4] * at[0] + at[4], line[5] * at[3] + at[5])

    blank.pages[5].extract_text(visitor_text=visit)
    page = PdfReader(made / "out" / "sdtm" / "acrf.pdf").pages[5]
    boxes = {
        item.get_object()["/Contents"]: [float(side) for side in item.get_object()["/Rect"]]
        for item in page["/Annots"]
    }
    for label, text in (("Toxicity grade", "AETOXGR"), ("Outcome", "AEOUT"), ("Event in words", "AETERM")):
        left, baseline = found[label]
        assert boxes[text][1] < baseline + 8 and boxes[text][3] > baseline
        assert left < boxes[text][0] < left + 120
    corners = list(boxes.values())
    for place, one in enumerate(corners):
        for other in corners[place + 1 :]:
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart, "one annotation covers another"


def test_a_picture_of_the_form_is_annotated_by_pages_and_offsets(
    with_crf: Built, command: Any, dictionary: Dictionary
) -> None:
    trial = with_crf(printed([("", [])] * 5, picture=True))
    done = command("crf", "propose", "--trial", trial)
    assert "0 of 39 fields placed" in done.stdout
    file = trial / "crf" / "placement.xlsx"
    forms = list(dict.fromkeys(str(row["Form"]) for row in rows_of(file)))
    rows = [
        {"Form": row["Form"], "Field": row["Field"], "Page": forms.index(str(row["Form"])) + 1}
        | {"Offset Right": 60, "Offset Down": 40 + 22 * place}
        for place, row in enumerate(rows_of(file))
    ]
    rows = [row | {"Offset Down": float(row["Offset Down"]) % 500} for row in rows]
    placed(file, rows)
    done = command("build", "--trial", trial, "--until", "define", "--out", trial / "out")
    assert done.returncode == 0, done.stdout + done.stderr
    texts = page_texts(trial / "out" / "sdtm" / "acrf.pdf")
    assert "DM.SEX" in texts[0] and "EXREFID" in texts[1] and "AEOUT" in texts[4]


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_pages_that_are_turned_are_annotated_upright(
    with_crf: Built, command: Any, sponsor_pages: Pages, tmp_path: Path, turned: int
) -> None:
    out, source = PdfWriter(), tmp_path / "turned.pdf"
    source.write_bytes(printed(sponsor_pages, turned=turned))
    out.append(PdfReader(source))
    for page in out.pages:
        page.rotate(turned)
    out.write(source)
    trial = with_crf(source.read_bytes())
    assert "39 of 39" in command("crf", "propose", "--trial", trial).stdout
    command("build", "--trial", trial, "--until", "define", "--out", trial / "out")
    made = PdfReader(trial / "out" / "sdtm" / "acrf.pdf").pages[5]
    assert made.rotation == turned
    frame, seen = Frame.of_page(made), dict[str, tuple[float, float, float, float]]()
    for item in made["/Annots"]:
        corners = [float(side) for side in item.get_object()["/Rect"]]
        ends = [frame.seen(*corners[:2]), frame.seen(*corners[2:])]
        (left, right), (top, bottom) = (sorted(one) for one in zip(*ends, strict=True))
        seen[item.get_object()["/Contents"]] = (left, top, right, bottom)
    assert seen["AETERM"][1] < seen["AETOXGR"][1] < seen["AEOUT"][1]  # from the top downwards
    for left, top, right, bottom in seen.values():
        assert right - left > bottom - top > 0  # a line of text is wider than tall
        assert left >= 0 and right <= frame.size[0] and top >= 0 and bottom <= frame.size[1]


def test_what_a_page_would_do_by_itself_is_taken_out(
    with_crf: Built, command: Any, sponsor_pages: Pages, tmp_path: Path
) -> None:
    out, source = PdfWriter(), tmp_path / "active.pdf"
    source.write_bytes(printed(sponsor_pages))
    out.append(PdfReader(source))
    script = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    )
    out.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): script})
    link = {NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): script}
    out.pages[1][NameObject("/Annots")] = ArrayObject([out._add_object(DictionaryObject(link))])
    out.root_object[NameObject("/OpenAction")] = script
    out.write(source)
    trial = with_crf(source.read_bytes())
    command("crf", "propose", "--trial", trial)
    done = command("build", "--trial", trial, "--until", "define", "--out", trial / "out")
    assert done.returncode == 0, done.stdout + done.stderr
    assert b"JavaScript" not in (trial / "out" / "sdtm" / "acrf.pdf").read_bytes()


def test_the_same_inputs_give_the_same_bytes(made: Path, proposed: Path, command: Any) -> None:
    """As a copy of the trial in another folder."""
    command("build", "--trial", proposed, "--until", "define", "--out", proposed / "out")
    one, other = (trial / "out" / "sdtm" / "acrf.pdf" for trial in (made, proposed))
    assert one.read_bytes() == other.read_bytes()
    sheet = proposed / "crf" / "placement.xlsx"
    before = sheet.read_bytes()
    refused = command("crf", "propose", "--trial", proposed)
    assert refused.returncode == 2 and "the file exists" in " ".join(lines_of(refused))
    assert command("crf", "propose", "--trial", proposed, "--force").returncode == 0
    assert sheet.read_bytes() == before
