"""Mood: the course of depression, and the rating scales that follow it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulation.chance import Random, deal, normal
from simulation.visits import EARLY_END, SCREENING, at

STEPS = ("Giorno 5", "Giorno 15", "Giorno 29", "Giorno 60")
IMPROVEMENT = {"IL2": (2.5, 7.5, 11.0, 14.0), "PBO": (2.0, 5.0, 7.0, 8.5)}
SPREAD = (2.0, 3.5, 4.2, 4.8)
CARRY = 0.75  # lag-1 correlation of true improvement
LATENT = {"IL2": 0.60, "PBO": 0.10}  # correlation of immune responsiveness with improvement at the end
NOISE = 1.5

HDRS = {f"HD{item:02d}": 2 for item in range(1, 22) if item not in (16, 18)} | {"HD16": 2, "HD18B": 2}
HDRS |= {f"HD{item:02d}": 4 for item in (1, 2, 3, 7, 8, 9, 10, 11, 15, 19)} | {"HD20": 3}
HDRS["HD03"] = 3  # code 4 would have excluded the subject
MADRS = {f"MA{item:02d}": 6 for item in range(1, 11)}
YMRS = {f"YM{item:02d}": 8 if item in (5, 6, 8, 9) else 4 for item in range(1, 12)}
BDI = {f"BD{item:02d}": 3 for item in range(1, 22)}
FAST = {f"FAST{item:02d}": 3 for item in range(1, 25)}


def course(random: Random, people: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """Return the rated visits with the HDRS total; sets people["responsive"] in the same draw."""
    size = len(people)
    z = np.zeros((size, len(STEPS)))
    z[:, 0] = random.standard_normal(size)
    for step in range(1, len(STEPS)):
        z[:, step] = CARRY * z[:, step - 1] + np.sqrt(1 - CARRY**2) * random.standard_normal(size)
    r = people["arm"].map(LATENT).fillna(0.0).to_numpy()
    people["responsive"] = r * z[:, -1] + np.sqrt(1 - r**2) * random.standard_normal(size)
    mean = np.array([IMPROVEMENT.get(arm, (0.0,) * 4) for arm in people["arm"]])
    better = np.column_stack([np.zeros(size), mean + z * np.array(SPREAD)])
    before = normal(random, 23.5, 4.0, 16.0, 40.0, size)

    rated = at(visits, "hdrs")
    s = rated["s"].to_numpy()
    step = (
        rated["visit"]
        .map({SCREENING: 0, "Giorno 1": 0, EARLY_END: 3} | {v: k for k, v in enumerate(STEPS, 1)})
        .to_numpy()
    )
    score = (
        before[s]
        - better[s, step]
        + NOISE * random.standard_normal(len(rated)) * (rated["visit"] != "Giorno 1")
    )
    lowest = np.where(step == 0, 16, 0)
    rated["hdrs"] = np.clip(np.round(score), lowest, 48).astype(int)
    mild = people["failure"].eq("HDRS").to_numpy()[s]
    rated.loc[mild, "hdrs"] = random.integers(11, 16, int(mild.sum()))
    rated["fall"] = better[s, step]
    return rated


def _weights(random: Random, people: pd.DataFrame, items: int) -> np.ndarray:
    """Each subject has a profile of items of their own, the same at every visit."""
    return random.gamma(3.0, 1.0, (len(people), items)) + 0.05


def _form(rated: pd.DataFrame, prefix: str, codes: pd.DataFrame, total: np.ndarray) -> pd.DataFrame:
    head = {
        "s": rated["s"],
        "VISIT": rated["visit"],
        f"{prefix}YN": 1,
        f"{prefix}REAS": "",
        f"{prefix}DAT": rated["date"],
    }
    head[f"{prefix}TIM"] = rated["rating"]
    return pd.concat(
        [pd.DataFrame(head), codes.astype("Int64"), pd.DataFrame({f"{prefix}TOT": total}, dtype="Int64")],
        axis=1,
    )


def _simple(
    random: Random,
    people: pd.DataFrame,
    rated: pd.DataFrame,
    prefix: str,
    tops: dict[str, int],
    total: np.ndarray,
) -> pd.DataFrame:
    total = np.clip(np.round(total), 0, sum(tops.values())).astype(int)
    weights = _weights(random, people, len(tops))[rated["s"]]
    codes = pd.DataFrame(deal(random, total, list(tops.values()), weights), columns=list(tops))
    return _form(rated, prefix, codes, total)


def scales(random: Random, people: pd.DataFrame, rated: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return hdrs, madrs, ymrs, bdi, fast, cgi and cssrs; items of each sum to its total."""
    forms = {"hdrs": _hdrs(random, people, rated)}
    size = len(rated)
    forms["madrs"] = _simple(
        random, people, rated, "MA", MADRS, 1.32 * rated["hdrs"].to_numpy() + random.normal(0, 2.5, size)
    )
    forms["ymrs"] = _simple(random, people, rated, "YM", YMRS, np.minimum(random.poisson(2, size), 8))
    self_rated = at(rated.assign(held=True), "bdi")
    noise = random.normal(0, 4, len(self_rated))
    forms["bdi"] = _simple(
        random, people, self_rated, "BD", BDI, 1.25 * self_rated["hdrs"].to_numpy() + noise
    )
    forms["fast"] = _fast(random, people, at(rated.assign(held=True), "fast"))
    forms["cgi"] = _cgi(random, at(rated.assign(held=True), "cgi"), rated)
    return forms


def _hdrs(random: Random, people: pd.DataFrame, rated: pd.DataFrame) -> pd.DataFrame:
    weights = _weights(random, people, len(HDRS))
    weights[:, list(HDRS).index("HD03")] *= 0.35
    total = rated["hdrs"].to_numpy()
    codes = pd.DataFrame(
        deal(random, total, list(HDRS.values()), weights[rated["s"]]), columns=list(HDRS)
    ).astype("Int64")
    # item 16 is rated by history before treatment and measured after; 18A tells when, and is not in the total
    history = rated["visit"].isin([SCREENING, "Giorno 1"])
    codes["HD16A"] = codes["HD16"].where(history)
    codes["HD16B"] = codes["HD16"].where(~history)
    when = random.integers(1, 3, len(people))[rated["s"]]
    codes["HD18A"] = pd.Series(when).where(codes["HD18B"] > 0, 0)
    return _form(rated, "HD", codes.drop(columns="HD16"), total)


def _fast(random: Random, people: pd.DataFrame, rated: pd.DataFrame) -> pd.DataFrame:
    before = normal(random, 35.0, 9.0, 12, 60, len(people))[rated["s"]]
    total = before - 0.8 * rated["fall"].to_numpy() + random.normal(0, 2, len(rated))
    total = np.clip(np.round(total), 0, 72).astype(int)
    codes = pd.DataFrame(
        deal(random, total, list(FAST.values()), _weights(random, people, len(FAST))[rated["s"]]),
        columns=list(FAST),
    )
    head = pd.DataFrame({"s": rated["s"], "VISIT": rated["visit"], "FASTYN": "S", "FASTDAT": rated["date"]})
    return pd.concat([head, codes, pd.DataFrame({"FASTTOT": total})], axis=1)


def _cgi(random: Random, rated: pd.DataFrame, all_rated: pd.DataFrame) -> pd.DataFrame:
    before = all_rated[all_rated["visit"] == "Giorno 1"].set_index("s")["hdrs"]
    score = rated["hdrs"] + random.normal(0, 1.5, len(rated))
    severity = np.digitize(score, [6, 10, 16, 23, 30, 37]) + 1
    change = 100 * (1 - rated["hdrs"] / rated["s"].map(before)) + random.normal(0, 8, len(rated))
    better = pd.Series(5 - np.digitize(change, [-10, 25, 50, 75]), dtype="Int64")
    better = better.mask(rated["visit"] == "Giorno 1")
    return pd.DataFrame(
        {
            "s": rated["s"],
            "VISIT": rated["visit"],
            "CGIYN": "S",
            "CGIDAT": rated["date"],
            "CGISEV": severity,
            "CGIIMP": better,
        }
    )


def suicidality(hdrs: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """Return cssrs: ideation follows item 3 of the last HDRS; nobody behaves."""
    rows = at(visits, "cssrs")
    rows = rows.merge(
        hdrs[["s", "VISIT", "HD03"]].rename(columns={"VISIT": "visit"}),
        on=["s", "visit"],
        how="left",
        validate="one_to_one",
    )
    worst = rows.groupby("s")["HD03"].ffill().fillna(0).astype(int)
    form = {"s": rows["s"], "VISIT": rows["visit"], "CSYN": "S", "CSDAT": rows["date"]}
    form["CSVERS"] = np.where(rows["visit"] == SCREENING, "BASELINE", "DALL'ULTIMA VISITA")
    form |= {f"CSID{item}": np.where(worst >= item, "S", "N") for item in range(1, 6)}
    form["CSIDMAX"] = worst
    form |= {f"CSBE{item}": "N" for item in range(1, 6)}
    return pd.DataFrame(form)
