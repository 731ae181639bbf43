"""The heavier estimators beside a named peer: time, and that both give the same where they should.

    python benchmarks/stats/bench_estimators.py [--runs 5]

Prints a Markdown table of milliseconds (median). Where no library does the same, the peer is the nearest one
and its name says what it does instead. R's own time is taken, without its start.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import fisher_exact as scipy_fisher
from scipy.stats import mannwhitneyu, permutation_test, rankdata
from statsmodels.imputation.mice import MICEData
from statsmodels.stats.proportion import confint_proportions_2indep

from il2cdisc.stats.contingency import fisher_exact
from il2cdisc.stats.cox import cox
from il2cdisc.stats.imputation import impute_jump_to_reference, impute_mar
from il2cdisc.stats.pls import bootstrap_importance
from il2cdisc.stats.ranks import hodges_lehmann, wilcoxon_exact
from il2cdisc.stats.risk_difference import miettinen_nurminen, miettinen_nurminen_stratified


@dataclass(frozen=True)
class Line:
    """One row of the table: ours, and a peer that does the same or the nearest there is."""

    name: str
    ours: Callable[[], object]
    peer_name: str = ""
    peer: Callable[[], object] | None = None


def seconds(call: Callable[[], object], runs: int) -> float:
    """The median time of a call, after one that is not counted."""
    call()
    times: list[float] = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def in_r(setup: str, code: str, package: str) -> Callable[[], object] | None:
    """R's own time of `code` in seconds, start of R left out; None without R or the package."""
    program = shutil.which("Rscript")
    if program is None:
        return None
    script = f"""if (!requireNamespace("{package}", quietly = TRUE)) quit(status = 3)
    suppressMessages(library({package})); {setup}; invisible({code})
    cat(median(replicate(5, system.time({code})[["elapsed"]])))"""
    done = subprocess.run([program, "-e", script], capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    return lambda: float(done.stdout.split()[-1])


def lines() -> list[Line]:
    """The cases; synthetic numbers, the same on every run."""
    random = np.random.default_rng(2023)
    x, y = random.normal(0.4, 1, 60), random.normal(0, 1, 60)
    x_ties, y_ties = np.round(x, 1), np.round(y, 1)
    strata = np.array([[12, 30, 8, 31], [9, 25, 5, 24], [14, 40, 9, 38], [3, 12, 4, 14], [0, 9, 2, 8]]).T
    table = np.array([[16, 65, 3], [15, 66, 1], [5, 74, 1]])
    outcomes, group, base = trial(random, 200, 5)
    covariates = {"base": pd.Series(base)}
    n = 300
    event_time, event = np.round(random.exponential(50, n)) + 1, random.integers(0, 2, n)
    arm, age = np.arange(n) % 2, np.round(random.normal(50, 9, n), 1)
    cells = pd.DataFrame(random.normal(size=(34, 30)), columns=[f"c{i}" for i in range(30)])
    change = cells["c0"] + random.normal(size=34)

    def permuted() -> object:
        ranks = rankdata(np.concatenate([x_ties, y_ties]))
        return permutation_test(
            (ranks[:60], ranks[60:]), lambda a, b: a.sum() - b.sum(), n_resamples=9999, rng=1
        )

    def chained() -> object:
        np.random.seed(1)
        data = MICEData(pd.DataFrame(outcomes).assign(base=base, arm=(group == "A").astype(float)))
        return [data.next_sample() for _ in range(20)]

    r_cox = in_r(
        f"t <- c({','.join(map(str, event_time))}); d <- c({','.join(map(str, event))}); "
        f"a <- c({','.join(map(str, arm))}); g <- c({','.join(map(str, age))})",
        'coxph(Surv(t, d) ~ a + g, ties = "efron")',
        "survival",
    )
    return [
        Line(
            "exact Wilcoxon, 60 v 60, no ties",
            lambda: wilcoxon_exact(x, y),
            "scipy `mannwhitneyu(method='exact')`",
            lambda: mannwhitneyu(x, y, method="exact"),
        ),
        Line(
            "exact Wilcoxon, 60 v 60, ties",
            lambda: wilcoxon_exact(x_ties, y_ties),
            "scipy, 9,999 permutations",
            permuted,
        ),
        Line("Hodges-Lehmann with exact limits, 60 v 60", lambda: hodges_lehmann(x_ties, y_ties)),
        Line(
            "Miettinen-Nurminen, 56/70 v 48/80",
            lambda: miettinen_nurminen(56, 70, 48, 80),
            "statsmodels `method='score'` (another interval)",
            lambda: confint_proportions_2indep(56, 70, 48, 80, method="score", compare="diff"),
        ),
        Line("Miettinen-Nurminen, 5 strata", lambda: miettinen_nurminen_stratified(*strata)),
        Line(
            "Miettinen-Nurminen, 5 strata, own weights",
            lambda: miettinen_nurminen_stratified(*strata, weights="score"),
        ),
        Line(
            "Fisher, 3 x 3, 246 subjects, exact",
            lambda: fisher_exact(table),
            "scipy, 9,999 random tables",
            lambda: scipy_fisher(table),
        ),
        Line(
            "imputation at random, 200 x 5, 20 draws",
            lambda: impute_mar(pd.DataFrame(outcomes), group=group, covariates=covariates, draws=20, seed=1),
            "statsmodels `MICEData`, 20 draws",
            chained,
        ),
        Line(
            "jump to reference, 200 x 5, 20 draws",
            lambda: impute_jump_to_reference(
                pd.DataFrame(outcomes), group=group, reference="B", covariates=covariates, draws=20, seed=1
            ),
        ),
        Line(
            "Cox, 300 subjects, two terms, Efron",
            lambda: cox(event_time, event, {"arm": arm, "age": age}, ties="efron"),
            "R `coxph`",
            r_cox,
        ),
        Line(
            "PLS, 34 x 30, two components, 500 resamples",
            lambda: bootstrap_importance(change, cells, components=2, resamples=500, seed=1),
        ),
    ]


def trial(
    random: np.random.Generator, n: int, visits: int
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Outcomes by visit with dropout of a fifth and gaps, two groups, a baseline."""
    group = np.array(["A", "B"])[np.arange(n) % 2]
    base = random.normal(25, 4, n)
    own = random.normal(0, 3, n)
    values = np.column_stack(
        [0.6 * base + own - 1.5 * v * (group == "A") - v + random.normal(0, 3, n) for v in range(visits)]
    )
    last = np.where(random.random(n) < 0.2, random.integers(1, visits, n), visits)
    values[np.arange(visits) >= last[:, None]] = np.nan
    values[random.random(values.shape) < 0.02] = np.nan
    return {f"v{v}": values[:, v] for v in range(visits)}, group, base


def main() -> None:
    """Run all lines and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    print("| | il2cdisc, ms | peer, ms | peer |\n| --- | ---: | ---: | --- |")
    for line in lines():
        ours = 1000 * seconds(line.ours, runs)
        if line.peer is None:
            shown, name = "", line.peer_name and f"{line.peer_name}: not installed"
        elif line.peer_name.startswith("R "):
            shown, name = f"{1000 * float(str(line.peer())):.1f}", line.peer_name
        else:
            shown, name = f"{1000 * seconds(line.peer, runs):.1f}", line.peer_name
        print(f"| {line.name} | {ours:.1f} | {shown} | {name} |", flush=True)


if __name__ == "__main__":
    main()
