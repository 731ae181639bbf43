"""Mixed models on simulated trials: do they converge, to the best optimum, with intervals that cover?

    python tests/simulations/mmrm_trials.py [--trials 1000] [--processes 2]

Trials of 36 subjects (24 and 12, two strata), a score at baseline and at four visits, 34 of them at the last;
no difference between the arms. Then trials that lose subjects down to 8 at the last visit, with four and with
six visits. SYNTHETIC DATA. Prints what it found, line by line; exit code 1 when a line fails. Every number
follows from the seed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2cdisc.stats.mmrm import Mmrm, mmrm, model
from il2cdisc.stats.mmrm.optimise import Minimisation, Search, minimise, search
from il2cdisc.stats.mmrm.threads import one_thread

SEED = 1
FORMULA = "CHG ~ BASE + ARM*VISIT + BASE:VISIT + STRATUM"
CHAIN = ("UN", "TOEPH", "CSH", "CS")
SUBJECTS = 36
MEAN = {4: [2.3, 6.0, 9.0, 12.0], 6: [1.0, 2.3, 4.0, 6.0, 9.0, 12.0]}
SD = {4: [2.0, 3.5, 4.2, 4.8], 6: [1.5, 2.0, 2.8, 3.5, 4.2, 4.8]}


def trial(random: np.random.Generator, visits: int, at_last: int) -> pd.DataFrame:
    """One trial without a difference between arms, one row a subject and visit."""
    lag = np.abs(np.subtract.outer(np.arange(visits), np.arange(visits)))
    covariance = 0.75**lag * np.outer(SD[visits], SD[visits])
    arm = np.where(np.arange(SUBJECTS) % 3 == 0, "A", "B")
    stratum = np.where(np.arange(SUBJECTS) < SUBJECTS // 2, "1", "2")
    truth = np.maximum(16, random.normal(23.5, 4, SUBJECTS))
    better = MEAN[visits] + random.multivariate_normal(np.zeros(visits), covariance, SUBJECTS)
    base = np.round(truth + random.normal(0, 1.5, SUBJECTS))
    score = np.round(truth[:, None] - better + random.normal(0, 1.5, (SUBJECTS, visits)))
    seen = np.ones((SUBJECTS, visits), dtype=bool)
    if at_last >= SUBJECTS - 2:  # one an arm misses the last visit
        gone = [random.choice(np.flatnonzero(arm == a)) for a in "AB"][: SUBJECTS - at_last]
        seen[gone, -1] = False
    else:  # the less a subject improved, the sooner it leaves: missing at random
        last = random.integers(1, visits, SUBJECTS)
        felt = score[np.arange(SUBJECTS), last - 1] + random.normal(0, 4, SUBJECTS)
        for who in np.argsort(-felt)[: SUBJECTS - at_last]:
            seen[who, last[who] :] = False
    frame = pd.DataFrame(
        {
            "SUBJECT": np.repeat(np.arange(SUBJECTS), visits),
            "ARM": np.repeat(arm, visits),
            "STRATUM": np.repeat(stratum, visits),
            "BASE": np.repeat(base, visits),
            "VISIT": np.tile(np.arange(1, visits + 1), SUBJECTS),
            "CHG": (score - base[:, None]).ravel(),
        }
    )
    return frame[seen.ravel()].reset_index(drop=True)


@dataclass(frozen=True)
class Outcome:
    """One trial: the structure that was used, why others were not, the gap to the best, what was covered."""

    structure: str
    reason: str
    failures: tuple[str, ...]
    gap: float
    covered: tuple[bool, ...]


def others(problem: Minimisation, random: np.random.Generator) -> list[Search | None]:
    """Ends of searches from covariances drawn anew."""
    m = problem.data.m
    out: list[Search | None] = []
    for _ in range(3):
        drawn = random.normal(size=(m + 3, m))
        start = drawn.T @ drawn / (m + 3) + 0.05 * np.eye(m)
        out.append(search(problem, problem.structure.start(start)))
    return out


def one(task: tuple[int, int, int, tuple[str, ...]]) -> Outcome:
    """Simulate and fit a trial, and search again from other starts."""
    visits, at_last, number, covariance = task
    random = np.random.default_rng([SEED, visits, at_last, number])
    data = trial(random, visits, at_last)
    searched: list[tuple[Minimisation, Search | None]] = []

    def remember(problem: Minimisation, ordinary: np.ndarray) -> Search | None:
        found = minimise(problem, ordinary)
        searched.append((problem, found))
        return found

    model.minimise = remember
    fit: Mmrm = mmrm(FORMULA, data, subject="SUBJECT", visit="VISIT", covariance=covariance)
    gap, covered = 0.0, ()
    if fit.converged:
        problem, found = searched[-1]
        assert found is not None
        with one_thread():
            ends = [end.deviance for end in others(problem, random) if end is not None]
        gap = found.deviance - min([found.deviance, *ends])
        differences = fit.differences("ARM", by="VISIT", reference="A")
        covered = tuple((differences["lower"] <= 0) & (differences["upper"] >= 0))
    failures = tuple(f"{a.structure}: {a.reason}" for a in fit.attempts if not a.converged)
    return Outcome(fit.structure, fit.reason, failures, gap, covered)


def report(line: str, good: bool) -> bool:
    print(f"{'ok  ' if good else 'FAIL'}  {line}", flush=True)
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    n = options.trials
    began, good = time.monotonic(), True
    with multiprocessing.Pool(options.processes) as pool:
        found = pool.map(one, [(4, 34, i, ("UN",)) for i in range(n)], chunksize=10)
        fits = [outcome for outcome in found if outcome.structure]
        share = len(fits) / n
        good &= report(
            f"{n} trials, 34 at the last visit: UN converges in {100 * share:.1f} %", share >= 0.95
        )
        gap = max(outcome.gap for outcome in fits)
        good &= report(f"largest deviance above the best of several starts: {gap:.1e}", gap <= 1e-6)
        error = np.sqrt(0.95 * 0.05 / len(fits))
        for i in range(4):
            cover = float(np.mean([outcome.covered[i] for outcome in fits]))
            line = (
                f"visit {i + 1}: intervals cover 0 in {100 * cover:.1f} %; 95 ± {300 * error:.1f} are allowed"
            )
            good &= report(line, abs(cover - 0.95) <= 3 * error)
        for visits, at_last in [(4, 24), (4, 16), (4, 12), (4, 8), (6, 16), (6, 8)]:
            few = max(n // (20 if visits == 4 else 40), 5)
            found = pool.map(one, [(visits, at_last, i, CHAIN) for i in range(few)], chunksize=2)
            used = Counter(outcome.structure or "none" for outcome in found)
            told = all(
                (outcome.structure == CHAIN[0] or outcome.failures)
                and all(failure in outcome.reason for failure in outcome.failures)
                for outcome in found
            )
            gap = max(outcome.gap for outcome in found)
            names = ", ".join(f"{name} {count}" for name, count in used.most_common())
            line = f"{few} trials, {visits} visits, {at_last} at the last: {names}; largest gap {gap:.1e}"
            good &= report(line, told and gap <= 1e-6)
            for failure, count in Counter(f for outcome in found for f in outcome.failures).most_common():
                print(f"        {count} × {failure}")
    print(f"{time.monotonic() - began:.0f} s")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
