"""Analysis Results Metadata: from displays to the file and back, and what the checks say of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

import pytest
from lxml import html

from il2cdisc.define.analyses import Catalogue, describe
from il2cdisc.define.check import check_define
from il2cdisc.define.model import (
    AnalysisDataset,
    AnalysisResult,
    Define,
    DocumentRef,
    ItemDef,
    ItemGroup,
    ItemRef,
    Leaf,
    RangeCheck,
    ResultDisplay,
    Where,
)
from il2cdisc.define.read import read_define
from il2cdisc.define.render import html_of_define
from il2cdisc.define.write import define_bytes
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.models import PlannedAnalysis
from il2cdisc.spec.tlf import Display, DisplayAnalysis, ListedItem

CREATED = datetime.fromisoformat("2024-12-20T16:30:00")
ANALYSIS = DisplayAnalysis(
    display="T-14-2-1", id="ANCOVA", label="Change at Week 8", method="ANCOVA", dataset="ADXX",
    where=parse('PARAMCD EQ TOTAL AND AVISIT EQ "Week 8"'),
    variables=(ListedItem(name="CHG", label=""), ListedItem(name="BASE", label="")),
    options={"reference": "Placebo"}, reason="SPECIFIED IN SAP", purpose="PRIMARY OUTCOME MEASURE",
)  # fmt: skip
DISPLAY = Display(
    id="T-14-2-1", kind="Table", number="14.2.1", title="Change of the total score",
    population="Full analysis set",
    population_dataset="ADSL", population_where=parse("FASFL EQ Y"), treatment="TRT01P",
    analyses=(ANALYSIS, ANALYSIS.model_copy(update={"id": "COUNT", "purpose": ""})),
)  # fmt: skip
PLANNED = PlannedAnalysis(
    section="9.4", display="T-14-2-1", analysis="ANCOVA", status="Planned", estimand="E1", role="main"
)
CATALOGUE = Catalogue((DISPLAY,), (PLANNED,), {"T-14-2-1": "../tlf/t-14-2-1.pdf"}, "il2cdisc 1")
RESULT = AnalysisResult(
    oid="AR.T-14-2-1.ANCOVA",
    description="Change at Week 8",
    reason="SPECIFIED IN SAP",
    purpose="PRIMARY OUTCOME MEASURE",
    datasets=(
        AnalysisDataset("IG.ADXX", "WC.T-14-2-1.ANCOVA", ("IT.ADXX.CHG", "IT.ADXX.BASE")),
        AnalysisDataset("IG.ADSL", "WC.T-14-2-1.ANCOVA.POPULATION", ("IT.ADSL.TRT01P",)),
    ),
    parameter="IT.ADXX.PARAMCD",
    documentation="Method: ANCOVA. Options: reference = Placebo. Population: Full analysis set. "
    "Estimand: E1, main. Analysis plan: 9.4.",
    code="il2cdisc build T-14-2-1 --out part",
    context="il2cdisc 1",
)


def group(name: str, *variables: str) -> ItemGroup:
    refs = tuple(
        ItemRef(f"IT.{name}.{v}", order=n, key=n if n == 1 else None) for n, v in enumerate(variables, 1)
    )
    structure = "One record per subject"
    leaf = Leaf(f"LF.{name}", f"{name}.xpt", name)
    kind = "BASIC DATA STRUCTURE"
    return ItemGroup(
        f"IG.{name}", name, name, structure, kind, refs, purpose="Analysis", non_standard=True, leaf=leaf
    )


def package() -> Define:
    found = describe(CATALOGUE, ["ADSL", "ADXX"])
    groups = (group("ADSL", "TRT01P", "FASFL"), group("ADXX", "PARAMCD", "AVISIT", "CHG", "BASE"))
    items = tuple(ItemDef(ref.item, ref.item.rpartition(".")[2], "text") for g in groups for ref in g.items)
    return Define(
        file_oid="F", created=CREATED.isoformat(), study_oid="S", study_name="S", study_description="",
        protocol="S", oid="MDV", name="S", groups=groups, items=items,
        where_clauses=found.wheres, leaves=found.leaves,        displays=found.displays,
    )  # fmt: skip


def test_an_analysis_with_a_purpose_is_described() -> None:
    found = describe(CATALOGUE, ["ADSL", "ADXX"])
    title = "Change of the total score"
    assert found.displays == (
        ResultDisplay("RD.T-14-2-1", "Table 14.2.1", title, (RESULT,), (DocumentRef("LF.T-14-2-1"),)),
    )
    assert found.wheres == (
        Where(
            "WC.T-14-2-1.ANCOVA",
            (
                RangeCheck("IT.ADXX.PARAMCD", "EQ", ("TOTAL",)),
                RangeCheck("IT.ADXX.AVISIT", "EQ", ("Week 8",)),
            ),
        ),
        Where("WC.T-14-2-1.ANCOVA.POPULATION", (RangeCheck("IT.ADSL.FASFL", "EQ", ("Y",)),)),
    )
    assert found.leaves == (Leaf("LF.T-14-2-1", "../tlf/t-14-2-1.pdf", f"Table 14.2.1 {title}"),)


def test_an_analysis_of_a_dataset_outside_the_package_is_not_described() -> None:
    assert describe(CATALOGUE, ["ADSL"]).displays == ()


def test_what_is_written_is_read() -> None:
    given = package()
    assert given.displays
    again = read_define(define_bytes(given))
    assert again.displays == given.displays
    assert again.where_clauses == given.where_clauses


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"datasets": (AnalysisDataset("IG.ADYY"),)}, "there is no such dataset"),
        ({"datasets": (AnalysisDataset("IG.ADXX", "WC.NOWHERE"),)}, "there is no such where-clause"),
        ({"datasets": (AnalysisDataset("IG.ADXX", "", ("IT.ADXX.CHGG",)),)}, "there is no such item"),
        ({"parameter": "IT.ADXX.PARAM"}, "there is no such item"),
        ({"purpose": ""}, "an analysis result without a purpose"),
        ({"datasets": ()}, "an analysis result without a dataset"),
    ],
)
def test_results_that_refer_to_nothing_are_told(change: dict[str, object], told: str) -> None:
    given = package()
    before = {str(problem) for problem in check_define(given)}
    assert not any(told in problem and "AR.T" in problem for problem in before)
    result = replace(given.displays[0].results[0], **change)  # type: ignore[arg-type]
    damaged = replace(given, displays=(replace(given.displays[0], results=(result,)),))
    assert any(told in str(problem) and "AR.T-14-2-1" in str(problem) for problem in check_define(damaged))


def test_the_page_says_the_title_of_a_display_once_in_its_section() -> None:
    page = html.document_fromstring(html_of_define(define_bytes(package())).decode())
    section = page.get_element_by_id("display-RD.T-14-2-1")
    assert section.text_content().count("Change of the total score") == 1
    line = section.find_class("line")[0].text_content()
    assert re.fullmatch(r"Display: \S+", " ".join(line.split()))
    cells = page.get_element_by_id("analyses").xpath(".//tbody/tr[1]/td")
    assert [" ".join(cell.text_content().split()) for cell in cells[:2]] == [
        "Table 14.2.1",
        "Change of the total score",
    ]


def test_documents_that_are_absent_are_named_at_the_documents() -> None:
    absent = replace(package(), description="Documents that this package does not include: guide.pdf")
    page = html.document_fromstring(html_of_define(define_bytes(absent)).decode())
    assert "guide.pdf" not in page.get_element_by_id("top").text_content()
    assert "does not include: guide.pdf" in page.get_element_by_id("documents").text_content()
    other = replace(package(), description="Data definitions of the pooled trials")
    page = html.document_fromstring(html_of_define(define_bytes(other)).decode())
    assert "pooled trials" in page.get_element_by_id("top").text_content()
