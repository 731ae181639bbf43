"""The pilot's published results: from the displays of the build, or from the estimators on its datasets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from il2cdisc.base.rounding import round_half_up
from il2cdisc.stats.ancova import Ancova, ancova, slope
from il2cdisc.stats.cmh import cmh, stratified_table
from il2cdisc.stats.contingency import fisher_exact
from il2cdisc.stats.descriptive import describe
from il2cdisc.stats.estimates import Estimate
from il2cdisc.stats.mmrm import mmrm
from il2cdisc.stats.survival import kaplan_meier, log_rank

TRIAL = Path(__file__).parent
PUBLISHED = pd.read_csv(TRIAL / "published.csv", dtype="str", keep_default_na=False)
ARMS = {"Placebo": "Placebo", "Low": "Xanomeline Low Dose", "High": "Xanomeline High Dose"}
PAIRS = {
    "Low - Placebo": ("Low", "Placebo"),
    "High - Placebo": ("High", "Placebo"),
    "High - Low": ("High", "Low"),
}
Read = Callable[[str], pd.DataFrame]
Found = dict[tuple[str, str, str, str], float]
"""Variable, place, statistic and group → number; NaN where there is none."""


@pytest.fixture(scope="session")
def displayed(outputs: Path) -> dict[tuple[str, ...], float]:
    """Numbers of the displays: display, analysis, variable, place, statistic, group."""
    data = pd.read_csv(outputs / "results" / "results.csv", keep_default_na=False)
    places = data[["group2_level", "group3_level"]].to_numpy(dtype=object)
    out = {}
    for row, place in zip(data.itertuples(), places, strict=True):
        path = [part for part in (*place, row.level) if part]
        # a term is the last variable of its path; the first of the path is above it
        at = " > ".join(dict.fromkeys(path))
        value = float(row.value) if row.value != "" else np.nan
        out[row.display, row.analysis, row.variable, at, row.statistic, row.group1_level] = value
    return out


@pytest.mark.parametrize("number", PUBLISHED["number"].unique())
def test_equals_what_was_published(
    number: str, displayed: dict[tuple[str, ...], float], computed: Callable[[str], Found]
) -> None:
    """All cells of a published row, at the digits that were printed."""
    rows = PUBLISHED[PUBLISHED["number"] == number]
    wrong = []
    for row in rows.itertuples():
        if row.source == "computed":
            value = computed(row.analysis)[row.variable, row.place, row.statistic, row.group]
        else:
            group = ARMS.get(row.group, row.group)
            key = (row.source, row.analysis, row.variable, row.place, row.statistic, group)
            value = displayed[key]
        if not prints(value, row.printed):
            wrong.append((row.table, row.place, row.statistic, row.group, row.printed, value))
    assert not wrong


def prints(value: float, printed: str) -> bool:
    """Whether a number rounds to what was printed, halves away from zero."""
    if printed == "NA":
        return bool(np.isnan(value))
    if printed.startswith("<"):
        return bool(value < float(printed[1:]))
    digits = len(printed.partition(".")[2])
    return bool(np.isfinite(value)) and round_half_up(value, digits) == Decimal(printed)


@pytest.mark.parametrize(
    ("value", "printed", "same"),
    [(0.25, "0.3", True), (0.25, "0.2", False), (-0.04, "-0.0", True), (0.00011, "<.0001", False)],
)
def test_a_wrong_number_is_seen(value: float, printed: str, same: bool) -> None:
    assert prints(value, printed) == same


@pytest.fixture(scope="session")
def computed(derived: Read, published: Read, sdtm: Read) -> Callable[[str], Found]:
    """The results of a function below, by its name; each is called once."""

    def call(name: str) -> Found:
        if name == "previous_visit":
            return previous_visit(published)
        return medication(derived, sdtm) if name == "medication" else COMPUTED[name](derived)

    return cache(call)


def value_of(estimate: Estimate) -> float:
    return np.nan if estimate.error else float(estimate.value)


def by_arm(column: pd.Series) -> Iterable[tuple[str, pd.Series]]:
    return ((short, column == arm) for short, arm in ARMS.items())


def efficacy(data: pd.DataFrame) -> pd.DataFrame:
    """Analysed records of the efficacy population."""
    keep = (data["EFFFL"] == "Y") & (data["ITTFL"] == "Y") & (data["ANL01FL"] == "Y")
    return data[keep.to_numpy()]


def total(derived: Read) -> pd.DataFrame:
    data = efficacy(derived("adadas"))
    return data[(data["PARAMCD"] == "ACTOT").to_numpy()]


def last_total(derived: Read) -> pd.DataFrame:
    data = total(derived)
    return data[(data["AVISITN"] == 24).to_numpy()]


def inventory(derived: Read) -> pd.DataFrame:
    """The mean total of the inventory over weeks 4 to 24."""
    data = efficacy(derived("adnpix"))
    return data[((data["PARAMCD"] == "NPTOTMN") & (data["AVISITN"] == 98)).to_numpy()]


def impressions(derived: Read, week: int) -> pd.DataFrame:
    data = efficacy(derived("adcibc"))
    return data[(data["AVISITN"] == week).to_numpy()]


def fitted(data: pd.DataFrame, response: str, *covariates: str) -> Ancova:
    return ancova(
        data[response],
        data["TRTP"],
        levels=list(ARMS.values()),
        reference=ARMS["Placebo"],
        factors={"SITEGR1": data["SITEGR1"]},
        covariates={name: data[name] for name in covariates},
        weights="observed",
    )


def completion(derived: Read) -> Found:
    adsl = derived("adsl")
    table = pd.crosstab(adsl["TRT01P"], adsl["COMP24FL"])
    return {("COMP24FL", "", "p_value", ""): fisher_exact(table)}


def reasons(derived: Read) -> Found:
    adsl = derived("adsl")
    early = adsl["DCSREAS"].where(adsl["COMP24FL"] != "Y")
    return {
        ("DCSREAS", reason, "p_value", ""): fisher_exact(pd.crosstab(adsl["TRT01P"], early == reason))
        for reason in early.dropna().unique()
    }


def dose_response(derived: Read) -> Found:
    """The planned dose in mg as a number in place of the treatment."""
    data = inventory(derived)
    fit = slope(
        data["AVAL"],
        data["TRTPN"],
        factors={"SITEGR1": data["SITEGR1"]},
        covariates={"BASE": data["BASE"]},
    )
    return {("AVAL", "ADNPIX", "p_value", ""): fit.slope.p_value}


def ancova_error(derived: Read) -> Found:
    return {("CHG", "", "mse", ""): fitted(last_total(derived), "CHG", "BASE").mse}


def repeated(derived: Read) -> Found:
    """Mixed model for repeated measures of observed totals: unstructured, Kenward and Roger."""
    data = total(derived)
    data = data[((data["DTYPE"] != "LOCF") & (data["AVISITN"] > 0)).to_numpy()]
    data = data.assign(TRTP=pd.Categorical(data["TRTP"], list(ARMS.values())))
    formula = "CHG ~ TRTP*AVISITN + SITEGR1 + BASE*AVISITN"
    fit = mmrm(formula, data, subject="USUBJID", visit="AVISITN", covariance="UN", ddf="kenward-roger")
    out: Found = {("CHG", "", "deviance", ""): fit.deviance}
    means, at_visits = fit.lsmeans("TRTP"), fit.lsmeans("TRTP", by="AVISITN")
    last = at_visits[(at_visits["AVISITN"] == 24).to_numpy()]
    for place, table in (("", means), ("Week 24", last)):
        for short, arm in ARMS.items():
            row = table[(table["TRTP"] == arm).to_numpy()].iloc[0]
            out["CHG", place, "lsmean", short] = row["estimate"]
            out["CHG", place, "lsmean_se", short] = row["se"]
    for pair, (one, other) in PAIRS.items():
        table = fit.differences("TRTP", reference=ARMS[other])
        row = table[(table["TRTP"] == ARMS[one]).to_numpy()].iloc[0]
        for statistic, name in (("difference", "estimate"), ("difference_se", "se"), ("p_value", "p_value")):
            out["CHG", "", statistic, pair] = row[name]
        table = fit.differences("TRTP", by="AVISITN", reference=ARMS[other])
        row = table[((table["TRTP"] == ARMS[one]) & (table["AVISITN"] == 24)).to_numpy()].iloc[0]
        out["CHG", "Week 24", "p_value", pair] = row["p_value"]
    for visit in (8, 16, 24):
        out["CHG", f"Week {visit}", "variance", ""] = fit.covariance.loc[visit, visit]
    return out


def behaviour(derived: Read) -> Found:
    """Mean total of the inventory: summary, and analysis of covariance."""
    data = inventory(derived)
    fit = fitted(data, "AVAL", "BASE")
    out: Found = {}
    for short, here in by_arm(data["TRTP"]):
        for statistic, estimate in describe(data.loc[here, "AVAL"]).items():
            out["AVAL", "", statistic, short] = value_of(estimate)
    for pair, (one, other) in PAIRS.items():
        contrast = fit.contrast({ARMS[one]: 1, ARMS[other]: -1})
        out["AVAL", "", "difference", pair] = contrast.estimate
        out["AVAL", "", "difference_se", pair] = contrast.se
        out["AVAL", "", "difference_lower", pair] = contrast.lower
        out["AVAL", "", "difference_upper", pair] = contrast.upper
        out["AVAL", "", "p_value", pair] = contrast.p_value
    return out


def impression(derived: Read) -> Found:
    """Row mean scores by site group, on 2 degrees of freedom."""
    out: Found = {}
    for week in (8, 16, 24):
        data = impressions(derived, week)
        table = stratified_table(
            data["TRTP"], data["AVAL"], data["SITEGR1"], rows=list(ARMS.values()), columns=list(range(1, 8))
        )
        out["AVAL", f"Week {week}", "p_value", ""] = cmh(table).row_means.p_value
    return out


def worst(data: pd.DataFrame, code: str) -> pd.DataFrame:
    """The analysed record of a parameter, one a subject."""
    keep = (data["PARAMCD"] == code) & (data["ANL01FL"] == "Y") & (data["AVISITN"] != 99)
    return data[keep.to_numpy()]


def beyond_range(derived: Read) -> Found:
    out: Found = {}
    for name, code in (("adlbc", "ALB"), ("adlbc", "BUN"), ("adlbh", "EOS")):
        data = worst(derived(name), code)
        out["LBNRIND", code, "p_value", ""] = fisher_exact(pd.crosstab(data["TRTA"], data["LBNRIND"]))
    return out


def previous_visit(published: Read) -> Found:
    """Changes from the visit before, of the published datasets: no mapping derives those two."""
    out: Found = {}
    for name, code in (("adlbcpv", "_AST"), ("adlbhpv", "_EOS")):
        data = worst(published(name), code)
        table = pd.crosstab(data["TRTA"], data["ANRIND"])
        out["ANRIND", code, "p_value", ""] = fisher_exact(table)
        for short, arm in ARMS.items():
            for level in ("L", "N", "H"):
                out["ANRIND", f"{code} > {level}", "n", short] = float(table.loc[arm, level])
    return out


def shifts(derived: Read) -> Found:
    """General association of the category with the arm, by the category at baseline."""
    out: Found = {}
    for code in ("ALT", "AST", "CK", "GGT", "EOS"):
        data = worst(derived("adlbh" if code == "EOS" else "adlbc"), code)
        levels = {"rows": list(ARMS.values()), "columns": ["L", "N", "H"]}
        table = stratified_table(data["TRTP"], data["ANRIND"], data["BNRIND"], **levels)
        out["ANRIND", code, "p_value", ""] = cmh(table).general_association.p_value
    return out


def last_vital_sign(derived: Read) -> Found:
    """The last record of weeks 2 to 24: the report's end of treatment."""
    data = derived("advs")
    data = data[((data["AVISITN"] > 0) & (data["AVISITN"] <= 24) & data["AVAL"].notna()).to_numpy()]
    lying = (data["PARAMCD"] == "SYSBP") & (data["ATPT"] == "AFTER LYING DOWN FOR 5 MINUTES")
    out: Found = {}
    for place, where in (("SYSBP lying", lying), ("WEIGHT", data["PARAMCD"] == "WEIGHT")):
        rows = data[where.fillna(False).to_numpy(dtype=bool)].sort_values(["USUBJID", "AVISITN"])
        last = rows.groupby("USUBJID").tail(1)
        for short, here in by_arm(last["TRTA"]):
            for name in ("AVAL", "CHG"):
                for statistic, estimate in describe(last.loc[here, name]).items():
                    out[name, place, statistic, short] = value_of(estimate)
    return out


def medication(derived: Read, sdtm: Read) -> Found:
    adsl = derived("adsl")
    took = adsl["USUBJID"].isin(sdtm("cm")["USUBJID"])
    out: Found = {}
    for short, here in by_arm(adsl["TRT01A"]):
        out["USUBJID", "", "n", short] = float((took & here).sum())
        out["USUBJID", "", "p", short] = 100 * float(took[here].mean())
    return out


def time_to_event(derived: Read) -> Found:
    """Kaplan-Meier with plain limits, and the log-rank test of three arms."""
    data = derived("adtte")
    event = 1 - data["CNSR"]
    out: Found = {
        ("AVAL", "", "p_value", ""): log_rank(data["AVAL"], event, data["TRTA"]).test.p_value,
    }
    for short, here in by_arm(data["TRTA"]):
        curve = kaplan_meier(data.loc[here, "AVAL"], event[here], transform="plain")
        median = curve.quantile(0.5)
        out["AVAL", "", "events", short] = float(event[here].sum())
        out["AVAL", "", "censored", short] = float(data.loc[here, "CNSR"].sum())
        out["AVAL", "", "median", short] = value_of(median.estimate)
        out["AVAL", "", "median_lower", short] = value_of(median.lower)
        out["AVAL", "", "median_upper", short] = value_of(median.upper)
        for day, count in zip(range(0, 201, 20), curve.at(range(0, 201, 20))["at_risk"], strict=True):
            out["AVAL", f"Day {day}", "at_risk", short] = float(count)
    return out


COMPUTED = {
    function.__name__: function
    for function in (
        completion, reasons, dose_response, ancova_error, repeated,
        behaviour, impression, beyond_range, shifts, last_vital_sign, time_to_event,
    )
}  # fmt: skip
