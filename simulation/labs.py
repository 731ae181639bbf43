"""Labs: the hospital laboratory's blood count, chemistry and thyroid sheets."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulation.chance import Random
from simulation.visits import at

# test: mean male, mean female, SD between subjects, SD within, digits, limits
CHEMISTRY: dict[str, tuple[float, float, float, float, int, float, float]] = {
    "SODIUM": (140, 140, 1.5, 1.2, 0, 134, 147),
    "POTAS": (4.3, 4.2, 0.25, 0.2, 1, 3.4, 5.3),
    "GLUC": (91, 88, 8, 5, 0, 64, 135),
    "UREA": (34, 30, 7, 3, 0, 14, 58),
    "ALT": (26, 20, 8, 4, 0, 7, 70),
    "AST": (23, 20, 5, 3, 0, 9, 60),
    "GGT": (28, 20, 10, 3, 0, 6, 95),
    "ALP": (70, 66, 15, 4, 0, 35, 125),
    "LDH": (180, 175, 25, 12, 0, 115, 290),
    "BILI": (0.70, 0.58, 0.20, 0.10, 2, 0.20, 1.60),
    "ALB": (4.5, 4.4, 0.25, 0.12, 1, 3.5, 5.2),
}
CREATININE = (0.92, 0.72, 0.09, 0.04, 0.52, 1.15)
NEW_UNIT = pd.Timestamp("2022-02-01")  # creatinine in umol/L from here on
TO_UMOL = 88.4


def fixed(values: np.ndarray, digits: int) -> np.ndarray:
    """Return numbers as text with a fixed number of decimals."""
    return np.char.mod(f"%.{digits}f", np.asarray(values, dtype=float)).astype(object)


def _sheet(random: Random, rows: pd.DataFrame, first: int) -> pd.DataFrame:
    number = first + np.arange(len(rows))
    width = max(8, len(str(first + len(rows))))
    accession = [f"{n:0{width}d}" for n in number]
    return pd.DataFrame(
        {
            "s": rows["s"],
            "VISIT": rows["visit"],
            "LBACCNO": accession,
            "LBDAT": rows["date"],
            "LBTIM": rows["blood"],
            "LBNOTE": "",
        }
    )


def _within(
    random: Random,
    male: np.ndarray,
    s: np.ndarray,
    m: float,
    f: float,
    sb: float,
    sw: float,
    low: float,
    high: float,
) -> np.ndarray:
    own = np.where(male, m, f) + random.normal(0, sb, len(male))
    return np.clip(own[s] + random.normal(0, sw, len(s)), low, high)


def blood_count(random: Random, people: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return lbhem: leukocytes in /mm3, kinds in 10^9/L; failures of screening have what they failed for."""
    s = cells["s"].to_numpy()
    male = people["sex"].eq("M").to_numpy()
    failure = people["failure"].to_numpy()[s]
    sheet = _sheet(random, cells, 120001)
    hgb = _within(random, male, s, 15.0, 13.4, 0.9, 0.3, 10.8, 17.5)
    hgb = np.where(failure == "HGB", 9.4 - 0.1 * (s % 3), hgb)
    volume = _within(random, male, s, 89, 89, 3.5, 0.5, 80, 98)
    cell_hgb = _within(random, male, s, 30, 30, 0.9, 0.2, 27.5, 32.5)
    rbc = np.maximum(np.round(hgb * 10 / cell_hgb, 2), 3.55)
    plt = _within(random, male, s, 245, 260, 45, 12, 125, 420)
    plt = np.where(failure == "PLT", 88 - s % 5, plt)
    sheet["WBC"] = fixed(cells["LEU"].to_numpy() * 1000, 0)
    sheet["RBC"], sheet["HGB"] = fixed(rbc, 2), fixed(hgb, 1)
    sheet["HCT"], sheet["MCV"] = fixed(np.minimum(rbc * volume / 10, 53.5), 1), fixed(volume, 1)
    sheet["PLT"] = fixed(plt, 0)
    for name in ("NEUT", "LYM", "MONO", "EOS", "BASO"):
        sheet[name] = fixed(cells[name].to_numpy(), 2)
    return sheet


def chemistry(random: Random, people: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """Return lbchem; one subject's day 15 tube was haemolysed."""
    rows = at(visits, "lbchem")
    s = rows["s"].to_numpy()
    male = people["sex"].eq("M").to_numpy()
    sheet = _sheet(random, rows, 340001)
    for name, (m, f, sb, sw, digits, low, high) in CHEMISTRY.items():
        sheet[name] = fixed(_within(random, male, s, m, f, sb, sw, low, high), digits)
    creatinine = _within(random, male, s, *CREATININE)
    new = (rows["date"] >= NEW_UNIT).to_numpy()
    sheet["CREAT"] = np.where(new, fixed(creatinine * TO_UMOL, 0), fixed(creatinine, 2))
    sheet["CREATU"] = np.where(new, "umol/L", "mg/dL")
    own = random.normal(np.log(1.8), 1.05, len(people))
    active = people["arm"].eq("IL2").to_numpy()[s]
    left = rows["visit"].map({"Giorno 5": 1.0, "Giorno 15": 0.7, "Giorno 29": 0.6}).fillna(0.0).to_numpy()
    spread = np.where(active, 0.5, 0.4) * (rows["visit"] != "Giorno 1")
    crp = np.exp(
        np.clip(own, -2, 3.2)[s] + active * left * np.log(1.25) + spread * random.standard_normal(len(rows))
    )
    sheet["CRP"] = np.where(crp < 0.3, "<0.3", fixed(np.minimum(crp, 60), 1))
    spoiled = rows["s"].map(people["role"]).eq("haemolysed") & rows["visit"].eq("Giorno 15")
    sheet.loc[spoiled, ["POTAS", "AST", "LDH"]] = "n.d."
    sheet.loc[spoiled, "LBNOTE"] = "campione emolizzato"
    return sheet


def thyroid(random: Random, people: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """Return lbthy, with the laboratory's reference limits."""
    rows = at(visits, "lbthy")
    s = rows["s"].to_numpy()
    size = len(people)
    sheet = _sheet(random, rows, 560001)
    tsh = np.clip(
        np.exp(random.normal(np.log(1.8), 0.4, size)[s] + random.normal(0, 0.12, len(rows))), 0.45, 4.1
    )
    sheet["TSH"] = fixed(np.where(people["failure"].to_numpy()[s] == "TSH", 6.85, tsh), 2)
    sheet["FT4"] = fixed(
        np.clip(random.normal(1.25, 0.14, size)[s] + random.normal(0, 0.05, len(rows)), 0.95, 1.68), 2
    )
    for name, least, share in (("ATPO", 9, 0.10), ("ATG", 10, 0.07)):
        positive = random.random(size) < share
        own = np.where(positive, np.exp(random.normal(5.2, 0.5, size)), np.exp(random.normal(2.1, 0.5, size)))
        value = own[s] * np.exp(random.normal(0, 0.08, len(rows)))
        sheet[name] = np.where(value < least, f"<{least}", fixed(np.minimum(value, 600), 0))
    limits = {
        "TSHLO": "0.27",
        "TSHHI": "4.20",
        "FT4LO": "0.93",
        "FT4HI": "1.70",
        "ATPOHI": "34",
        "ATGHI": "115",
    }
    return sheet.assign(**limits)
