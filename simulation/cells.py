"""Cells: blood counts and lymphocyte populations, and what low-dose IL-2 does to them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulation.chance import Random, normal
from simulation.visits import EARLY_END, SCREENING, UNSCHEDULED, at

# mean and SD at baseline, fold at day 5 in the active arm, SD of the log fold active and placebo, loading on
# the latent responsiveness, limits at baseline
EFFECTS: dict[str, tuple[float, float, float, float, float, float, float, float]] = {
    "TREG": (6.0, 1.6, 1.30, 0.17, 0.12, 0.75, 2.5, 10.5),
    "TH2": (3.2, 1.1, 1.22, 0.18, 0.15, 0.50, 1.0, 6.5),
    "N4": (40, 12, 1.11, 0.09, 0.08, 0.55, 15, 60),
    "N8": (30, 12, 1.13, 0.11, 0.09, 0.55, 8, 58),
    "TH1": (14, 4, 1.00, 0.15, 0.15, 0.0, 6, 24),
    "TH17": (9, 3, 0.95, 0.15, 0.15, 0.15, 3, 16),
    "TH117": (4, 1.2, 1.00, 0.15, 0.15, 0.0, 1.5, 7),
    "TREGA": (70, 9, 1.05, 0.06, 0.05, 0.30, 48, 88),
    "CD4": (850, 230, 1.02, 0.12, 0.12, 0.0, 420, 1450),
    "CD8": (480, 190, 1.00, 0.12, 0.12, 0.0, 180, 950),
    "NK": (220, 100, 1.05, 0.20, 0.20, 0.0, 70, 480),
    "NKBR": (6, 2.5, 1.35, 0.20, 0.20, 0.0, 2, 13),
    "B": (220, 90, 0.92, 0.15, 0.15, 0.0, 70, 450),
    "MO": (7, 1.8, 1.00, 0.15, 0.15, 0.0, 3.5, 11),
    "EOS": (0.15, 0.08, 1.60, 0.30, 0.20, 0.0, 0.03, 0.40),
    "NEUT": (4.0, 1.0, 1.00, 0.15, 0.15, 0.0, 2.4, 6.5),
    "RTE": (55, 12, 1.00, 0.08, 0.08, 0.0, 25, 80),
    "ACT4": (3.0, 1.0, 1.10, 0.15, 0.15, 0.0, 1, 6),
    "ACT8": (6.0, 2.5, 1.05, 0.15, 0.15, 0.0, 2, 13),
    "CD3LEFT": (5.0, 1.0, 1.00, 0.05, 0.05, 0.0, 3, 8),  # T cells neither CD4 nor CD8, % of T cells
    "MOC": (84, 3, 1.00, 0.01, 0.01, 0.0, 76, 90),
}
PER_YEAR = {"N4": -0.25, "N8": -0.35}  # points a year of age, from 47
LEFT = {"Giorno 1": 0.0, "Giorno 5": 1.0, "Giorno 15": 0.85, "Giorno 29": 0.75, "Giorno 60": 0.40}
LEFT |= {SCREENING: 0.0, EARLY_END: 0.55, UNSCHEDULED[0]: 0.9, UNSCHEDULED[1]: 0.85}
HIGHEST = {"N4": 88.0, "N8": 88.0, "TREGA": 96.0, "MOC": 95.0}
WOBBLE = 0.5  # share of the SD of the log fold that is new at each visit but days 1 and 5


def populations(random: Random, people: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """Return a row a visit with blood: each population's level, unrounded, and a blood count made from them.

    Lymphocytes are the sum of T, B and NK cells and leukocytes the sum of their kinds, so that shares and
    counts agree.
    """
    rows = at(visits, "lbhem")
    s = rows["s"].to_numpy()
    active = people["arm"].eq("IL2").to_numpy()
    left = rows["visit"].map(LEFT).to_numpy()
    new = WOBBLE * (~rows["visit"].isin(["Giorno 1", "Giorno 5"])).to_numpy()
    latent = people["responsive"].to_numpy()
    for name, (mean, sd, fold, sd_active, sd_placebo, loading, low, high) in EFFECTS.items():
        level = mean + PER_YEAR.get(name, 0.0) * (people["age"].to_numpy() - 47)
        level = normal(random, level, sd, low, high, len(people))
        spread = np.where(active, sd_active, sd_placebo)
        shift = spread * (loading * latent + np.sqrt(1 - loading**2) * random.standard_normal(len(people)))
        change = np.where(active, np.log(fold), 0.0) + shift
        log_fold = left * change[s] + new * spread[s] * random.standard_normal(len(rows))
        rows[name] = np.minimum(level[s] * np.exp(log_fold), HIGHEST.get(name, np.inf))
    rows["CD3"] = (rows["CD4"] + rows["CD8"]) / (1 - rows["CD3LEFT"] / 100)
    rows["LYM"] = np.round((rows["CD3"] + rows["NK"] + rows["B"]) / 0.97 / 1000, 2)
    for name, digits in (("NEUT", 2), ("EOS", 2)):
        rows[name] = np.round(rows[name], digits)
    rows["BASO"] = np.round(random.uniform(0.01, 0.07, len(rows)), 2)
    return _fit_to_eligibility(people, rows)


def _fit_to_eligibility(people: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Nobody randomised has leukocytes below 4.0 before treatment; the failures for leukocytes have."""
    rest = rows["LYM"] + rows["EOS"] + rows["BASO"]
    share = 1 - rows["MO"] / 100
    before = rows["visit"].isin([SCREENING, "Giorno 1"])
    least = np.round(4.25 * share - rest, 2)
    rows["NEUT"] = rows["NEUT"].where(~before | (rows["NEUT"] > least), least.clip(lower=1.6))
    low = rows["s"].map(people["failure"]).eq("WBC")
    rows["LYM"] = rows["LYM"].where(~low, rows["LYM"].clip(upper=1.45))
    rest = rows["LYM"] + rows["EOS"] + rows["BASO"]
    rows["NEUT"] = rows["NEUT"].where(~low, np.round(3.5 * share - rest, 2))
    white = (rows["NEUT"] + rest) / share
    rows["LEU"] = np.round(white, 2)
    rows["MONO"] = np.round(rows["LEU"] - rows["NEUT"] - rest, 2)
    return rows


def lineage(random: Random, naive: np.ndarray, central: float, terminal: float) -> dict[str, np.ndarray]:
    """Divide what is not naive; the four shares, of two decimals, sum to exactly 100."""
    size = len(naive)
    naive = np.round(naive, 2)
    kinds = random.dirichlet([central * 60, (1 - central - terminal) * 60, terminal * 60], size)
    cm = np.round((100 - naive) * kinds[:, 0], 2)
    em = np.round((100 - naive) * kinds[:, 1], 2)
    return {"N": naive, "CM": cm, "EM": em, "EMRA": np.round(100 - naive - cm - em, 2)}
