"""People: who was screened, who was randomised to what, and what they were like at baseline."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulation.chance import Random, exact, normal, pick

FIRST_CONSENT = pd.Timestamp("2021-06-14")
LAST_DAY_ONE = pd.Timestamp("2023-02-06")
BLOCK = ("IL2",) * 4 + ("PBO",) * 2
# 8 screen failures of 44 screened
FAILURES = ("WBC", "HGB", "PLT", "HDRS", "HDRS", "TSH", "INFECTION", "WITHDREW")
# Roles of single subjects, of the arm that has them; each as often as there are 36 subjects randomised
ROLES_ACTIVE = ("lost", "missed", "late")
ROLES_PLACEBO = ("withdrew", "clotted")
ROLES_ANY = ("late_d15", "late_d29", "late_d60", "noflow1", "noflow2", "haemolysed", "noitem", "prohibited",
             "switch1", "switch2")  # fmt: skip


def randomisation_list(random: Random, subjects: int) -> pd.DataFrame:
    """Return the list: permuted blocks of 6 (4 active, 2 placebo) in each stratum, cut to the size."""
    parts = []
    for prefix, stratum, size in (("R1", "MDD", subjects - subjects // 2), ("R2", "BD", subjects // 2)):
        blocks = -(-size // len(BLOCK))
        arms = np.concatenate([random.permutation(np.array(BLOCK, dtype=object)) for _ in range(blocks)])
        width = max(2, len(str(size)))
        numbers = [f"{prefix}{number:0{width}d}" for number in range(1, size + 1)]
        block = np.repeat(np.arange(1, blocks + 1), len(BLOCK))[:size]
        parts.append(
            pd.DataFrame({"RANDNO": numbers, "STRATUM": stratum, "BLOCKNO": block, "ARM": arms[:size]})
        )
    return pd.concat(parts, ignore_index=True)


def _day_ones(random: Random, subjects: int) -> pd.DatetimeIndex:
    """First doses are given on Mondays, seldom in August and around Christmas."""
    mondays = pd.date_range(FIRST_CONSENT + pd.Timedelta(days=7), LAST_DAY_ONE, freq="7D")
    quiet = (
        (mondays.month == 8)
        | ((mondays.month == 12) & (mondays.day > 18))
        | ((mondays.month == 1) & (mondays.day < 7))
    )
    weight = np.where(quiet, 0.15, 1.0)
    drawn = random.choice(len(mondays), subjects, p=weight / weight.sum(), replace=subjects > len(mondays))
    drawn = np.sort(drawn)
    drawn[0], drawn[-1] = 0, len(mondays) - 1
    return mondays[drawn]


def _initials(random: Random, size: int) -> np.ndarray:
    letters = list("ABCDEFGILMNOPRSTVZ")
    return pick(random, letters, size) + pick(random, letters, size)


def recruit(random: Random, subjects: int, *, failures: bool = True) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the people (a row a screened subject, in order of consent) and the randomisation list.

    `subjects` is the number randomised; 44 are screened for each 36, or, without `failures`, those alone,
    who meet every criterion. Columns are lower case: they are the truth of the simulation, not what was
    collected.
    """
    failed = round(subjects * 8 / 36) if failures else 0
    screened = subjects + failed
    rand = randomisation_list(random, subjects)
    day_one = _day_ones(random, subjects)
    stratum = exact(random, subjects, {"MDD": subjects - subjects // 2, "BD": subjects // 2})
    randomised = pd.DataFrame({"day_one": day_one, "stratum": stratum, "failure": ""})
    randomised["consent"] = randomised["day_one"] - pd.to_timedelta(
        np.array([3, 4, 5, 6, 7, 10, 11])[random.choice(7, subjects)], unit="D"
    )
    randomised.loc[0, "consent"] = FIRST_CONSENT
    randomised["consent"] = randomised["consent"].mask(randomised["consent"] < FIRST_CONSENT, FIRST_CONSENT)
    # subjects take the next line of the list of their stratum
    for name in ("MDD", "BD"):
        lines = rand.index[rand["STRATUM"] == name]
        who = randomised.index[randomised["stratum"] == name]
        for column, target in (("RANDNO", "randno"), ("ARM", "arm")):
            randomised.loc[who, target] = rand.loc[lines, column].to_numpy()
        rand.loc[lines, "RANDDAT"] = randomised.loc[who, "day_one"].to_numpy()

    workdays = pd.bdate_range(FIRST_CONSENT + pd.Timedelta(days=1), LAST_DAY_ONE)
    failures = pd.DataFrame(
        {
            "consent": workdays[
                np.sort(random.choice(len(workdays), failed, replace=failed > len(workdays)))
            ],
            "failure": random.permutation(np.resize(np.array(FAILURES, dtype=object), failed)),
            "stratum": pick(random, ["MDD", "BD"], failed),
            "arm": "",
            "randno": "",
        }
    )
    people = pd.concat([randomised, failures], ignore_index=True)
    people = people.sort_values("consent", kind="stable", ignore_index=True)
    width = max(3, len(str(screened)))
    people["subjid"] = [f"01-{number:0{width}d}" for number in range(1, screened + 1)]
    people["initials"] = _initials(random, screened)
    people["in_trial"] = people["randno"] != ""
    return _describe(random, people, subjects), rand


def _describe(random: Random, people: pd.DataFrame, subjects: int) -> pd.DataFrame:
    """Add baseline characteristics; shares hold exactly within each arm."""
    size = len(people)
    active = (people["arm"] == "IL2").to_numpy()
    bipolar = (people["stratum"] == "BD").to_numpy()
    for arm, female, ssri, bd_one, add_on in (
        ("IL2", 15 / 24, 14 / 24, 7 / 12, 8 / 24),
        ("PBO", 8 / 12, 7 / 12, 0.5, 4 / 12),
        ("", 0.6, 0.6, 0.5, 0.3),
    ):
        mask = (people["arm"] == arm).to_numpy()
        n, n_bd = int(mask.sum()), int((mask & bipolar).sum())
        people.loc[mask, "sex"] = exact(random, n, {"F": female, "M": 1 - female})
        people.loc[mask, "class_ad"] = exact(random, n, {"SSRI": ssri, "SNRI": 1 - ssri})
        people.loc[mask, "add_on"] = exact(random, n, {"S": add_on, "N": 1 - add_on})
        people.loc[mask & ~bipolar, "diag"] = "DDM"
        people.loc[mask & bipolar, "diag"] = exact(random, n_bd, {"DB1": bd_one, "DB2": 1 - bd_one})
        people.loc[mask & bipolar, "stabiliser"] = exact(
            random,
            n_bd,
            {"lithium": 6, "valproate": 4, "lamotrigine": 2}
            if arm != "PBO"
            else {"lithium": 3, "valproate": 2, "lamotrigine": 1},
        )
        people.loc[mask, "smoke"] = exact(random, n, {"ATTUALE": 0.4, "EX": 0.2, "MAI": 0.4})
    people["age"] = np.round(
        normal(random, np.where(people["arm"] == "PBO", 48.0, 47.0), 11, 18, 65, size)
    ).astype(int)
    # the birthday of about half of them is still to come in the year of consent
    people["birth_year"] = people["consent"].dt.year - people["age"] - random.integers(0, 2, size)
    people["race"] = pick(
        random, ["CAUCASICA", "AFRICANA", "ASIATICA", "ALTRA"], size, [0.94, 0.02, 0.02, 0.02]
    )
    onset = np.where(bipolar, random.normal(28, 9, size), random.normal(35, 12, size))
    people["onset"] = np.round(np.clip(onset, 12, people["age"] - 1)).astype(int)
    people["episodes"] = np.clip(np.round(np.exp(random.normal(np.log(4.4), 0.6, size))), 1, 25).astype(int)
    people["weeks"] = np.round(normal(random, 18.0, 12, 3, 70, size)).astype(int)
    male = (people["sex"] == "M").to_numpy()
    people["height"] = np.round(
        np.where(male, normal(random, 175.0, 7, 158, 195, size), normal(random, 163.0, 6, 148, 180, size))
    )
    people["weight"] = np.round(normal(random, 25.5, 4, 18, 37, size) * (people["height"] / 100) ** 2, 1)
    people["responsive"] = 0.0  # the latent immune responsiveness, drawn with the course of mood
    people["childbearing"] = ~male & (people["age"] < 52)
    return _cast(random, people, subjects, active)


def _cast(random: Random, people: pd.DataFrame, subjects: int, active: np.ndarray) -> pd.DataFrame:
    """Give the roles of disposition and deviations to subjects, no subject two of them."""
    times = max(1, round(subjects / 36))
    # nobody of the last weeks: their visits end with the trial
    early = (people["day_one"] < LAST_DAY_ONE - pd.Timedelta(days=30)).to_numpy()
    free = people["in_trial"].to_numpy() & early
    people["role"] = ""
    groups = [(active, ROLES_ACTIVE), (~active, ROLES_PLACEBO), (np.ones(len(people), dtype=bool), ROLES_ANY)]
    for group, roles in groups:
        for role in roles:
            candidates = np.flatnonzero(free & group)
            chosen = random.choice(candidates, min(times, len(candidates)), replace=False)
            people.loc[chosen, "role"] = role
            free[chosen] = False
    # in the wrong stratum: randomised as unipolar, the interview says bipolar II
    wrong = np.flatnonzero(free & active & (people["diag"] == "DDM").to_numpy())
    people["misplaced"] = False
    people.loc[wrong[:times], "misplaced"] = True
    people["biobank"] = pick(random, ["S", "N"], len(people), [0.95, 0.05])
    return people
