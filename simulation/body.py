"""Body: vital signs, physical examination, ECG, pregnancy tests and urinalysis."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulation.chance import Random, normal, pick
from simulation.labs import fixed
from simulation.visits import DOSES, SCREENING, at

SYSTEMS = ("PEGEN", "PESKIN", "PEHEENT", "PECARD", "PERESP", "PEABD", "PELYMPH", "PEMSK", "PENEURO")


def vital_signs(random: Random, people: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """Return vs: once a visit, and 60 min after a dose, when the active arm is a little warmer and faster."""
    rows = at(visits, "vs")
    s, size = rows["s"].to_numpy(), len(rows)
    missed = rows["s"].map(people["role"]).eq("missed") & rows["visit"].eq("Giorno 22")
    dosed = (rows["visit"].isin(DOSES) & ~missed).to_numpy()
    active = people["arm"].eq("IL2").to_numpy()[s]
    form = pd.DataFrame(
        {"s": s, "VISIT": rows["visit"], "VSYN": "S", "VSDAT": rows["date"], "VSTIM": rows["rating"] + 35}
    )
    form["VSTIM60"] = (rows["dosing"] + 60.0 + random.integers(-3, 6, size)).where(dosed)
    bases = {"SYSBP": (122, 10, 6, 85, 175), "DIABP": (76, 6, 5, 48, 105), "PULSE": (74, 7, 5, 48, 115)}
    own = {name: random.normal(mean, sd, len(people)) for name, (mean, sd, *_) in bases.items()}
    temperature = random.normal(36.45, 0.2, len(people))
    for suffix in ("", "60"):
        shown = np.ones(size, dtype=bool) if not suffix else dosed
        lift = np.where(active & dosed & (suffix == "60"), 1.0, 0.0)
        for name, (_, _, within, low, high) in bases.items():
            value = own[name][s] + random.normal(0, within, size) + (2.0 * lift if name == "PULSE" else 0.0)
            form[name + suffix] = np.where(shown, fixed(np.clip(value, low, high), 0), "")
        value = np.clip(temperature[s] + random.normal(0, 0.2, size) + 0.15 * lift, 35.4, 38.4)
        form["TEMPC" + suffix] = np.where(shown, fixed(value, 1), "")
    drift = people["weight"].to_numpy()[s] + random.normal(0, 0.5, size)
    weighed = rows["visit"].isin([SCREENING, "Giorno 5", "Giorno 29", "Giorno 60", "Uscita anticipata"])
    form["WEIGHT"] = np.where(weighed, fixed(np.clip(drift, 40, 130), 1), "")
    form["HEIGHT"] = np.where(rows["visit"] == SCREENING, fixed(people["height"].to_numpy()[s], 0), "")
    return form


def examination(
    random: Random, people: pd.DataFrame, visits: pd.DataFrame, words: dict[str, list[str]]
) -> pd.DataFrame:
    """Return pe: all normal but for a subject in six, who has the same finding at every visit."""
    rows = at(visits, "pe")
    s = rows["s"].to_numpy()
    where = pick(random, ["", "PESKIN", "PEABD", "PEMSK"], len(people), [0.84, 0.06, 0.05, 0.05])
    form = pd.DataFrame({"s": s, "VISIT": rows["visit"], "PEYN": "S", "PEDAT": rows["date"]})
    for system in SYSTEMS:
        form[system] = np.where(where[s] == system, "A", "N")
    form["PEDESC"] = pd.Series(where[s]).map({system: texts[0] for system, texts in words.items()}).fillna("")
    return form


def ecg(
    random: Random, people: pd.DataFrame, visits: pd.DataFrame, words: dict[str, list[str]]
) -> pd.DataFrame:
    """Return eg; QT follows from QTcF and the heart rate (Fridericia)."""
    rows = at(visits, "eg")
    s, size = rows["s"].to_numpy(), len(rows)
    ceiling = np.where(people["sex"].eq("M"), 445.0, 462.0)[s]
    rate = np.clip(random.normal(73, 8, len(people))[s] + random.normal(0, 5, size), 48, 115).round()
    qtcf = np.minimum(random.normal(405, 15, len(people))[s] + random.normal(0, 8, size), ceiling).round()
    odd = random.random(len(people)) < 0.10
    form = pd.DataFrame(
        {"s": s, "VISIT": rows["visit"], "EGYN": "S", "EGDAT": rows["date"], "EGTIM": rows["rating"] + 20}
    )
    form["EGHR"] = fixed(rate, 0)
    form["EGPR"] = fixed(normal(random, 158.0, 16, 118, 205, size), 0)
    form["EGQRS"] = fixed(normal(random, 92.0, 8, 72, 118, size), 0)
    form["EGQT"] = fixed(qtcf * np.cbrt(60 / rate), 0)
    form["EGQTCF"] = fixed(qtcf, 0)
    form["EGINTP"] = np.where(odd[s], "ANORMALE NCS", "NORMALE")
    form["EGDESC"] = np.where(odd[s], words["EG"][0], "")
    return form


def pregnancy(random: Random, people: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """Return preg: women only; those who can't have children are asked once."""
    rows = at(visits, "preg")
    female = rows["s"].map(people["sex"]).eq("F")
    able = rows["s"].map(people["childbearing"])
    rows = rows[female & (able | rows["visit"].eq(SCREENING))].reset_index(drop=True)
    able = rows["s"].map(people["childbearing"]).to_numpy(dtype=bool)
    way = pick(random, ["ORMONALE", "IUD", "BARRIERA", "ASTINENZA"], len(people), [0.4, 0.2, 0.3, 0.1])[
        rows["s"]
    ]
    form = pd.DataFrame(
        {
            "s": rows["s"],
            "VISIT": rows["visit"],
            "PREGDAT": rows["date"],
            "CHILDPOT": np.where(able, "S", "N"),
        }
    )
    form["NOCBPRSN"] = np.where(able, "", "MENOPAUSA")
    form["CONTRAC"] = np.where(able, way, "")
    form["PREGYN"] = np.where(able, "S", "N")
    form["PREGSPEC"] = np.where(able, np.where(rows["visit"] == SCREENING, "SIERO", "URINE"), "")
    form["PREGRES"] = np.where(able, "NEGATIVO", "")
    return form


def urine(random: Random, visits: pd.DataFrame) -> pd.DataFrame:
    """Return ua: a few traces, no nitrite."""
    rows = at(visits, "ua")
    size = len(rows)
    form = pd.DataFrame(
        {
            "s": rows["s"],
            "VISIT": rows["visit"],
            "UAYN": "S",
            "UADAT": rows["date"],
            "UATIM": rows["blood"] + 10,
        }
    )
    form["UAPH"] = fixed(normal(random, 6.0, 0.6, 5, 8, size), 1)
    form["UASG"] = fixed(normal(random, 1.018, 0.005, 1.005, 1.030, size), 3)
    for name, trace in (
        ("UAPROT", 0.08),
        ("UAGLUC", 0.02),
        ("UAKET", 0.05),
        ("UABLOOD", 0.06),
        ("UALEU", 0.08),
    ):
        form[name] = pick(random, ["neg", "tracce", "+"], size, [1 - 1.2 * trace, trace, 0.2 * trace])
    return form.assign(UANIT="neg")
