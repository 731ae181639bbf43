"""Visits: the schedule, and the day on which each subject came to each visit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulation.chance import Random, pick

SCREENING, EARLY_END = "Screening", "Uscita anticipata"
UNSCHEDULED = ("Non programmata 1", "Non programmata 2")
DAYS = (1, 2, 3, 4, 5, 8, 15, 22, 29, 60)
WINDOW = {8: 1, 15: 2, 22: 2, 29: 3, 60: 7}
JITTER = {8: (0, 0, 0, 1), 15: (-1, 0, 0, 1), 22: (-1, 0, 0, 1), 29: (-1, 0, 0, 2), 60: (-3, 0, 0, 1, 4)}
AFTER_CONSENT = 150
"""Minutes by which the day of consent begins later than other visits."""
DOSES = tuple(f"Giorno {day}" for day in DAYS[:-1])


def _days(*days: int) -> tuple[str, ...]:
    return tuple(f"Giorno {day}" for day in days)


_ENDS = (*_days(29, 60), EARLY_END)
RATED = (SCREENING, *_days(1, 5, 15), *_ENDS)
PLAN: dict[str, tuple[str, ...]] = {
    "ie": (SCREENING, *_days(1)),
    "vs": (SCREENING, *_days(*DAYS), EARLY_END, *UNSCHEDULED),
    "pe": (SCREENING, *_days(5), *_ENDS),
    "eg": (SCREENING, *_days(5), *_ENDS),
    "lbhem": (*RATED, *UNSCHEDULED),
    "lbchem": RATED,
    "lbthy": (SCREENING, *_ENDS),
    "preg": (SCREENING, *_days(1, 15), *_ENDS),
    "ua": (SCREENING, *_days(29), EARLY_END),
    "hdrs": RATED,
    "madrs": RATED,
    "ymrs": RATED,
    "bdi": RATED[1:],
    "cgi": RATED[1:],
    "fast": (*_days(1), *_ENDS),
    "cssrs": (SCREENING, *_days(1, 5, 8, 15, 22), *_ENDS),
    "flow": (*_days(1, 5), *_ENDS),
    "cyto": (*_days(1, 5), *_ENDS),
    "biobank": _days(1, 5, 29, 60),
}


def calendar(random: Random, people: pd.DataFrame) -> pd.DataFrame:
    """Return a row a visit that took place or should have.

    Columns: s (position of the subject in `people`), visit, day (planned; missing if none), date, held,
    why (code of the reason if not held), blood, rating, dosing (minutes after midnight).
    """
    trial = people[people["in_trial"]]
    parts = [
        pd.DataFrame(
            {"s": people.index, "visit": SCREENING, "day": np.nan, "date": people["consent"], "order": 0.0}
        )
    ]
    start = trial["day_one"]
    role = trial["role"]
    last = start.max()
    for day in DAYS:
        shift = pick(random, list(map(str, JITTER.get(day, (0,)))), len(trial)).astype(int)
        shift = np.where(role == f"late_d{day}", {15: 4, 29: 4, 60: 11}.get(day, 0), shift)
        if day == 22:
            shift = np.where(role == "late", 2, np.where(role == "missed", 0, shift))
        shift = np.where((start == last) & (shift > 0), 0, shift)
        date = start + pd.to_timedelta(day - 1 + shift, unit="D")
        # the ward is open all week, the clinic is not
        if day > 5:
            date = date.where(
                date.dt.day_of_week < 5, start + pd.to_timedelta(day - 1 + (day == 60), unit="D")
            )
        parts.append(
            pd.DataFrame(
                {
                    "s": trial.index,
                    "visit": f"Giorno {day}",
                    "day": float(day),
                    "date": date,
                    "order": float(day),
                }
            )
        )
    ends = trial[role == "withdrew"]
    parts.append(
        pd.DataFrame(
            {
                "s": ends.index,
                "visit": EARLY_END,
                "day": np.nan,
                "date": ends["day_one"] + pd.Timedelta(days=39),
                "order": 59.0,
            }
        )
    )
    parts.append(_unscheduled(random, trial))
    table = pd.concat(parts, ignore_index=True)
    table["held"] = True
    table["why"] = ""
    for name, why in (("lost", "perso al follow-up"), ("withdrew", "consenso ritirato")):
        gone = table["s"].map(people["role"]).eq(name) & table["visit"].eq("Giorno 60")
        table.loc[gone, "held"] = False
        table.loc[gone, "why"] = why
    table = table.sort_values(["s", "order"], kind="stable", ignore_index=True)
    size = len(table)
    table["blood"] = 450 + random.integers(0, 55, size)
    table["rating"] = 510 + random.integers(0, 40, size)
    table["dosing"] = 600 + random.integers(0, 75, size)
    # nothing is done before consent, which is signed by 9:40 (conduct.consent)
    table.loc[table["visit"] == SCREENING, ["blood", "rating"]] += AFTER_CONSENT
    return table


def _unscheduled(random: Random, trial: pd.DataFrame) -> pd.DataFrame:
    """One subject in nine comes between visits, one of four of them twice."""
    size = max(1, len(trial) // 9)
    free = trial.index[
        (trial["role"] == "").to_numpy() & (trial["day_one"] < trial["day_one"].max()).to_numpy()
    ]
    if not len(free):
        free = trial.index
    who = np.sort(random.choice(free, min(size, len(free)), replace=False))
    first = pd.DataFrame(
        {
            "s": who,
            "visit": UNSCHEDULED[0],
            "date": trial.loc[who, "day_one"].to_numpy() + pd.Timedelta(days=10),
            "order": 8.5,
        }
    )
    again = who[::4]
    second = pd.DataFrame(
        {
            "s": again,
            "visit": UNSCHEDULED[1],
            "date": trial.loc[again, "day_one"].to_numpy() + pd.Timedelta(days=17),
            "order": 15.5,
        }
    )
    return pd.concat([first, second], ignore_index=True)


def at(visits: pd.DataFrame, form: str) -> pd.DataFrame:
    """Return the visits that were held and have this form, renumbered from 0."""
    return visits[visits["held"] & visits["visit"].isin(PLAN[form])].reset_index(drop=True)
