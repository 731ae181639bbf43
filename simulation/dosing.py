"""Dosing: the injections, the syringes that were dispensed for them, and the look at the site after."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulation.chance import Random, pick
from simulation.visits import DOSES

PLACES = ("ADDOME DX", "ADDOME SX", "COSCIA DX", "COSCIA SX")


def injections(random: Random, people: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """Return ex: a line a planned injection, the missed one too."""
    rows = visits[visits["visit"].isin(DOSES)].reset_index(drop=True)
    number = rows.groupby("s").cumcount().to_numpy()
    missed = (rows["s"].map(people["role"]).eq("missed") & rows["visit"].eq("Giorno 22")).to_numpy()
    size = len(rows)
    width = max(6, len(str(size)) + 1)
    form = pd.DataFrame({"s": rows["s"], "VISIT": rows["visit"], "EXYN": np.where(missed, "N", "S")})
    form["EXREASND"] = np.where(missed, "infezione vie aeree", "")
    form["EXDAT"] = rows["date"].mask(missed)
    form["EXTIM"] = rows["dosing"].astype(float).mask(missed)
    # kits are numbered at random: a number says nothing of the arm
    form["KITNO"] = "K" + pd.Series(random.permutation(size) + 10 ** (width - 1)).astype(str)
    form["EXVOL"] = np.where(missed, "", "0.5")
    turn = random.integers(0, 4, len(people))[rows["s"]]
    form["EXSITE"] = np.where(missed, "", np.array(PLACES, dtype=object)[(turn + number) % 4])
    form["planned"] = rows["date"]
    return form


def accountability(ex: pd.DataFrame) -> pd.DataFrame:
    """Return da: a line a syringe; the one that was not injected came back."""
    form = pd.DataFrame(
        {"s": ex["s"], "VISIT": ex["VISIT"], "DADAT": ex["planned"], "KITNO": ex["KITNO"], "DADISP": "1"}
    )
    return form.assign(DARET=np.where(ex["EXYN"] == "N", "1", "0"))


def sites(random: Random, people: pd.DataFrame, ex: pd.DataFrame, ae: pd.DataFrame) -> pd.DataFrame:
    """Return injsite: what was seen 30 to 60 min after each dose; it agrees with the reactions of ae."""
    size = len(ex)
    given = (ex["EXYN"] == "S").to_numpy()
    form = pd.DataFrame(
        {
            "s": ex["s"],
            "VISIT": ex["VISIT"],
            "INJYN": ex["EXYN"],
            "INJREAS": ex["EXREASND"],
            "INJDAT": ex["EXDAT"],
        }
    )
    form["INJTIM"] = ex["EXTIM"] + random.integers(30, 61, size)
    form["INJLOC"] = ex["EXSITE"]
    reported = ae[ae["AEINJYN"] == "S"]
    kinds = {
        kind: reported[reported["event"] == kind].drop_duplicates(["s", "dose"]).set_index(["s", "dose"])
        for kind in ("erythema", "induration", "site pain", "pruritus")
    }
    place = pd.MultiIndex.from_arrays([ex["s"], ex["VISIT"]])
    severity = kinds["erythema"]["AESEV"].reindex(place).to_numpy(dtype=object)
    red = ~pd.isna(severity)
    faint = ~red & (random.random(size) < np.where(people["arm"].eq("IL2").to_numpy()[ex["s"]], 0.10, 0.03))
    grade = np.where(
        red, np.where(severity == "moderata", "moderato", "lieve"), np.where(faint, "lieve", "assente")
    )
    across = np.where(red, random.integers(15, 45, size), np.where(faint, random.integers(3, 10, size), 0))
    hard = place.isin(kinds["induration"].index)
    sore = place.isin(kinds["site pain"].index)
    form["ERYTH"] = np.where(given, grade, "")
    form["ERYTHMM"] = np.where(given, across.astype(str), "")
    form["INDURMM"] = np.where(given, np.where(hard, random.integers(8, 25, size), 0).astype(str), "")
    pain = np.where(
        sore, random.integers(3, 7, size), pick(random, ["0", "1", "2"], size, [0.75, 0.18, 0.07]).astype(int)
    )
    form["PAINNRS"] = np.where(given, pain.astype(str), "")
    first = reported.drop_duplicates(["s", "dose"]).set_index(["s", "dose"])["AENO"]
    form["INJAENO"] = first.reindex(place).astype("Int64").array
    return form
