"""The CRF that is drawn from a data dictionary: nothing beyond the margins, long lists of codes, scales."""

from __future__ import annotations

import dataclasses
import io
import itertools
from collections.abc import Sequence

import pytest
from pypdf import PdfReader

from il2cdisc.crf.annotations import NOT_SUBMITTED, Annotation
from il2cdisc.crf.draw import draw
from il2cdisc.crf.facts import CrfHeader
from il2cdisc.crf.font import encoded
from il2cdisc.crf.forms import CrfForm
from il2cdisc.crf.make import make_crf
from il2cdisc.crf.paper import paper_of
from il2cdisc.crf.plan import CrfPlan
from il2cdisc.crf.rows import ANSWER, GAP, LABEL
from il2cdisc.raw.dictionary import DictionaryColumn
from il2cdisc.spec.models import DatasetSpec, Spec
from il2cdisc.tlf.typeface import text_width

HEADER = CrfHeader(
    "Example Sponsor", "P-1", "SYNTHETIC DATA - a study", "2023-05-02T09:00:00", "SYNTHETIC DATA"
)
SPEC = Spec(
    shown="sdtm.xlsx",
    standard="SDTM",
    define={},
    datasets={"QS": DatasetSpec(name="QS", label="Questionnaires")},
)


def column(name: str, kind: str = "text", label: str = "", **codes: str) -> DictionaryColumn:
    return DictionaryColumn("f", name, label or name.title(), kind, codes, "", "", "", 2)


def plan(*fields: DictionaryColumn, paper: str = "A4", item_codes: bool = False, says: str = "") -> CrfPlan:
    own = CrfForm("f", "A form", fields, ("DAY 1", "DAY 2"), item_codes)
    annotations = tuple(
        Annotation("f", one.column, says or f"QSORRES when QSTESTCD = {one.column}", "QS", "QS", "QSORRES")
        for one in fields
    )
    return CrfPlan((own,), annotations, SPEC, HEADER, paper)


def texts(made: CrfPlan) -> list[str]:
    pages = PdfReader(io.BytesIO(make_crf(made).content)).pages
    return [" ".join(page.extract_text().split()) for page in pages]


def many(count: int) -> dict[str, str]:
    return {
        f"C{number}": f"A meaning of some length, the one with number {number}" for number in range(count)
    }


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize(
    "fields",
    [
        pytest.param([column(f"F{n}", "date") for n in range(60)], id="many fields"),
        pytest.param([column("LIST", "code", **many(150)), column("NEXT")], id="long list of codes"),
        pytest.param([column("WORD", label="x" * 400), column("NEXT", label="word " * 80)], id="long label"),
    ],
)
def test_nothing_is_beyond_the_margins(paper: str, fields: Sequence[DictionaryColumn]) -> None:
    sheet, given = paper_of(paper), plan(*fields, paper=paper)
    drawing = draw(given.forms, given.annotations, {}, HEADER, sheet)
    for page in drawing.pages:
        for kind, left, top, width, height, text in page.marks:
            bold = kind == "bold"
            right = left + (text_width(text, width, bold=bold) if text else width)
            assert left >= sheet.left - 0.01 and right <= sheet.width - sheet.right + 0.5, text
            assert top >= 30 and top + height <= sheet.end + 1, text
    for item in drawing.placed:
        assert item.left + item.box.width <= sheet.width - sheet.right + 0.5
        assert item.top + item.box.height <= sheet.end
    by_page: dict[int, list[tuple[float, float]]] = {}
    for item in drawing.placed:
        if item.annotation is not None:
            by_page.setdefault(item.page, []).append((item.top, item.top + item.box.height))
    for spans in by_page.values():
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))


def test_every_code_of_a_long_list_is_on_a_page() -> None:
    found = texts(plan(column("LIST", "code", **many(150))))
    assert len(found) > 3
    assert all(any(f"(C{number})" in text for text in found) for number in range(150))
    assert "LIST (continued)" in found[-1] and "A form (continued)" in found[-1]


def test_a_field_that_open_forms_have_is_shown_in_a_licensed_scale_too() -> None:
    item, rater = column("I1", label="I feel like this"), column("BY", label="Form completed by")
    scale = plan(item, rater, item_codes=True, says=NOT_SUBMITTED)
    assert "Form completed by" not in texts(scale)[1]
    other = CrfForm("g", "An open form", (rater,))
    said = Annotation("g", "BY", NOT_SUBMITTED)
    shown = texts(
        dataclasses.replace(scale, forms=(*scale.forms, other), annotations=(*scale.annotations, said))
    )[1]
    assert "Form completed by" in shown and "feel" not in shown


def test_items_of_a_licensed_scale_show_codes_alone() -> None:
    item = column("I1", "integer", "I feel like this", **{"0": "not at all", "1": "very much"})
    shown = texts(plan(item, item_codes=True))[1]
    assert "I1" in shown and "feel" not in shown and "much" not in shown and "at all" not in shown
    assert "I feel like this" in texts(plan(item))[1]


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        (column("N", "integer", **{"0": "None", "1": "Some"}), "None (0) Some (1)"),
        (column("N", "integer", **{"ND": "Not done", "999": "Unknown"}), "Not done (ND) Unknown (999)"),
        (column("N", "code", Y="Yes", N="No"), "Yes (Y) No (N)"),
        (column("N", "code", mg="mg"), "mg"),
        (column("N", "text", "Größe in µm ≥ 5 愛"), "Größe in µm ≥ 5 [U+611B]"),
    ],
)
def test_what_there_is_to_choose(field: DictionaryColumn, shown: str) -> None:
    assert shown in texts(plan(field))[1]


def test_a_text_that_the_font_lacks_is_shown_by_its_number() -> None:
    assert encoded("µ≥é") == b"\xb5[U+2265]\xe9"
    assert "QSCAT = [U+2265]5" in texts(plan(column("N"), says="QSCAT = ≥5"))[1]


def test_the_same_plan_gives_the_same_bytes() -> None:
    given = plan(*(column(f"F{n}") for n in range(40)))
    first = make_crf(given)
    assert first.content == make_crf(given).content
    reader = PdfReader(io.BytesIO(first.content), strict=True)
    assert (
        reader.metadata is not None and reader.metadata.title == "SYNTHETIC DATA - Annotated Case Report Form"
    )
    assert reader.metadata.creation_date_raw == "D:20230502090000Z"
    assert reader.page_mode == "/UseOutlines"


def test_the_contents_lead_to_the_forms() -> None:
    made = make_crf(plan(column("N")))
    reader = PdfReader(io.BytesIO(made.content))
    (link,) = reader.pages[0]["/Annots"]
    assert link.get_object()["/Subtype"] == "/Link"
    text = " ".join(reader.pages[0].extract_text().split())
    assert "A form DAY 1, DAY 2 2" in text


@pytest.mark.parametrize("says", ["[NOT SUBMITTED]", "MOODX in SUPPQS", "QSORRES when QSTESTCD = ITEM"])
def test_no_wording_of_a_scale_is_drawn_whatever_becomes_of_its_items(says: str) -> None:
    item = column("ITEM", "code", "The wording of an item", **{"0": "The wording of a grade", "1": "Another"})
    (_, page) = texts(plan(item, item_codes=True, says=says))
    assert "ITEM" in page
    assert "wording" not in page
    assert "Another" not in page


def test_a_long_title_and_a_long_unit_take_lines_of_their_own() -> None:
    """What is drawn ends before what stands to the right of it begins: visits, annotations."""
    unit = "tablets of the pack that was handed out last, counted by the pharmacist and by the subject"
    weight = dataclasses.replace(column("WEIGHT", "decimal"), unit=unit)
    title = "Attendance at the clinic, vital signs and physical examination before the dose"
    own = CrfForm("f", title, (weight,), ("DAY 1", "DAY 2"), False)
    said = (Annotation("f", "WEIGHT", "VSORRES when VSTESTCD = WEIGHT", "VS", "VS", "VSORRES"),)
    paper = paper_of("A4")
    contents, page = draw((own,), said, {"VS": "Vital Signs"}, HEADER, paper).pages
    visits = next(left for _, left, *_, text in contents.marks if text == "DAY 1, DAY 2")
    for kind, left, _, size, _, text in contents.marks:
        if text and text in title:
            assert left + text_width(text, size, bold=kind == "bold") < visits, text
    ends = [
        left + text_width(text, size) for _, left, _, size, _, text in page.marks if text and text in unit
    ]
    assert len(ends) > 1
    assert max(ends) < paper.left + LABEL + ANSWER + 2 * GAP
