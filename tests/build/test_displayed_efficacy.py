"""Cells of the efficacy tables against numbers computed once more from the transport files of ADaM.

Neither this file nor what it imports uses the engine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.build.recomputed import (
    ACTIVE,
    ARMS,
    VISITS,
    Estimate,
    Read,
    Table,
    ancova,
    mmrm,
    newcombe,
    p_text,
    pooled,
    shown,
    summary,
    wilson,
)
from tests.build.rtf_tables import RtfTable


def exponential(estimate: Estimate) -> str:
    """`ratio (lower, upper)` of an estimate of logarithms."""
    lower, upper = estimate.limits
    return f"{shown(math.exp(estimate.value), 2)} ({shown(math.exp(lower), 2)}, {shown(math.exp(upper), 2)})"


def test_primary_analysis(table: Table, data: Read) -> None:
    adcp, found = data("adcp"), table("t-14-2-1")
    adcp = adcp.loc[adcp["FASFL"] == "Y"]
    raw = adcp.loc[(adcp["PARAMCD"] == "TLHRTLH") & (adcp["ANL01FL"] == "Y")]
    for label, visit, name in (
        ("Baseline (Day 1), % of CD4+ cells", "Baseline", "AVAL"),
        ("Day 5, % of CD4+ cells", "Day 5", "AVAL"),
        ("Fold change, Day 5 / Day 1", "Day 5", "R2BASE"),
    ):
        parts = [summary(raw.loc[(raw["AVISIT"] == visit) & (raw["TRTP"] == arm), name], 1) for arm in ARMS]
        for line in parts[0]:
            assert found.cells(label, line) == tuple(part[line] for part in parts)
    rows = adcp.loc[(adcp["PARAMCD"] == "TLHRTLHL") & (adcp["ANL02FL"] == "Y")]
    model, top = ancova(rows, ACTIVE, "MDD"), "Analysis of covariance"
    means = model["active"], model["other"]
    assert found.cells(top, "n") == tuple(str((rows["TRTP"] == arm).sum()) for arm in ARMS)
    assert found.cells(top, "LS mean of log fold change (SE)") == tuple(
        f"{shown(m.value, 3)} ({shown(m.se, 3)})" for m in means
    )
    assert found.cells(top, "LS geometric mean fold change (95% CI)") == tuple(exponential(m) for m in means)
    ratio = model["difference"]
    assert found.cells(top, "Ratio of fold changes against placebo (95% CI)")[0] == exponential(ratio)
    assert found.cells(top, "p-value")[0] == p_text(ratio.p)
    robust = ancova(rows, ACTIVE, "MDD", robust=True)["difference"]
    sensitivity = table("t-14-2-1-1")
    assert sensitivity.cells("Ratio of fold changes against placebo (95% CI)")[0] == exponential(robust)
    assert sensitivity.cells("Analysis of covariance, robust standard errors", "p-value")[0] == p_text(
        robust.p
    )
    one, other = (rows.loc[rows["TRTP"] == arm, "CHG"].to_numpy() for arm in ARMS)
    shift = float(np.median(np.subtract.outer(one, other)))
    assert sensitivity.cells("Hodges-Lehmann shift (95% CI)")[0].split(" ")[0] == shown(shift, 3)
    exact = stats.mannwhitneyu(one, other, method="exact").pvalue
    assert sensitivity.cells("Rank sum test", "p-value")[0] == p_text(exact)


def lines_of(one: Estimate, other: Estimate, difference: Estimate) -> dict[str, tuple[str, ...]]:
    """The lines of an analysis of changes, with two decimals."""

    def spread(estimate: Estimate) -> str:
        return f"{shown(estimate.value, 2)} ({shown(estimate.se, 2)})"

    def limits(estimate: Estimate) -> str:
        return ", ".join(shown(value, 2) for value in estimate.limits)

    return {
        "LS mean (SE)": (spread(one), spread(other)),
        "95% CI": (limits(one), limits(other)),
        "Difference against placebo (SE)": (spread(difference), ""),
        "95% CI of the difference": (limits(difference), ""),
        "p-value": (p_text(difference.p), ""),
    }


@pytest.mark.parametrize(("name", "flag"), [("t-14-2-2", "ANL03FL"), ("t-14-2-2-2", "ANL04FL")])
def test_mixed_models(table: Table, data: Read, name: str, flag: str) -> None:
    """The key secondary analysis, and the one that leaves out what follows an event."""
    adhamd = data("adhamd")
    rows = adhamd.loc[(adhamd["FASFL"] == "Y") & (adhamd[flag] == "Y")]
    model, found = mmrm(rows, VISITS, ACTIVE, "MDD"), table(name)
    for visit in VISITS:
        expected = lines_of(*(model[visit, part] for part in ("active", "other", "difference")))
        own = rows.loc[rows["AVISIT"] == visit, "TRTP"]
        expected["n"] = tuple(str((own == arm).sum()) for arm in ARMS)
        assert {line: found.cells(visit, line) for line in expected} == expected
        assert found.cells(visit, "Covariance structure") == ("UN", "UN")


def test_covariance_by_visit_and_carried_forward(table: Table, data: Read) -> None:
    adhamd = data("adhamd")
    rows = adhamd.loc[adhamd["FASFL"] == "Y"]
    by_visit = table("t-14-2-2-3")
    for visit in VISITS:
        model = ancova(rows.loc[(rows["ANL03FL"] == "Y") & (rows["AVISIT"] == visit)], ACTIVE, "MDD")
        expected = lines_of(model["active"], model["other"], model["difference"])
        assert {line: by_visit.cells(visit, line) for line in expected} == expected
    carried = rows.loc[
        (rows["PARAMCD"] == "HAMD2TS") & (rows["ANL02FL"] == "Y") & (rows["AVISIT"] == "Day 60")
    ]
    model = ancova(carried, ACTIVE, "MDD")
    expected = lines_of(model["active"], model["other"], model["difference"])
    assert {line: table("t-14-2-2-4").cells(line) for line in expected} == expected


def imputed(rows: pd.DataFrame, base: str = "BASE", response: str = "CHG") -> dict[str, Estimate]:
    """Each draw by analysis of covariance, pooled."""
    fits = [ancova(own, ACTIVE, "MDD", base=base, response=response) for _, own in rows.groupby("DRAWNUM")]
    return {name: pooled([fit[name] for fit in fits], fits[0][name].df) for name in fits[0]}


def test_imputed_values(table: Table, data: Read) -> None:
    adhdmi, found = data("adhdmi"), table("t-14-2-2-1")
    last = adhdmi.loc[(adhdmi["FASFL"] == "Y") & (adhdmi["AVISIT"] == "Day 60")]
    for label, code in (("Missing at random", "HAMDMAR"), ("Jump to reference", "HAMDJ2R")):
        model = imputed(last.loc[last["PARAMCD"] == code])
        expected = lines_of(model["active"], model["other"], model["difference"])
        assert {line: found.cells(label, line) for line in expected} == expected
    unshifted = found.cells("Tipping point", "Delta 0", "Difference (SE)")
    assert unshifted == found.cells("Missing at random", "Difference against placebo (SE)")
    shifted = (last["DTYPE"] == "MI") & (last["TRTP"] == ACTIVE)
    rows = last.assign(shifted=shifted).loc[last["PARAMCD"] == "HAMDMAR"]
    deltas = ("0", "5", "10", "20", "40", "60", "80")
    tipping_point(found, rows, deltas, digits=2, top=("Tipping point",))


def test_imputed_values_of_the_primary_analysis(table: Table, data: Read) -> None:
    """Missing logarithms of the fold change at Day 5, shifted in both treatments."""
    adhdmi = data("adhdmi")
    rows = adhdmi.loc[(adhdmi["FASFL"] == "Y") & (adhdmi["PARAMCD"] == "TREGMAR")]
    rows = rows.assign(shifted=rows["DTYPE"] == "MI")
    assert rows.groupby("DRAWNUM")["USUBJID"].nunique().to_dict() == dict.fromkeys(range(1, 101), 36)
    assert rows["shifted"].any()
    tipping_point(table("t-14-2-1-2"), rows, ("0", "0.2", "0.4", "0.6", "0.8", "1", "1.5", "2"), digits=3)


def tipping_point(
    found: RtfTable, rows: pd.DataFrame, deltas: Sequence[str], *, digits: int, top: tuple[str, ...] = ()
) -> None:
    """Compare the lines of each delta, and the first one at which the difference is not significant."""
    first = "NE"
    for delta in deltas:
        model = imputed(rows.assign(CHG=rows["CHG"] + float(delta) * rows["shifted"]))["difference"]
        expected = {
            "Difference (SE)": f"{shown(model.value, digits)} ({shown(model.se, digits)})",
            "95% CI": ", ".join(shown(value, digits) for value in model.limits),
            "p-value": p_text(model.p),
        }
        place = (*top, f"Delta {delta}")
        assert {line: found.cells(*place, line) for line in expected} == {
            line: (text, "") for line, text in expected.items()
        }
        first = shown(float(delta), 1) if first == "NE" and model.p >= 0.05 else first
    assert found.cells(*top, "Tipping point")[0] == first


def test_composite_response(table: Table, data: Read) -> None:
    adhdmi, found = data("adhdmi"), table("t-14-2-3-1")
    rows = adhdmi.loc[
        (adhdmi["FASFL"] == "Y") & (adhdmi["ANL01FL"] == "Y") & (adhdmi["PARAMCD"] == "RESPCOMP")
    ]
    model = imputed(rows, base="", response="AVAL")
    lines = lines_of(model["active"], model["other"], model["difference"])
    expected = {name: lines[name] for name in list(lines)[2:]}
    expected["Proportion"] = tuple(shown(model[name].value, 2) for name in ("active", "other"))
    assert {line: found.cells(line) for line in expected} == expected


def test_response_and_remission(table: Table, data: Read) -> None:
    adhamd, found = data("adhamd"), table("t-14-2-3")
    rows = adhamd.loc[(adhamd["FASFL"] == "Y") & (adhamd["AVISIT"] == "Day 60") & (adhamd["ANL01FL"] == "Y")]
    sizes = list(found.sizes.values())
    for label, code in (
        ("Response (HDRS-21)", "RESPNRI"),
        ("Remission (HDRS-21)", "REMNRI"),
        ("Remission (HDRS-17)", "REM17NRI"),
    ):
        met = rows.loc[(rows["PARAMCD"] == code) & (rows["AVALC"] == "Y")]
        counts = [int(met.loc[met["TRTP"] == arm, "USUBJID"].nunique()) for arm in ARMS]
        difference, lower, upper = newcombe(counts[0], sizes[0], counts[1], sizes[1])
        fisher = stats.fisher_exact([[counts[0], sizes[0] - counts[0]], [counts[1], sizes[1] - counts[1]]])[1]
        limits = [
            tuple(100 * value for value in wilson(n, size)) for n, size in zip(counts, sizes, strict=True)
        ]
        expected = {
            "n/N (%)": tuple(
                f"{n}/{size} ({shown(100 * n / size, 1)})" for n, size in zip(counts, sizes, strict=True)
            ),
            "95% CI of the percentage": tuple(f"{shown(a, 1)}, {shown(b, 1)}" for a, b in limits),
            "Difference against placebo": (shown(100 * difference, 1), ""),
            "95% CI of the difference": (f"{shown(100 * lower, 1)}, {shown(100 * upper, 1)}", ""),
            "p-value": (p_text(float(fisher)), ""),
        }
        assert {line: found.cells(label, line) for line in expected} == expected
