"""R as a peer on data of our own: its stored answers, and R itself where it is installed."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from il2cdisc.stats.cmh import cmh
from il2cdisc.stats.contingency import fisher_exact
from il2cdisc.stats.correlation import pearson, spearman
from il2cdisc.stats.cox import cox
from il2cdisc.stats.multiplicity import benjamini_hochberg, bonferroni, hochberg, holm, hommel
from il2cdisc.stats.ranks import hodges_lehmann, kruskal_wallis, signed_rank, wilcoxon, wilcoxon_exact
from il2cdisc.stats.survival import kaplan_meier, log_rank

RANDOM = np.random.default_rng(2023)
TIME = np.round(RANDOM.exponential(20, 60)) + 1
EVENT = RANDOM.integers(0, 2, 60)
GROUP, STRATUM = np.arange(60) % 2, np.arange(60) % 3
AGE = np.round(RANDOM.normal(50, 10, 60), 1)
X, Y = np.round(RANDOM.normal(0.4, 1, 13), 3), np.round(RANDOM.normal(0, 1, 11), 3)
P = [0.2, 0.013, 0.0004, 0.049, 0.041, 0.013, 0.6, 0.03]
TABLES = RANDOM.integers(0, 9, (3, 3, 4))


def _r(values: Iterable[float]) -> str:
    return f"c({','.join(repr(float(value)) for value in values)})"


DATA = f"""
t <- {_r(TIME)}; d <- {_r(EVENT)}; g <- {_r(GROUP)}; s <- {_r(STRATUM)}; age <- {_r(AGE)}
x <- {_r(X)}; y <- {_r(Y)}; p <- {_r(P)}
z <- aperm(array({_r(TABLES.ravel())}, c(4, 3, 3)), c(2, 1, 3))
one <- survfit(Surv(t, d) ~ 1, conf.type = "log-log"); at <- summary(one, times = c(5, 10, 22))
cx <- function(ties) {{
  m <- coxph(Surv(t, d) ~ g + age + strata(s), ties = ties, control = coxph.control(eps = 1e-12))
  c(coef(m), sqrt(diag(vcov(m)))) }}
w <- suppressWarnings(wilcox.test(x, y, exact = TRUE, conf.int = TRUE))
"""
ASKED = {
    "pearson": "c(cor.test(x[1:11], y)$conf.int, cor.test(x[1:11], y)$p.value)",
    "spearman": 'cor(round(x[1:11]), round(y), method = "spearman")',
    "bonferroni": 'p.adjust(p, "bonferroni")',
    "holm": 'p.adjust(p, "holm")',
    "hochberg": 'p.adjust(p, "hochberg")',
    "hommel": 'p.adjust(p, "hommel")',
    "benjamini_hochberg": 'p.adjust(p, "BH")',
    "wilcoxon": "c(w$statistic, w$p.value, w$conf.int)",
    "wilcoxon_ties": "suppressWarnings(wilcox.test(round(x), round(y), exact = FALSE)$p.value)",
    "signed_rank": "suppressWarnings(wilcox.test(round(x, 1), exact = FALSE)$p.value)",
    "kruskal": "kruskal.test(age, s)$statistic",
    "fisher": "fisher.test(z[, , 1], workspace = 2e7)$p.value",
    "cmh": "c(mantelhaen.test(z)$statistic, mantelhaen.test(z)$parameter)",
    "curve": "c(at$surv, at$std.err, at$lower, at$upper)",
    "quartiles": "unlist(quantile(one, c(0.25, 0.5)))",
    "log_rank": "survdiff(Surv(t, d) ~ s)$chisq",
    "stratified": "survdiff(Surv(t, d) ~ g + strata(s))$chisq",
    "peto": "survdiff(Surv(t, d) ~ g, rho = 1)$chisq",
    "breslow": 'cx("breslow")',
    "efron": 'cx("efron")',
}


ANSWERS = Path(__file__).parent / "reference" / "r_answers.json"


def ask_r() -> dict[str, list[float]]:
    """R's own answers, of one run. Raises `LookupError` where R or its package survival is not installed."""
    program = shutil.which("Rscript")
    if program is None:
        raise LookupError("R is not installed")
    lines = [f'cat("\\n{name}", sprintf("%.17g", {code}))' for name, code in ASKED.items()]
    needed = 'if (!requireNamespace("survival", quietly = TRUE)) quit(status = 3); library(survival)'
    done = subprocess.run(
        [program, "--vanilla", "-e", "\n".join([needed, DATA, *lines])],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode == 3:
        raise LookupError("R is without its package survival")
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines() if line.strip()]
    return {name: [float(text.replace("NA", "nan")) for text in values] for name, *values in rows}


@pytest.fixture(scope="module")
def r() -> dict[str, list[float]]:
    """The stored answers."""
    stored: dict[str, list[float | None]] = json.loads(ANSWERS.read_text())
    return {name: [np.nan if v is None else v for v in values] for name, values in stored.items()}


def test_stored_answers_are_those_of_r(r) -> None:
    try:
        answers = ask_r()
    except LookupError as missing:
        pytest.skip(str(missing))
    assert answers.keys() == r.keys()
    for name, values in answers.items():
        assert values == pytest.approx(r[name], rel=1e-9, nan_ok=True), name


def test_correlation_agrees(r):
    found = pearson(X[:11], Y)
    assert [found.lower, found.upper, found.p_value] == pytest.approx(r["pearson"], rel=1e-11)
    assert [spearman(np.round(X[:11]), np.round(Y)).estimate] == pytest.approx(r["spearman"], rel=1e-12)


@pytest.mark.parametrize("method", [bonferroni, holm, hochberg, hommel, benjamini_hochberg])
def test_multiplicity_agrees(method, r):
    assert method(P) == pytest.approx(r[method.__name__], rel=1e-12)


def test_ranks_agree(r):
    test, shift = wilcoxon_exact(X, Y), hodges_lehmann(X, Y)
    assert [test.statistic, test.p_value, shift.lower, shift.upper] == pytest.approx(r["wilcoxon"], rel=1e-11)
    assert [wilcoxon(np.round(X), np.round(Y)).p_value] == pytest.approx(r["wilcoxon_ties"], rel=1e-11)
    assert [signed_rank(np.round(X, 1)).p_value] == pytest.approx(r["signed_rank"], rel=1e-11)
    groups = {str(k): AGE[k == STRATUM] for k in range(3)}
    assert [kruskal_wallis(groups).statistic] == pytest.approx(r["kruskal"], rel=1e-11)


def test_tables_agree(r):
    assert [fisher_exact(TABLES[0])] == pytest.approx(r["fisher"], rel=1e-6)
    found = cmh(TABLES).general_association
    assert [found.statistic, found.df] == pytest.approx(r["cmh"], rel=1e-11)


def test_survival_agrees(r):
    curve = kaplan_meier(TIME, EVENT)
    here = curve.at([5, 10, 22])[["survival", "se", "lower", "upper"]].to_numpy().T.ravel()
    assert here == pytest.approx(r["curve"], rel=1e-11)
    quartiles = [curve.quantile(p) for p in (0.25, 0.5)]
    found = [getattr(q, part).value for part in ("estimate", "lower", "upper") for q in quartiles]
    assert found == pytest.approx(r["quartiles"], nan_ok=True)
    assert [log_rank(TIME, EVENT, STRATUM).test.statistic] == pytest.approx(r["log_rank"], rel=1e-10)
    stratified = log_rank(TIME, EVENT, GROUP, stratum=STRATUM)
    assert [stratified.test.statistic] == pytest.approx(r["stratified"], rel=1e-10)
    assert [log_rank(TIME, EVENT, GROUP, rho=1).test.statistic] == pytest.approx(r["peto"], rel=1e-10)


@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_cox_agrees(ties, r):
    fit = cox(TIME, EVENT, {"g": GROUP, "age": AGE}, stratum=STRATUM, ties=ties).coefficients.values()
    assert [c.estimate for c in fit] + [c.se for c in fit] == pytest.approx(r[ties], rel=1e-8)


if __name__ == "__main__":
    told = {name: [None if np.isnan(v) else v for v in values] for name, values in ask_r().items()}
    rows = [f"{json.dumps(name)}: {json.dumps(values)}" for name, values in told.items()]
    ANSWERS.write_text("{\n" + ",\n".join(rows) + "\n}\n")
