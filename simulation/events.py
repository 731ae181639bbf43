"""Events: adverse events with exact numbers of subjects, and the doses that some of them follow."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from simulation.chance import Random, pick
from simulation.visits import DOSES

# subjects with each event, of 24 active and of 12 placebo
AT_SITE = {"erythema": (7, 1), "induration": (4, 0), "site pain": (3, 1), "pruritus": (2, 0)}
ELSEWHERE = {
    "headache": (4, 2),
    "fatigue": (3, 1),
    "pyrexia": (1, 0),
    "hot": (1, 0),
    "influenza": (2, 0),
    "nausea": (2, 1),
    "eosinophils": (2, 0),
    "cold": (1, 1),
    "covid": (1, 0),
    "insomnia": (1, 1),
}
ANY_AT_SITE, ANY = (10, 1), (15, 6)
# day of onset and duration in days of events that follow no dose
LATER = {
    "eosinophils": (5, 5, 20, 28),
    "cold": (9, 45, 4, 9),
    "covid": (9, 45, 6, 10),
    "insomnia": (3, 30, 5, 20),
}
TREATED = {
    "headache": "paracetamol",
    "pyrexia": "paracetamol",
    "influenza": "paracetamol",
    "pruritus": "cetirizine",
}


def _deal_out(random: Random, subjects: np.ndarray, numbers: Mapping[str, int]) -> list[tuple[int, str]]:
    """Give each event to its number of subjects, going round, so that every subject gets at least one."""
    slots: list[tuple[int, str]] = []
    place = 0
    if not len(subjects):
        return slots
    for event, number in numbers.items():
        number = min(number, len(subjects))
        slots += [(int(subjects[(place + k) % len(subjects)]), event) for k in range(number)]
        place += number
    return slots


def who_has_what(random: Random, people: pd.DataFrame) -> pd.DataFrame:
    """Return a row a subject and event, the numbers of the table above scaled to each arm."""
    slots: list[tuple[int, str]] = []
    for column, (arm, base) in enumerate((("IL2", 24), ("PBO", 12))):
        members = people.index[people["arm"] == arm].to_numpy()
        scale = len(members) / base
        # whoever missed a dose with a cold has the cold, and no reaction at the site
        missed = [int(s) for s in members if people.at[s, "role"] == "missed"]
        shuffled = random.permutation([s for s in members if s not in missed])
        sites, ill = round(ANY_AT_SITE[column] * scale), round(ANY[column] * scale)
        others = shuffled[sites : ill - len(missed)]
        slots += _deal_out(
            random, shuffled[:sites], {e: round(n[column] * scale) for e, n in AT_SITE.items()}
        )
        numbers = {event: round(n[column] * scale) for event, n in ELSEWHERE.items()}
        numbers["cold"] = max(0, numbers["cold"] - len(missed))
        slots += [(s, "cold") for s in missed]
        slots += _deal_out(random, np.concatenate([others, shuffled[:sites]]), numbers)
    return pd.DataFrame(slots, columns=["s", "event"])


def adverse_events(
    random: Random, people: pd.DataFrame, visits: pd.DataFrame, words: dict[str, list[str]]
) -> pd.DataFrame:
    """Return ae: mild or moderate, none serious; one otherwise empty line for a subject without any.

    Columns beside the form's: s, event, dose (the visit whose injection a site reaction follows).
    """
    rows = who_has_what(random, people)
    site = rows["event"].isin(list(AT_SITE)).to_numpy()
    # site reactions come back after another dose in half of the subjects
    again = rows[site & (random.random(len(rows)) < 0.5)]
    rows = pd.concat([rows.assign(turn=0), again.assign(turn=1)], ignore_index=True)
    site = rows["event"].isin(list(AT_SITE)).to_numpy()
    size = len(rows)
    chance = np.array([0.30, 0.22, 0.16, 0.12, 0.08, 0.06, 0.03, 0.0, 0.03])
    first = random.choice(5, size, p=chance[:5] / chance[:5].sum())
    later = np.minimum(first + 1 + random.integers(0, 2, size), 6)
    rows["dose"] = np.array(DOSES, dtype=object)[np.where(rows["turn"] == 0, first, later)]
    doses = visits[visits["visit"].isin(DOSES)].rename(columns={"visit": "dose"})
    rows = rows.merge(
        doses[["s", "dose", "date", "dosing"]], on=["s", "dose"], how="left", validate="many_to_one"
    )
    # a reaction at the site is there when the site is examined, 30 to 60 minutes after the dose
    start = rows["dosing"] + np.where(site, random.integers(5, 30, size), random.integers(60, 600, size))
    rows["AESTDAT"] = rows["date"]
    length = random.integers(1, 5, size)
    for event, (low, high, short, long) in LATER.items():
        mask = (rows["event"] == event).to_numpy()
        n = int(mask.sum())
        rows.loc[mask, "AESTDAT"] = (
            people["day_one"].to_numpy()[rows.loc[mask, "s"]]
            + pd.to_timedelta(random.integers(low, high + 1, n) - 1, unit="D")
        ).to_numpy()
        length[mask] = random.integers(short, long + 1, n)
        rows.loc[mask, "dose"] = ""
        start[mask] = np.nan
    cold = ((rows["event"] == "cold") & rows["s"].map(people["role"]).eq("missed")).to_numpy()
    rows.loc[cold, "AESTDAT"] = people["day_one"].to_numpy()[rows.loc[cold, "s"]] + pd.Timedelta(days=20)
    length[cold] = 6
    last = visits[visits["held"]].groupby("s")["date"].max()
    rows["AESTDAT"] = np.minimum(rows["AESTDAT"], rows["s"].map(last))
    rows["AESTTIM"] = np.minimum(start, 1430)
    end = rows["AESTDAT"] + pd.to_timedelta(length, unit="D")
    # what has not passed by the last contact is still going on
    open_end = end > rows["s"].map(last)
    rows["AEONGO"] = np.where(open_end, "S", "N")
    rows["AEENDAT"] = end.mask(open_end)
    rows["AEOUT"] = np.where(open_end, "in risoluzione", "risolto")
    rows["AESEV"] = np.where(
        site,
        pick(random, ["lieve", "moderata"], size, [0.85, 0.15]),
        pick(random, ["lieve", "moderata"], size, [0.7, 0.3]),
    )
    rows["AEREL"] = np.where(
        site,
        "certo",
        np.where(
            rows["dose"] == "", "non correlato", pick(random, ["possibile", "probabile", "improbabile"], size)
        ),
    )
    rows.loc[rows["event"] == "eosinophils", "AEREL"] = "probabile"
    rows["AEACN"] = np.where(cold, "dose saltata", "nessuna")
    rows["AECMYN"] = np.where(rows["event"].isin(list(TREATED)) & (random.random(size) < 0.7), "S", "N")
    rows["AEINJYN"] = np.where(site, "S", "N")
    spoken = random.integers(0, 100, size)
    rows["AETERM"] = [
        words[event][k % len(words[event])] for event, k in zip(rows["event"], spoken, strict=True)
    ]
    rows = rows.sort_values(["s", "AESTDAT", "AESTTIM"], kind="stable", ignore_index=True)
    rows["AENO"] = rows.groupby("s").cumcount() + 1
    rows["AESER"] = "N"
    none = people.index[people["in_trial"] & ~people.index.isin(rows["s"])]
    rows = pd.concat(
        [rows.assign(AEYN="S"), pd.DataFrame({"s": none, "AEYN": "N", "event": "", "dose": ""})],
        ignore_index=True,
    )
    rows["AENO"] = rows["AENO"].astype("Int64")
    return rows.sort_values("s", kind="stable", ignore_index=True)
