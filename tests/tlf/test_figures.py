"""Drawings of every kind of figure: what they say of empty data, their type and styles, the same bytes."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable

import pandas as pd
import pytest
from PIL import Image

from il2cdisc.results.methods import all_methods
from il2cdisc.results.run import run
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, ListedItem
from il2cdisc.tlf.figure import DPI, Drawing, draw
from il2cdisc.tlf.figures import all_figures, style
from il2cdisc.tlf.figures.data import FigureData
from il2cdisc.tlf.layout import lay_out
from il2cdisc.tlf.table import NO_ROWS

ONE = ("AVAL",)
BY = {"by": "AVISIT", "by_levels": ("V1", "V2")}
DATES = {"start": "TRTSDT", "end": "EOSDT"}
KINDS: dict[str, dict[str, object]] = {
    "Availability by visit": {
        "variables": ONE,
        "options": DATES,
        "by": "AVISIT",
        "by_levels": (("V1", "1"),),
    },
    "Box plot": {"variables": ONE, **BY},
    "Correlation heatmap": {"variables": ("AVAL", "BASE"), **BY},
    "Event dot plot": {"variables": ("TERM",), "options": {"reference": "B"}},
    "Forest": {"variables": ONE, "options": {"reference": "B"}, "label": "All"},
    "Importance bars": {"variables": ("BASE", "AVAL"), **BY},
    "Individual profiles": {"variables": ONE, **BY},
    "Kaplan-Meier curve": {"variables": ONE, "levels": ("0", "5"), "options": {"censor": "CNSR"}},
    "Liver screening": {
        "variables": ONE,
        "options": {"upper": "BASE", "day": "DAY", "parameter": "AVISIT", "x": "V1", "y": "V2"},
    },
    "Onset curve": {"variables": ("DAY",), "levels": ("0", "5"), "options": DATES},
    "Scatter": {"variables": ("BASE", "AVAL"), "where": "AVISIT EQ V1"},
    "Series": {"variables": ONE, **BY},
    "Subject flow": {"label": "Dosed", "options": {"place": "arms"}},
    "Waterfall": {"variables": ONE, "where": "AVISIT EQ V1"},
}
Draw = Callable[..., tuple[Drawing, Display, pd.DataFrame]]


def test_every_kind_of_figure_is_drawn_here():
    reports = {name for name, method in all_methods().items() if "of" in method.options}
    assert set(all_figures()) - reports == set(KINDS)


def trial(a: int, b: int) -> dict[str, pd.DataFrame]:
    ids = pd.array([f"{number:02d}" for number in range(a + b)], dtype="str")
    adsl = pd.DataFrame({"USUBJID": ids, "TRT01A": pd.array(["A"] * a + ["B"] * b, dtype="str")})
    adsl = adsl.assign(TRTSDT=100.0, EOSDT=[110.0 + number for number in range(a + b)])
    parts = [
        adsl[["USUBJID"]].assign(
            TRTA=adsl["TRT01A"],
            AVISIT=visit,
            TERM="Rash",
            AVAL=[(7.0 * number + place * 3) % 11 + 1 for number in range(a + b)],
            BASE=[(5.0 * number) % 13 + 1 for number in range(a + b)],
            CNSR=[float(number % 2) for number in range(a + b)],
            DAY=[float(number + 1) for number in range(a + b)],
        )
        for place, visit in enumerate(("V1", "V2"))
    ]
    adxx = pd.concat(parts, ignore_index=True)
    return {"ADSL": adsl, "ADXX": adxx.astype({"AVISIT": "str", "TERM": "str", "TRTA": "str"})}


def items(values: object) -> tuple[ListedItem, ...]:
    pairs = [value if isinstance(value, tuple) else (value, value) for value in values]  # pyright: ignore
    return tuple(ListedItem(name=name, label=label) for name, label in pairs)


@pytest.fixture
def drawn() -> Draw:
    """Draws a kind of figure of so many subjects in A and B."""

    def make(kind: str, a: int, b: int, where: str = "") -> tuple[Drawing, Display, pd.DataFrame]:
        given = dict(KINDS[kind])
        clause = " AND ".join(filter(None, (str(given.pop("where", "")), where)))
        lists = {name: items(given.pop(name, ())) for name in ("variables", "levels", "by_levels")}
        columns = [DisplayColumn(label=f"Arm {arm}", values=(arm,)) for arm in ("A", "B")]
        if kind == "Subject flow":
            columns.append(DisplayColumn(label="All"))
        display = Display(
            id="F-1", kind="Figure", number="1", title="T", population="All", population_dataset="ADSL",
            treatment="TRT01A", columns=tuple(columns), axes=("Time (days)", "Value (units)"),
            analyses=(
                DisplayAnalysis(
                    **{"display": "F-1", "id": "X", "label": "", "method": kind, "dataset": "ADXX",
                       "treatment": "TRTA", "where": parse(clause)} | given | lists
                ),
            ),
        )  # fmt: skip
        data = trial(a, b)
        if kind in ("Kaplan-Meier curve", "Forest"):
            data["ADXX"] = data["ADXX"].iloc[: a + b]
        results = run([display], data).frame
        return draw(display, results, width=400.0, height=260.0, mark="SYNTHETIC DATA"), display, results

    return make


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_letter_is_smaller_than_eight_points_and_axes_are_named(drawn, kind, monkeypatch):
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    made: list[Figure] = []
    original = Figure.__init__

    def remembered(self: Figure, *given, **named) -> None:
        made.append(self)
        original(self, *given, **named)

    monkeypatch.setattr(Figure, "__init__", remembered)
    drawing, display, results = drawn(kind, 6, 5)
    texts = [item for item in made[0].findobj(Text) if isinstance(item, Text) and item.get_text()]
    assert min(item.get_fontsize() for item in texts) >= 8
    words = {item.get_text() for item in texts}
    assert "SYNTHETIC DATA" in words
    assert "Time (days)" in words or kind == "Subject flow"
    assert drawing.data == FigureData(display, results).csv()
    assert lay_out(display, results).header[1].startswith("Arm A")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_one_subject_of_one_arm_is_drawn(drawn, kind):
    drawing, _, results = drawn(kind, 1, 0)
    assert drawing.png.startswith(b"\x89PNG")
    image = Image.open(io.BytesIO(drawing.png))
    assert (image.mode, round(image.info["dpi"][0])) == ("RGB", DPI)  # opaque, and of its size in print
    assert image.getpixel((0, 0)) == (255, 255, 255)
    assert drawing.alt.startswith("Figure 1. ")
    assert len(results) > 2


@pytest.mark.parametrize("kind", ["Event dot plot", "Individual profiles", "Waterfall"])
def test_a_figure_of_nobody_says_so(drawn, kind):
    assert drawn(kind, 3, 2, "TERM EQ None")[0].alt == f"Figure 1. {NO_ROWS}"


@pytest.mark.parametrize("kind", ["Box plot", "Kaplan-Meier curve"])
def test_two_drawings_have_the_same_bytes(drawn, kind):
    first, second = drawn(kind, 6, 5)[0], drawn(kind, 6, 5)[0]
    assert (first.svg, first.png) == (second.svg, second.png)


def test_a_note_among_the_results_is_below_the_figure(drawn):
    drawing, display, results = drawn("Kaplan-Meier curve", 6, 9)
    assert FigureData(display, results).notes == [
        "Arm A: fewer than 8 subjects at the start (n = 6); the curve is not informative."
    ]
    assert drawing.svg != drawn("Kaplan-Meier curve", 9, 9)[0].svg


def test_results_that_are_placeholders_are_not_drawn(drawn):
    _, display, results = drawn("Series", 6, 5)
    blank = results.assign(value=float("nan"), text="xx.x", error="")
    drawing = draw(display, blank, width=400.0, height=260.0)
    assert drawing.alt == "Figure 1. The figure is drawn when there are data."
    assert FigureData(display, blank).titled("Arm A") == "Arm A (N=xx.x)"


def test_styles_differ_in_grey_and_in_form():
    def grey(colour: str) -> float:
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        return (0.299 * red + 0.587 * green + 0.114 * blue) / 255

    shades = [grey(item.colour) for item in style.STYLES]
    assert all(abs(one - two) > 0.1 for one, two in itertools.pairwise(shades))
    assert len({item.marker for item in style.STYLES}) == len(style.STYLES)
    assert len({str(item.dash) for item in style.STYLES}) == len(style.STYLES)
    assert len({item.hatch for item in style.STYLES}) == len(style.STYLES)
