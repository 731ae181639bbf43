"""MMRM against SAS PROC MIXED and R's mmrm run on to full convergence, where their files are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from il2cdisc.stats.mmrm import mmrm, model
from il2cdisc.stats.mmrm.likelihood import evaluate
from il2cdisc.stats.mmrm.optimise import Minimisation, Search, natural_derivatives

OWN = Path(__file__).parent / "reference"
PLACES = [folder / "shared" / "oracles" / "mmrm" for folder in Path(__file__).resolve().parents]
ORACLES = next((place for place in PLACES if place.is_dir()), PLACES[-1])
published = pytest.mark.skipif(not ORACLES.is_dir(), reason="the published data are not here")

SIM36 = "CHG ~ BASE + TRT*AVISIT + BASE:AVISIT + STRATA"
FULL = "FEV1 ~ RACE + SEX + ARMCD*AVISIT"
MODELS = {
    "sim36_mmrm.json": (SIM36, "TRT"),
    "fev_armcd_r_polished.json": ("FEV1 ~ ARMCD", "ARMCD"),
    "fev_base_r_polished.json": ("FEV1 ~ FEV1_BL*AVISIT + ARMCD*AVISIT + RACE + SEX", "ARMCD"),
    "fev_full_r_polished.json": (FULL, "ARMCD"),
}
COLUMNS = {
    "estimate": ("emmean", "estimate"),
    "se": ("SE",),
    "df": ("df",),
    "statistic": ("t.ratio",),
    "p_value": ("p.value",),
    "lower": ("lower.CL",),
    "upper": ("upper.CL",),
}


def place(name: str) -> Path:
    """Data of our own are here, the published ones beside the project."""
    return OWN / name if (OWN / name).exists() else ORACLES / name


def read(name: str) -> pd.DataFrame:
    data = pd.read_csv(place(name), dtype={"USUBJID": str})
    levels = {
        "TRT": ["PBO", "ACT"],
        "ARMCD": ["PBO", "TRT"],
        "RACE": ["Asian", "Black or African American", "White"],
        "SEX": ["Male", "Female"],
    }
    return data.assign(**{k: pd.Categorical(data[k], v) for k, v in levels.items() if k in data})


def fit(formula: str, **arguments):
    data = read("sim36.csv" if formula == SIM36 else "fev_data.csv")
    return mmrm(formula, data, subject="USUBJID", visit="AVISIT", **arguments)


def same(found: pd.DataFrame, rows: list[dict], rtol: float = 1e-8) -> None:
    assert len(found) == len(rows)
    for column, names in COLUMNS.items():
        name = next((name for name in names if name in rows[0]), None)
        if name is not None:
            expected = [float(row[name]) for row in rows]
            np.testing.assert_allclose(found[column], expected, rtol=rtol, atol=1e-12, err_msg=column)


@pytest.mark.parametrize(
    "file", [name if (OWN / name).exists() else pytest.param(name, marks=published) for name in MODELS]
)
@pytest.mark.parametrize(("key", "ddf"), [("sat", "satterthwaite"), ("krl", "kenward-roger")])
def test_equals_r_at_full_convergence(file, key, ddf):
    """R's "Kenward-Roger-Linear" is the natural parametrisation of UN, in which SAS works."""
    formula, arm = MODELS[file]
    expected = json.loads(place(file).read_text())[key]
    found = fit(formula, ddf=ddf)
    assert found.converged
    assert found.deviance == pytest.approx(expected["deviance"], rel=1e-12)
    np.testing.assert_allclose(found.covariance, expected["Sigma"], rtol=1e-8)
    named = {name: ":".join(sorted(name.split(":"))) for name in found.coefficients.index}
    coefficients = found.coefficients["estimate"].rename(named)
    for name, value in expected["coef"].items():
        assert coefficients[":".join(sorted(name.split(":")))] == pytest.approx(value, rel=1e-8)
    by = {"by": "AVISIT"}
    if "AVISIT" not in formula:  # R repeats the same means for each visit
        by, n = {}, len(expected["emm"]) // 4
        expected = {k: expected[k][: n // (1 + (k == "diff"))] for k in ("emm", "emm_prop", "diff", "avg")}
    same(found.lsmeans(arm, **by), expected["emm"])
    same(found.lsmeans(arm, weights="observed", **by), expected["emm_prop"])
    same(found.differences(arm, reference="PBO", **by), expected["diff"])
    same(found.differences(arm, reference="PBO"), expected["avg"])


@pytest.mark.parametrize(("key", "ddf"), [("36 sat", "satterthwaite"), ("36 krl", "kenward-roger")])
def test_joint_tests_equal_r(key, ddf):
    expected = json.loads(place("sim36_mmrm.json").read_text())["joint"][key]
    found = fit(SIM36, ddf=ddf)
    arms = {"ACT": 1, "PBO": -1}
    visits = [f"V{i}" for i in range(1, 7)]
    changes = [{"TRT": arms, "AVISIT": {visit: 1, "V1": -1}} for visit in visits[1:]]
    tests = found.tests().set_index("term")
    for name, row in {
        "inter": tests.loc["TRT:AVISIT"],
        "strata": tests.loc["STRATA"],
        "trtany": found.joint([{"TRT": arms, "AVISIT": {"V1": 1}}, *changes]).iloc[0],
    }.items():
        values = [row["num_df"], row["den_df"], row["statistic"], row["p_value"]]
        np.testing.assert_allclose(values, list(expected[name].values()), rtol=1e-8, err_msg=name)


GLS = json.loads((OWN / "r_values.json").read_text())


@pytest.mark.parametrize("structure", ["CS", "CSH", "AR1", "ARH1", "UN"])
@pytest.mark.parametrize("method", ["REML", "ML"])
def test_equals_gls_for_each_structure(structure, method):
    """nlme's gls stops a little before the optimum."""
    deviance, estimate, *se = GLS[f"gls {structure} {method}"]
    found = fit(SIM36, covariance=structure, method=method, ddf="satterthwaite")
    row = found.coefficients.loc["TRTACT"]
    assert found.deviance == pytest.approx(deviance, rel=1e-9)
    assert found.deviance <= deviance + 1e-8 * deviance
    assert row["estimate"] == pytest.approx(estimate, rel=1e-5)
    if se:
        assert row["se"] == pytest.approx(se[0], rel=1e-5)


NAMES = {"us": "UN", "toep": "TOEP", "toeph": "TOEPH", "ar1": "AR1", "arh1": "ARH1"}
NAMES |= {"cs": "CS", "csh": "CSH", "adh": "ANTE1"}


@published
@pytest.mark.parametrize("structure", NAMES)
@pytest.mark.parametrize(("file", "ddf"), [("kr", "kenward-roger"), ("kr1", "kenward-roger-linear")])
def test_equals_sas_for_each_structure(structure, file, ddf):
    """SAS stops before the optimum; the tolerances are what that is worth."""
    expected = pd.read_csv(ORACLES / "sas_kr_fev_armcd" / f"{file}_{structure}.csv").iloc[0]
    found = fit("FEV1 ~ ARMCD", covariance=NAMES[structure], ddf=ddf)
    row = found.differences("ARMCD", reference="PBO").iloc[0]
    assert row["estimate"] == pytest.approx(expected["Estimate"], abs=5e-4)
    assert row["se"] == pytest.approx(expected["StdErr"], rel=2e-4)
    assert row["df"] == pytest.approx(expected["DF"], rel=1e-3)


R_NAMES = {"us": "UN", "toep": "TOEP", "toeph": "TOEPH", "ar1": "AR1", "ar1h": "ARH1"}
R_NAMES |= {"cs": "CS", "csh": "CSH", "ad": "AD", "adh": "ANTE1"}


@published
@pytest.mark.parametrize("structure", R_NAMES)
def test_equals_r_as_shipped_for_each_structure(structure):
    """R's optimiser stops early too; never below our deviance."""
    expected = json.loads((ORACLES / "fev_all_structures_r.json").read_text())[f"{structure}_Satterthwaite"]
    found = fit(FULL, covariance=R_NAMES[structure], ddf="satterthwaite")
    assert -1e-5 < found.deviance - expected["minus2ll"] < 1e-9
    same(found.lsmeans("ARMCD", by="AVISIT")[["estimate", "se"]], _only(expected["lsmeans"]), 2e-4)
    rows = _only(expected["diffs_TRT_minus_PBO"], "df")
    found_rows = found.differences("ARMCD", by="AVISIT", reference="PBO")[["estimate", "se", "df"]]
    np.testing.assert_allclose(found_rows["estimate"], [row["estimate"] for row in rows], atol=5e-4)
    np.testing.assert_allclose(found_rows["se"], [row["SE"] for row in rows], rtol=2e-4)
    np.testing.assert_allclose(found_rows["df"], [row["df"] for row in rows], rtol=1e-3)


def _only(rows: list[dict], *more: str) -> list[dict]:
    return [{k: v for k, v in row.items() if k in ("emmean", "estimate", "SE", *more)} for row in rows]


@published
def test_ml_equals_r_as_shipped():
    expected = json.loads((ORACLES / "fev_all_structures_r.json").read_text())["us_Satterthwaite_ML"]
    found = fit(FULL, ddf="satterthwaite", method="ML")
    assert -1e-5 < found.deviance - expected["minus2ll"] < 1e-9
    rows = found.differences("ARMCD", by="AVISIT", reference="PBO")
    for row, value in zip(rows.itertuples(), expected["diffs_TRT_minus_PBO"], strict=True):
        assert row.estimate == pytest.approx(value["estimate"], abs=5e-4)
        assert row.se == pytest.approx(value["SE"], rel=2e-4)
        assert row.df == pytest.approx(value["df"], rel=1e-3)


# ---- SAS's own path: MIVQUE0, plain Newton-Raphson on the covariances, stopped by its criterion


class SasPath:
    """Stands in for the search: where SAS goes and where it stops."""

    def __init__(self, constant: float) -> None:
        self.constant, self.history = constant, list[float]()

    def __call__(self, problem: Minimisation, ordinary: np.ndarray) -> Search:
        data, structure = problem.data, problem.structure
        natural = mivque0(data)
        spare = data.n - data.p
        while True:
            sigma = structure.matrix(natural, data.m)
            point = evaluate(data, sigma, reml=True)
            assert point is not None
            slope, bend = natural_derivatives(data, structure, natural, point, reml=True)
            deviance = point.deviance + self.constant
            self.history.append(deviance)
            step = np.linalg.solve(bend, slope)
            if slope @ step / abs(deviance - spare * np.log(2 * np.pi)) <= 1e-8:
                return Search(structure.start(sigma), sigma, point, len(self.history), True, "as SAS")
            natural = natural - step


def mivque0(data) -> np.ndarray:
    """Minimum variance quadratic unbiased estimation at the identity (Rao), in dense matrices."""
    seen = data.patterns[data.pattern]
    subject, visit = np.nonzero(seen)
    x, y = data.x[seen], data.y[seen]
    away = np.eye(len(y)) - x @ np.linalg.solve(x.T @ x, x.T)
    same_subject = subject[:, None] == subject[None, :]
    products = []
    for a, b in zip(*np.tril_indices(data.m), strict=True):
        pair = (visit[:, None] == a) & (visit[None, :] == b) & same_subject
        products.append(away @ (pair | pair.T).astype(float))
    left = np.array([[(one * two.T).sum() for two in products] for one in products])
    residual = away @ y
    # away' E away: the second factor is in `residual`
    return np.linalg.solve(left, [y @ product @ residual for product in products])


def by_sas_path(formula: str, monkeypatch, **arguments):
    data = read("fev_data.csv")
    fitted = fit(formula)
    matrix, scale = fitted._design.matrix, fitted._fitted.scale
    spare = matrix.shape[0] - matrix.shape[1]
    path = SasPath(float(np.linalg.slogdet(matrix.T @ matrix)[1] + 2 * spare * np.log(scale)))
    monkeypatch.setattr(model, "minimise", path)
    return mmrm(formula, data, subject="USUBJID", visit="AVISIT", **arguments), path.history


@published
def test_sas_kenward_roger_by_its_own_path(monkeypatch):
    expected = pd.read_csv(ORACLES / "sas_kr_fev_armcd" / "kr_us.csv").iloc[0]
    found, history = by_sas_path("FEV1 ~ ARMCD", monkeypatch)
    row = found.differences("ARMCD", reference="PBO").iloc[0]
    names = {"estimate": "Estimate", "se": "StdErr", "df": "DF", "statistic": "tValue"}
    names |= {"p_value": "Probt", "lower": "Lower", "upper": "Upper"}
    for ours, theirs in names.items():
        assert row[ours] == pytest.approx(expected[theirs], rel=1e-10), ours
    assert round(history[-1], 8) == 3667.96276376  # as SAS prints it


def printed(lines: list[str], width: int) -> list[tuple[list[str], list[float]]]:
    """Rows of a printed table: their labels, and the last `width` numbers."""
    out = []
    for line in lines:
        parts = line.replace("<.0001", "0.0000").split()
        if len(parts) > width and all(re.fullmatch(r"-?\d*\.?\d+", part) for part in parts[-width:]):
            out.append((parts[:-width], [float(part) for part in parts[-width:]]))
    return out


@published
def test_all_printed_ls_means_of_sas_by_its_own_path(monkeypatch):
    """36 LS means and differences with estimate, SE, DF and limits (180 numbers), t and p besides."""
    text = (ORACLES / "sas_listing_fev_full.txt").read_text().splitlines()
    found, history = by_sas_path(FULL, monkeypatch, ddf="satterthwaite")
    assert [round(value, 8) for value in history[1:]] == [3386.46126144, 3386.44987722]  # SAS's history
    covariances = [line.split() for line in text if line.strip().startswith("UN(")]
    assert len(covariances) == 10
    order = ["VIS2", "VIS3", "VIS4", "VIS1"]  # of the visits in SAS
    for name, _, value, *_ in covariances:
        row, column = (order[int(number) - 1] for number in re.findall(r"\d", name))
        assert abs(found.covariance.loc[row, column] - float(value)) <= 0.00005 + 1e-9
    means = found.lsmeans(["AVISIT", "ARMCD"])
    pairs = found.differences(["AVISIT", "ARMCD"])
    table = {(row.AVISIT, row.ARMCD): row for row in means.itertuples()}
    table |= {(row.AVISIT, row.ARMCD, row.reference): row for row in pairs.itertuples()}
    rows = [row for row in printed(text, 8) if row[0] and row[0][0] == "AVISIT*ARMCD"]
    assert len(rows) == 36
    checked = 0
    for labels, (estimate, se, df, t, p, _, lower, upper) in rows:
        key, sign = tuple(labels[1:3]), 1
        if len(labels) == 5:
            key, other = (*key, ", ".join(labels[3:])), (*labels[3:], ", ".join(key))
            if key not in table:
                key, sign = other, -1
        row = table[key]
        limits = (row.lower, row.upper) if sign == 1 else (-row.upper, -row.lower)
        values = (sign * row.estimate, row.se, row.df, *limits)
        for value, expected, digits in zip(
            values, (estimate, se, df, lower, upper), (4, 4, 0, 4, 4), strict=True
        ):
            assert abs(value - expected) <= 0.5 * 10**-digits + 1e-9, (labels, value, expected)
            checked += 1
        assert abs(sign * row.statistic - t) <= 0.005 + 1e-9
        assert abs(row.p_value - p) <= 0.00005 + 1e-9
    assert checked == 180


@published
def test_type_iii_tests_of_sas_by_its_own_path(monkeypatch):
    """SAS's last level is its reference: with ours put first, the df of its F tests follow too."""
    expected = {
        "RACE": (2, 166, 36.92),
        "SEX": (1, 166, 0.38),
        "ARMCD": (1, 169, 31.67),
        "AVISIT": (3, 148, 142.11),
        "ARMCD:AVISIT": (3, 148, 0.26),
    }
    found, _ = by_sas_path(FULL, monkeypatch, ddf="satterthwaite")
    for row in found.tests().itertuples():
        num_df, den_df, statistic = expected[row.term]
        assert (row.num_df, round(row.den_df), round(row.statistic, 2)) == (num_df, den_df, statistic)
