"""Conduct: consent, eligibility, visits as held, deviations, disposition, comments."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulation.chance import Random
from simulation.visits import EARLY_END, SCREENING, UNSCHEDULED, at

FAILED_CRITERION = {
    "WBC": "EX15",
    "PLT": "EX16",
    "HGB": "EX17",
    "HDRS": "IN05",
    "TSH": "EX20",
    "INFECTION": "EX02",
}
INCLUSION = [f"IN{n:02d}" for n in range(1, 6)]
EXCLUSION = [f"EX{n:02d}" for n in range(1, 27)]


def demography(people: pd.DataFrame) -> pd.DataFrame:
    """Return dm: one row a screened subject."""
    form = {
        "s": people.index,
        "INITIALS": people["initials"],
        "DMDAT": people["consent"],
        "BRTHYR": people["birth_year"],
    }
    return pd.DataFrame(
        form
        | {"AGE": people["age"], "SEX": people["sex"], "RACE": people["race"], "RANDNO": people["randno"]}
    )


def consent(random: Random, people: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """Return ic; withdrawn consent has its date."""
    form = pd.DataFrame(
        {
            "s": people.index,
            "INITIALS": people["initials"],
            "VISIT": SCREENING,
            "ICYN": "S",
            "ICDAT": people["consent"],
        }
    )
    form["ICTIM"] = 490 + random.integers(0, 90, len(people))
    form["ICVERS"] = np.where(people["consent"] < pd.Timestamp("2022-03-01"), "1.0", "2.0")
    form["BIOYN"] = people["biobank"]
    ended = visits[visits["visit"] == EARLY_END].set_index("s")["date"].reindex(people.index)
    at_once = (people["consent"] + pd.Timedelta(days=2)).where(people["failure"] == "WITHDREW")
    return form.assign(ICWDDAT=ended.fillna(at_once))


def eligibility(people: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """Return ie at screening and day 1."""
    rows = at(visits, "ie")
    rows = rows[rows["s"].map(people["failure"]) != "WITHDREW"].reset_index(drop=True)
    male = rows["s"].map(people["sex"]).eq("M")
    failed = rows["s"].map(people["failure"]).map(FAILED_CRITERION)
    form = pd.DataFrame({"s": rows["s"], "VISIT": rows["visit"], "IEDAT": rows["date"]})
    for name in INCLUSION:
        form[name] = np.where(failed == name, "N", "S")
    for name in EXCLUSION:
        form[name] = np.where(failed == name, "S", np.where(male & (name in ("EX12", "EX13")), "NA", "N"))
    return form.assign(ELIGYN=np.where(failed.notna(), "N", "S"))


def visits_held(
    random: Random, people: pd.DataFrame, visits: pd.DataFrame, words: dict[str, list[str]]
) -> pd.DataFrame:
    """Return sv: a line a visit, missed and unscheduled ones too."""
    held = visits["held"]
    form = pd.DataFrame(
        {
            "s": visits["s"],
            "VISIT": visits["visit"],
            "SVOCC": np.where(held, "S", "N"),
            "SVREASND": visits["why"],
        }
    )
    form["SVSTDAT"] = visits["date"].where(held)
    # screening may take more than a day, all others are done in one
    longer = np.where(visits["visit"] == SCREENING, random.integers(0, 3, len(visits)), 0)
    form["SVENDAT"] = form["SVSTDAT"] + pd.to_timedelta(longer, unit="D")
    inside = visits["visit"].eq(SCREENING) | visits["day"].le(29)
    form["SVCONT"] = np.where(held, np.where(inside, "REPARTO", "AMBULATORIO"), "")
    form["SVUPDES"] = (
        visits["visit"].map({visit: words[str(k)][0] for k, visit in enumerate(UNSCHEDULED, 1)}).fillna("")
    )
    return form


def deviations(people: pd.DataFrame, visits: pd.DataFrame, words: dict[str, list[str]]) -> pd.DataFrame:
    """Return dv: what is known of each role that deviates from the protocol."""
    kinds = {  # role: visit, category, text, class
        "late_d15": ("Giorno 15", "FINESTRA", "FINESTRA", "MINORE"),
        "late_d29": ("Giorno 29", "FINESTRA", "FINESTRA", "MINORE"),
        "late_d60": ("Giorno 60", "FINESTRA", "FINESTRA", "MINORE"),
        "missed": ("Giorno 22", "DOSE SALTATA", "DOSE SALTATA", "MAGGIORE"),
        "late": ("Giorno 22", "DOSE RINVIATA", "DOSE RINVIATA", "MINORE"),
        "noflow1": ("Giorno 60", "PROCEDURA", "FLOW", "MINORE"),
        "noflow2": ("Giorno 60", "PROCEDURA", "FLOW", "MINORE"),
        "clotted": ("Giorno 5", "PROCEDURA", "CLOT", "MAGGIORE"),
        "prohibited": ("Giorno 22", "FARMACO PROIBITO", "FARMACO PROIBITO", "MAGGIORE"),
        "misplaced": ("Giorno 1", "STRATO", "STRATO", "MAGGIORE"),
    }
    rows = people.assign(kind=np.where(people["misplaced"], "misplaced", people["role"]))
    rows = rows[rows["kind"].isin(list(kinds))]
    form = pd.DataFrame({"s": rows.index, "DVNO": "1", "kind": rows["kind"].to_numpy()})
    for column, place in (("VISIT", 0), ("DVCAT", 1), ("DVTERM", 2), ("DVCLASS", 3)):
        form[column] = form["kind"].map({kind: facts[place] for kind, facts in kinds.items()})
    form["DVTERM"] = form["DVTERM"].map({concept: texts[0] for concept, texts in words.items()})
    dates = visits.rename(columns={"visit": "VISIT", "date": "DVDAT"})[["s", "VISIT", "DVDAT"]]
    return form.merge(dates, on=["s", "VISIT"], how="left", validate="one_to_one")


def disposition(
    people: pd.DataFrame, visits: pd.DataFrame, ex: pd.DataFrame, words: dict[str, list[str]]
) -> pd.DataFrame:
    """Return ds: a line at the end of screening, treatment and study."""
    reasons = {"WITHDREW": "RITIRO CONSENSO"}
    failed = people["failure"]
    screening = pd.DataFrame(
        {"s": people.index, "DSPHASE": "SCREENING", "DSCOMP": np.where(people["in_trial"], "S", "N")}
    )
    screening["DSDAT"] = people["day_one"].fillna(people["consent"] + pd.Timedelta(days=2))
    screening["DSREAS"] = np.where(
        people["in_trial"], "", failed.map(reasons).fillna("CRITERI NON SODDISFATTI")
    )
    screening["DSSPEC"] = failed.map({concept: texts[0] for concept, texts in words.items()}).fillna("")
    screening["DSLCDAT"] = screening["DSDAT"].mask(people["in_trial"])

    trial = people[people["in_trial"]]
    last_dose = ex.groupby("s")["EXDAT"].max()
    treatment = pd.DataFrame(
        {
            "s": trial.index,
            "DSPHASE": "TRATTAMENTO",
            "DSCOMP": "S",
            "DSDAT": last_dose.reindex(trial.index).to_numpy(),
        }
    )
    last = visits[visits["held"]].groupby("s")["date"].max().reindex(trial.index)
    study = pd.DataFrame(
        {"s": trial.index, "DSPHASE": "STUDIO", "DSDAT": last.to_numpy(), "DSLCDAT": last.to_numpy()}
    )
    gone = (
        trial["role"].map({"lost": "PERSO AL FOLLOW-UP", "withdrew": "RITIRO CONSENSO"}).fillna("").to_numpy()
    )
    study["DSCOMP"] = np.where(gone == "", "S", "N")
    study["DSREAS"] = gone
    study["DSSPEC"] = np.where(
        gone == "", "", trial["role"].map({role: words[role][0] for role in ("lost", "withdrew")})
    )
    # who was lost is given up 30 days after the visit that did not take place
    given_up = (trial["day_one"] + pd.Timedelta(days=75)).to_numpy()
    study["DSDAT"] = study["DSDAT"].mask(trial["role"].eq("lost").to_numpy(), pd.Series(given_up))
    form = pd.concat([screening, treatment, study], ignore_index=True)
    return form.sort_values("s", kind="stable", ignore_index=True)


def comments(random: Random, visits: pd.DataFrame, words: dict[str, list[str]]) -> pd.DataFrame:
    """Return co: a comment on one visit in forty."""
    rows = at(visits, "vs")
    rows = rows[random.random(len(rows)) < 0.025].reset_index(drop=True)
    which = np.arange(len(rows)) % 4 + 1
    form = pd.DataFrame(
        {
            "s": rows["s"],
            "VISIT": rows["visit"],
            "COFORM": np.where(which == 2, "lbhem", np.where(which == 4, "vs", "sv")),
        }
    )
    form["CODAT"] = rows["date"]
    return form.assign(COMMENT=[words[str(k)][0] for k in which])
