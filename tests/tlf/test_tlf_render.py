"""Files: what stands on every page, escaping, the same bytes, golden files of one tiny table."""

from __future__ import annotations

import ast
import io
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from pypdf import PdfReader

import il2cdisc.tlf
from il2cdisc.results.frame import HEADER
from il2cdisc.spec.tlf import DisplayAnalysis, ListedItem
from il2cdisc.tlf.escape import rtf_breakable, rtf_text
from il2cdisc.tlf.figures.data import FigureData
from il2cdisc.tlf.layout import lay_out
from il2cdisc.tlf.pages import page_of
from il2cdisc.tlf.render import render, render_index
from il2cdisc.tlf.table import NO_ROWS, DisplayTable, TableRow
from il2cdisc.tlf.writer import Layout
from il2cdisc.tlf.writers.html import WRITER


def text_of(name: str, content: bytes) -> str:
    """The text of a file, of a PDF that of its pages."""
    if name.endswith(".pdf"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return content.decode()


@pytest.mark.parametrize("kind", ["rtf", "html"])
def test_golden(table, results, header, kind, snapshot):
    text = render(table, results, header)[f"t-1.{kind}"].decode()
    text = re.sub(r"<style>.*?</style>", "<style></style>", text, flags=re.DOTALL)
    assert text == snapshot


def test_rows(table, results):
    laid = lay_out(table, results)
    assert laid.header == ("Characteristic", "Active\n(N=8)", "Control\n(N=1)")
    assert [(row.indent, *row.cells) for row in laid.rows] == [
        (0, "Age (years)", "", ""),
        (1, "n", "8", "1"),
        (1, "Mean (SD)", "40.3 (6.13)", "50.0 (NE) [a]"),
        (1, "Min, Max", "31, 52", "50, 50"),
        (0, "Sex, n (%)", "", ""),
        (1, "Female", "3 (37.5)", "0"),
        (1, "Male", "5 (62.5)", "1 (100.0)"),
    ]
    assert laid.notes[-1] == "[a] The standard deviation needs at least 2 values; there is 1."


def test_cells_keep_the_keys_of_what_they_show(table, results):
    laid = lay_out(table, results)
    summary, female = laid.rows[2], laid.rows[5]
    assert summary.cells == ("Mean (SD)", "40.3 (6.13)", "50.0 (NE) [a]")
    assert summary.keys == (
        (),
        (("T-1", "AGE", 0, "Active", "mean"), ("T-1", "AGE", 0, "Active", "sd")),
        (("T-1", "AGE", 0, "Control", "mean"), ("T-1", "AGE", 0, "Control", "sd")),
    )
    # a 0 is shown alone, so it is the count alone
    assert female.cells == ("Female", "3 (37.5)", "0")
    assert [[key.statistic for key in keys] for keys in female.keys] == [[], ["n", "p"], ["n"]]
    assert laid.rows[0].keys == ((), (), ())  # a label shows no result
    assert laid.header_keys == (
        (),
        (("T-1", HEADER, 0, "Active", "N"),),
        (("T-1", HEADER, 0, "Control", "N"),),
    )


def test_every_page_says_what_it_is(table, results, header):
    text = render(table, results, header)["t-1.rtf"].decode("ascii")
    head = text[text.index("{\\header") : text.index("{\\footer")]
    foot = text[text.index("{\\footer") :]
    for words in (
        "Page ",
        "NUMPAGES",
        "Table 14.1",
        "SYNTHETIC DATA - Age",
        "Safety set",
        "DRAFT",
        "P\\{1\\}",
    ):
        assert words in head
    for words in (
        "Source: ADSL",
        "Data cut-off 2020-01-31",
        "Run 2020-02-01T09:00:00 UTC",
        "Status DRAFT",
        "T-1",
    ):
        assert words in foot
    assert "\\landscape" in text
    assert "\\paperw16838\\paperh11906" in text
    assert text.count("\\trhdr") == 1
    assert text.count("{") - text.count("\\{") == text.count("}") - text.count("\\}")


def test_real_data_carry_no_synthetic_mark(table, results, header):
    files = render(table, results, replace(header, synthetic=False))
    assert all("SYNTHETIC" not in text_of(name, content) for name, content in files.items())


def test_html_escapes(table, results, header):
    text = render(table, results, header)["t-1.html"].decode()
    assert "&lt;b&gt;" in text
    assert "<b>" not in text
    assert "Sponsor &amp; Söhne" in text
    assert '<th scope="row"' in text
    assert '<th scope="col">' in text


@pytest.mark.parametrize(
    ("text", "rtf"),
    [
        (r"a\b{c}", r"a\\b\{c\}"),
        ("≥ è", r"\u8805? \u232?"),
        ("\U0001d49e", r"\u-10187?\u-9058?"),
        ("one\ntwo", r"one\line two"),
        ("bell\x07", "bell"),
    ],
)
def test_rtf_escapes(text, rtf):
    assert rtf_text(text) == rtf


def test_rtf_breaks_behind_a_slash_inside_a_word():
    assert rtf_breakable("A/B or / {C}") == r"A/\zwbo B or / \{C\}"


def test_a_long_table_repeats_its_header_on_every_page(table, results, header):
    levels = tuple(ListedItem(name=f"L{i}", label=f"Level {i}") for i in range(90))
    analysis = table.analyses[1].model_copy(update={"levels": levels})
    long = table.model_copy(update={"analyses": (analysis,)})
    own = results[results["analysis"] == "SEX"].drop_duplicates(["group1_level", "statistic"])
    rows = [own.assign(row=i, level=level.name) for i, level in enumerate(levels)]
    frame = pd.concat([results[results["analysis"] == HEADER], *rows], ignore_index=True)
    text = render(long, frame, header)["t-1.rtf"].decode()
    pages = text.count("\\page\\par") + 1
    assert pages > 2
    assert text.count("\\trhdr") == pages
    assert text.count("Sex, n (%) (continued)") == pages - 1


def test_nothing_found_is_said(table, results, header):
    only_header = results[results["analysis"] == HEADER]
    for name, content in render(table, only_header, header).items():
        assert NO_ROWS in text_of(name, content)


def test_empty_listing(table, results, header):
    analysis = DisplayAnalysis(
        display="T-1", id="ROWS", label="", method="Listing", dataset="ADAE",
        variables=(ListedItem(name="USUBJID", label="Subject"), ListedItem(name="AETERM", label="Term")),
    )  # fmt: skip
    listing = table.model_copy(update={"kind": "Listing", "columns": (), "analyses": (analysis,)})
    for name, content in render(listing, results, header).items():
        assert NO_ROWS in text_of(name, content)


def test_points_of_a_figure_keep_the_keys_of_what_they_show(figure):
    display, results = figure
    mark = FigureData(display, results).of(display.analyses[0])[3]
    assert (mark.column, mark.path, mark["n"], mark["mean"]) == ("Control", ("Week 1",), 1, 20.0)
    cell = lay_out(display, results).rows[1]
    keys = tuple(("T-1", "MEAN", 1, "Control", name) for name in ("n", "mean", "se"))
    assert (cell.cells[2], cell.keys[2]) == ("1, 20.0 (NE) [a]", keys)


def test_deep_rows_are_indented_in_html(table, results, header):
    page = page_of(table, header)
    rows = tuple(TableRow((f"row {depth}", "1"), indent=depth) for depth in (0, 1, 3, 4))
    layout = Layout(table, header, page, DisplayTable(("", "A"), rows, (0.5, 0.5)))
    text = WRITER.write(layout).decode()
    assert re.findall(r'<th scope="row"([^>]*)>', text) == [
        "", ' class="i1"', ' class="i3"', ' style="padding-left: 5.4rem"',
    ]  # fmt: skip


def test_figure(figure, header):
    display, results = figure
    first, second = render(display, results, header), render(display, results, header)
    assert first == second
    assert set(first) == {f"t-1.{suffix}" for suffix in ("rtf", "html", "pdf", "csv", "png", "svg")}
    assert first["t-1.csv"].decode() == (
        "analysis,column,AVISIT,variable,level,n,mean,se\n"
        "MEAN,Active,Start,MEAN,,3.0,20.0,1.0\n"
        "MEAN,Control,Start,MEAN,,2.0,21.0,1.0\n"
        "MEAN,Active,Week 1,MEAN,,3.0,17.25,1.5\n"
        "MEAN,Control,Week 1,MEAN,,1.0,20.0,\n"
        "MEAN,Active,Week 2,MEAN,,2.0,12.0,2.0\n"
        "MEAN,Control,Week 2,MEAN,,0.0,,\n"
    )
    assert first["t-1.png"].startswith(b"\x89PNG")
    assert first["t-1.svg"].startswith(b"<?xml")
    assert b"\\pngblip" in first["t-1.rtf"]
    html = first["t-1.html"].decode()
    assert "<svg" in html
    assert "3, 17.3 (1.50)" in html
    assert "1, 20.0 (NE) [a]" in html
    assert "[a] one value" in html
    assert "<dc:date>" not in html


def test_figure_without_data(figure, header):
    display, results = figure
    files = render(display, results[results["analysis"] == HEADER], header)
    assert files["t-1.csv"] == b"analysis,column,variable,level\n"
    for name in ("t-1.rtf", "t-1.html", "t-1.pdf"):
        assert NO_ROWS in text_of(name, files[name])


def test_index_lists_every_display(table, figure, header):
    other = figure[0].model_copy(update={"id": "F-1"})
    text = render_index([table, other], header)["index.html"].decode()
    assert re.findall(r'href="([^#"]+)"', text) == [
        "all-displays.pdf", "all-displays.rtf",
        "t-1.html", "t-1.html", "t-1.pdf", "t-1.rtf",
        "f-1.html", "f-1.html", "f-1.pdf", "f-1.png", "f-1.rtf", "f-1.svg", "f-1.csv",
    ]  # fmt: skip


def test_rendering_imports_no_statistics():
    """The room computes nothing: it imports neither stats nor a method, numpy, scipy or statsmodels."""
    forbidden = re.compile(r"il2cdisc\.(stats|adam|sdtm|results\.(run|methods|work))|numpy|scipy|statsmodels")
    for path in Path(il2cdisc.tlf.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not any(forbidden.match(name) for name in names), path.name
