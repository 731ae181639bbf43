"""The displays' numbers, made a second time from the raw files with pandas and statsmodels alone.

Nothing of il2cdisc is used but the results that it wrote: what agrees here was reached on two ways.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import statsmodels.formula.api as smf

RAW = Path(__file__).parents[2] / "raw"
ARMS = {"IL2": "Low-dose IL-2", "PBO": "Placebo"}
TARGETS = {"Day 5": (5, 2, 9), "Day 15": (15, 10, 21), "Day 29": (29, 22, 44), "Day 60": (60, 45, 75)}
COLUMNS = ["AGE", "ARM", "STRATUM", "first", "last"]
ITEMS_21 = [f"HD{n:02d}" for n in range(1, 22) if n not in (16, 18)] + ["HD18B"]


def csv(name: str, **options: str) -> pd.DataFrame:
    given = {"dtype": str, "keep_default_na": False} | options
    return pd.read_csv(RAW / name, **given)  # pyright: ignore[reportArgumentType, reportCallIssue]


def day(text: pd.Series) -> pd.Series:
    return pd.to_datetime(text, format="%d/%m/%Y", errors="coerce")


def decimal(text: pd.Series) -> pd.Series:
    return pd.to_numeric(text.str.replace(",", "."), errors="coerce")


@pytest.fixture(scope="module")
def subjects() -> pd.DataFrame:
    """Dosed subjects: arm, stratum as randomised, days of the first and last dose."""
    dm = csv("edc/dm.csv").merge(csv("restricted/rand.csv"), on="RANDNO")
    dosed = csv("edc/ex.csv").query("EXYN == 'S'").assign(day=lambda d: day(d["EXDAT"]))
    doses = dosed.groupby("SUBJID")["day"].agg(first="min", last="max").reset_index()
    return dm.merge(doses, on="SUBJID").set_index("SUBJID")[COLUMNS]


@pytest.fixture(scope="module")
def results(built: Path) -> pd.DataFrame:
    frame = pd.read_csv(built / "results" / "results.csv", keep_default_na=False)
    return frame.assign(value=pd.to_numeric(frame["value"]))


def nearest(rows: pd.DataFrame, visit: str) -> pd.DataFrame:
    """One row a subject: in the visit's window, nearest to its target, then the later."""
    target, low, high = TARGETS[visit]
    inside = rows[rows["ady"].between(low, high)]
    inside = inside.assign(away=(inside["ady"] - target).abs())
    return inside.sort_values(["away", "ady"], ascending=[True, False]).groupby("SUBJID").head(1)


def study_day(dates: pd.Series, first: pd.Series) -> pd.Series:
    days = (dates - first).dt.days
    return days + (days >= 0)


@pytest.fixture(scope="module")
def treg(subjects: pd.DataFrame) -> pd.DataFrame:
    """Share of regulatory T cells before the first dose and at day 5, a row a subject with both."""
    latin = {"sep": ";", "encoding": "latin-1"}
    flow = csv("lab/flow.csv", **latin).query("ANALYTE == 'TREG_PCT'")
    rows = flow.merge(csv("lab/samples.csv", **latin), on="BARCODE", validate="many_to_one")
    rows = rows.join(subjects, on="SUBJID", how="inner")
    rows = rows.assign(value=decimal(rows["RESULT"]), ady=study_day(day(rows["SAMPDAT"]), rows["first"]))
    rows = rows[rows["value"].notna()]
    base = rows[rows["ady"] <= 1].sort_values("ady").groupby("SUBJID")["value"].last().rename("base")
    return nearest(rows, "Day 5").join(base, on="SUBJID", how="inner")


def test_primary_analysis(treg: pd.DataFrame, results: pd.DataFrame) -> None:
    table = results[(results["display"] == "T-14-2-1") & (results["method"] == "ANCOVA")]

    def shown(arm: str, statistic: str) -> float:
        found = table[(table["group1_level"] == arm) & (table["statistic"] == statistic)]
        return float(found["value"].iloc[0])

    data = treg.assign(change=np.log(treg["value"] / treg["base"]), log_base=np.log(treg["base"]))
    fit = smf.ols("change ~ C(ARM, Treatment('PBO')) + C(STRATUM) + log_base", data).fit()
    active = "C(ARM, Treatment('PBO'))[T.IL2]"
    low, high = fit.conf_int().loc[active]
    assert (data["ARM"] == "IL2").sum() == shown("Low-dose IL-2", "n")
    assert (data["ARM"] == "PBO").sum() == shown("Placebo", "n")
    assert shown("Low-dose IL-2", "difference") == pytest.approx(fit.params[active], rel=1e-9)
    assert shown("Low-dose IL-2", "difference_se") == pytest.approx(fit.bse[active], rel=1e-9)
    assert shown("Low-dose IL-2", "difference_lower") == pytest.approx(low, rel=1e-9)
    assert shown("Low-dose IL-2", "difference_upper") == pytest.approx(high, rel=1e-9)
    assert shown("Low-dose IL-2", "p_value") == pytest.approx(fit.pvalues[active], rel=1e-8)
    # LS means: both strata count alike, the covariate at its mean
    for arm, name in ARMS.items():
        grid = pd.DataFrame(
            {"ARM": arm, "STRATUM": sorted(set(data["STRATUM"])), "log_base": data["log_base"].mean()}
        )
        assert shown(name, "lsmean") == pytest.approx(fit.predict(grid).mean(), rel=1e-9)


def test_scale_by_visit(subjects: pd.DataFrame, results: pd.DataFrame) -> None:
    forms, _ = pyreadstat.read_sav(RAW / "scales" / "hdrs.sav")
    rows = forms[forms["HDYN"] == 1].join(subjects, on="SUBJID", how="inner")
    items = rows[ITEMS_21].assign(HD16=rows["HD16A"].fillna(rows["HD16B"]))
    known = items.notna().sum(axis=1)
    total = (items.sum(axis=1) / known * 21).where(known >= 19)
    rows = rows.assign(total=total, ady=study_day(day(rows["HDDAT"]), rows["first"]))
    rows = rows[rows["total"].notna()]
    base = rows[rows["ady"] <= 1].sort_values("ady").groupby("SUBJID")["total"].last()
    table = results[(results["display"] == "T-14-2-4") & (results["method"] == "Continuous")]
    for visit in TARGETS:
        chosen = nearest(rows, visit)
        change = chosen["total"] - chosen["SUBJID"].map(base)
        for arm, name in ARMS.items():
            here = table[(table["group1_level"] == name) & (table["group2_level"] == visit)]
            for variable, values in {"AVAL": chosen["total"], "CHG": change}.items():
                values = values[chosen["ARM"] == arm]
                cells = here[here["variable"] == variable].set_index("statistic")["value"]
                assert cells["n"] == values.notna().sum(), (visit, name, variable)
                assert cells["mean"] == pytest.approx(values.mean(), rel=1e-9)
                assert cells["sd"] == pytest.approx(values.std(), rel=1e-9)
                assert cells["median"] == pytest.approx(values.median(), rel=1e-9)


def test_subjects_with_adverse_events(subjects: pd.DataFrame, results: pd.DataFrame) -> None:
    events = csv("edc/ae.csv").query("AEYN == 'S'").join(subjects, on="SUBJID", how="inner")
    onset = day(events["AESTDAT"])
    month = pd.to_datetime(events["AESTDAT"].str[-7:], format="%m/%Y", errors="coerce")
    latest = onset.fillna(month + pd.offsets.MonthEnd(0))  # a partial onset could be as late as this
    earliest = onset.fillna(month)
    inside = latest.isna() | (
        (latest >= events["first"]) & (earliest <= events["last"] + pd.Timedelta(days=30))
    )
    events = events[inside]
    table = results[(results["display"] == "T-14-3-1-2") & (results["method"] == "Subjects")]
    for arm, name in ARMS.items():
        shown = table[(table["group1_level"] == name) & (table["statistic"] == "n")]
        assert shown["value"].max() == events.loc[events["ARM"] == arm, "SUBJID"].nunique(), name


def test_age(subjects: pd.DataFrame, results: pd.DataFrame) -> None:
    table = results[(results["display"] == "T-14-1-7") & (results["variable"] == "AGE")]
    cells = table[table["group1_level"] == "Total"].set_index("statistic")["value"]
    ages = subjects["AGE"].astype(float)
    assert cells["mean"] == pytest.approx(ages.mean())
    assert (cells["min"], cells["max"], cells["n"]) == (ages.min(), ages.max(), len(ages))
