"""Peaks of two groups of liver tests per subject, as multiples of the upper limit: a screening figure."""

from __future__ import annotations

import pandas as pd

from il2cdisc.results.arms import cells
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.options import BadCell, refuse_absent, refuse_number, refuse_several
from il2cdisc.results.options import number as number_option
from il2cdisc.results.shape import WHOLE, Decimals, summary_then_paths
from il2cdisc.results.subject_values import SUBJECT, columns_of, subject_cells
from il2cdisc.results.work import Work, present
from il2cdisc.spec.conditions import equals
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line
from il2cdisc.stats.estimates import Estimate, found

DAYS = 30
"""Days within which both peaks are taken as one event (FDA's Standard Safety Tables and Figures)."""
CUTS = {"cut_x": 3.0, "cut_y": 2.0}
"""Multiples of the upper limit from which a peak is high: 3 of aminotransferases, 2 of bilirubin."""
QUADRANTS = ("both", "x_only", "y_only", "neither")


def run(work: Work) -> pd.DataFrame:
    """Peaks `x` and `y` of each subject, days between them, `within` 1 where those are at most 30.

    The variable is the value, the option `upper` names its upper limit, `day` the study day and `parameter`
    the parameter; `x` and `y` list the parameters of an axis, of which the highest multiple counts. A subject
    without a value on both axes is not shown. Of each column n and the subjects in each quadrant: both,
    x_only, y_only, neither; those of `both` who are within the days (option `days`) are both_within.
    """
    peaks = _peaks(work)
    limits = [number_option(work.analysis, name, cut) for name, cut in CUTS.items()]
    high = {"x": peaks["x"] >= limits[0], "y": peaks["y"] >= limits[1]}
    quadrant = pd.Series("neither", index=peaks.index, dtype="str")
    quadrant = quadrant.mask(high["x"] & high["y"], "both")
    quadrant = quadrant.mask(high["x"] & ~high["y"], "x_only").mask(~high["x"] & high["y"], "y_only")
    columns = columns_of(work, work.rows)
    own = peaks.index.map(lambda subject: columns[subject].label if subject in columns else "")
    out: list[ResultCell] = []
    where = (present(work.analysis.variables[0].name), present(work.analysis.options["upper"]))
    for column in work.display.columns:
        held = column.values == () or len(column.values) > 1
        rows = peaks if held else peaks.loc[own == column.label]
        inside = quadrant.loc[rows.index]
        counts = {"n": found(len(rows)), **{name: found((inside == name).sum()) for name in QUADRANTS}}
        near = (inside == "both") & (rows["within"] == 1)
        out += cells(work, 0, column, counts | {"both_within": found(near.sum())}, conditions=where)
    named = (*work.analysis.option_list("x"), *work.analysis.option_list("y"))
    where = (*where, equals(work.analysis.options["parameter"], *named))
    for row, (subject, values) in enumerate(peaks.to_dict("index").items(), start=1):
        if subject in columns:
            estimates: dict[str, Estimate] = {str(name): found(value) for name, value in values.items()}
            name = work.analysis.variables[0].name
            out += subject_cells(
                work, row, columns[str(subject)], str(subject), estimates, variable=name, conditions=where
            )
    return frame_of(out)


def _peaks(work: Work) -> pd.DataFrame:
    """x, y, days between the peaks and whether they are near, by subject."""
    options, name = work.analysis.options, work.analysis.variables[0].name
    rows = work.rows.loc[work.rows[[name, options["upper"]]].notna().all(axis="columns")]
    rows = rows.loc[rows[options["upper"]] > 0]
    multiple = (rows[name] / rows[options["upper"]]).rename("multiple")
    table = pd.DataFrame(
        {"subject": rows[SUBJECT], "day": rows[options["day"]], "multiple": multiple}, index=rows.index
    )
    axes: dict[str, pd.DataFrame] = {}
    for axis in ("x", "y"):
        part = table.loc[rows[options["parameter"]].isin(work.analysis.option_list(axis))]
        peak = part.groupby("subject", sort=True)["multiple"].transform("max")
        axes[axis] = part.loc[part["multiple"] == peak]
    both = axes["x"].merge(axes["y"], on="subject", suffixes=("_x", "_y"))
    both = both.assign(days=(both["day_x"] - both["day_y"]).abs())
    both = both.sort_values(["subject", "days"], kind="stable").drop_duplicates("subject")
    near = both["days"] <= number_option(work.analysis, "days", DAYS)
    return pd.DataFrame(
        {
            "x": both["multiple_x"],
            "y": both["multiple_y"],
            "days": both["days"],
            "within": near.astype("float64"),
        }
    ).set_axis(both["subject"].astype("str"), axis="index")


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    out = refuse_absent(
        analysis,
        upper="the variable of the upper limit of the reference range",
        day="the variable of the study day",
        parameter="the variable of the parameter",
        x="the parameters of the x axis",
        y="the parameters of the y axis",
    )
    out += refuse_several(analysis, "upper", "day", "parameter")
    for name in (*CUTS, "days"):
        out += refuse_number(analysis, name, above=0)
    both = set(analysis.option_list("x")) & set(analysis.option_list("y"))
    return out + [BadCell(f"{name} is on both axes") for name in sorted(both)]


METHOD = Method(
    name="Liver screening",
    run=run,
    rows=summary_then_paths,
    statistics={
        **dict.fromkeys(("n", *QUADRANTS, "both_within", "days", "within"), WHOLE),
        "x": Decimals(2),
        "y": Decimals(2),
    },
    lines=(
        Line(label="Subjects with both values", template="{n}"),
        Line(label="Both peaks at or above the lines (within the days)", template="{both} ({both_within})"),
        Line(label="Peak at or above the line of the x axis alone", template="{x_only}"),
        Line(label="Peak at or above the line of the y axis alone", template="{y_only}"),
        Line(label="Peak x, y; days between", template="{x}, {y}; {days}"),
    ),
    needs=("Variables",),
    most={"Variables": 1},
    numeric=True,
    options=("upper", "day", "parameter", "x", "y", *CUTS, "days"),
    naming=("upper", "day", "parameter"),
    numbers=("upper", "day"),
    kind="Figure",
    drawn=("n", "x", "y", "within"),
    refuse=refuse,
)
