"""Flow: the laboratory's file of lymphocyte populations, cytokines, and the tubes that both come from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulation.cells import lineage
from simulation.chance import Random
from simulation.visits import at

# population: parent, gate, reference range of the share, reference range of the count; order of the file
POPULATIONS: dict[str, tuple[str, str, tuple[float, float] | None, tuple[float, float] | None]] = {
    "LEU": ("", "CD45+", None, (4.0, 10.0)),
    "LYM": ("LEU", "CD45+ low SSC", (18, 45), (1.2, 3.5)),
    "CD3": ("LYM", "CD3+", (58, 85), (720, 2110)),
    "CD4": ("CD3", "CD3+CD4+", (45, 75), (479, 1792)),
    "CD8": ("CD3", "CD3+CD8+", (18, 48), (248, 1101)),
    "TREG": ("CD4", "CD4+CD25hiCD127low/-", (3, 10), (25, 110)),
    "TREGA": ("TREG", "TREG CD45RA-", (50, 90), (15, 90)),
    "TREGN": ("TREG", "TREG CD45RA+", (10, 50), (5, 45)),
    "TH1": ("CD4", "CD4+CD45RA-CXCR3+CCR6-", (6, 24), (40, 260)),
    "TH2": ("CD4", "CD4+CD45RA-CXCR3-CCR6-CRTH2+", (1, 6), (8, 65)),
    "TH17": ("CD4", "CD4+CD45RA-CXCR3-CCR6+", (3, 16), (25, 170)),
    "TH117": ("CD4", "CD4+CD45RA-CXCR3+CCR6+", (1.5, 8), None),
    "N4": ("CD4", "CD45RA+CCR7+", (18, 65), (120, 850)),
    "CM4": ("CD4", "CD45RA-CCR7+", (15, 45), (120, 600)),
    "EM4": ("CD4", "CD45RA-CCR7-", (10, 40), (80, 500)),
    "EMRA4": ("CD4", "CD45RA+CCR7-", (0.5, 8), (3, 90)),
    "N8": ("CD8", "CD45RA+CCR7+", (10, 60), (50, 480)),
    "CM8": ("CD8", "CD45RA-CCR7+", (3, 18), (15, 130)),
    "EM8": ("CD8", "CD45RA-CCR7-", (15, 55), (60, 450)),
    "EMRA8": ("CD8", "CD45RA+CCR7-", (8, 45), (30, 380)),
    "RTE": ("N4", "N4 CD31+", (25, 80), None),
    "ACT4": ("CD4", "HLA-DR+CD38+", (1, 6), None),
    "ACT8": ("CD8", "HLA-DR+CD38+", (2, 14), None),
    "NK": ("LYM", "CD3-CD56+", (5, 25), (70, 652)),
    "NKBR": ("NK", "CD3-CD56bright", (2, 13), (3, 45)),
    "NKDIM": ("NK", "CD3-CD56dim", (87, 98), (65, 600)),
    "B": ("LYM", "CD19+", (5, 20), (70, 450)),
    "MO": ("LEU", "CD14 x CD16", (3.5, 11), (200, 900)),
    "MOC": ("MO", "CD14++CD16-", (74, 93), None),
    "MOI": ("MO", "CD14++CD16+", (2, 12), None),
    "MONC": ("MO", "CD14+CD16++", (3, 16), None),
}
# cytokine: median, SD of the log, limit of quantification, reference range (pg/mL)
CYTOKINES: dict[str, tuple[float, float, float, float, float]] = {
    "IL1B": (0.60, 0.45, 0.05, 0, 5.0),
    "IL2": (1.20, 0.45, 0.10, 0, 6.0),
    "IL4": (0.50, 0.55, 0.26, 0, 4.0),
    "IL6": (1.80, 0.55, 0.10, 0, 7.0),
    "IL7": (6.00, 0.45, 0.50, 0, 20.0),
    "IL8": (5.00, 0.50, 0.40, 0, 30.0),
    "IL10": (0.90, 0.55, 0.44, 0, 9.0),
    "IL17A": (0.70, 0.55, 0.36, 0, 5.0),
    "IFNG": (6.00, 0.55, 0.40, 0, 25.0),
    "TNFA": (2.20, 0.35, 0.20, 0, 8.0),
    "CCL2": (180.0, 0.35, 5.0, 50, 450.0),
    "SIL2RA": (550.0, 0.35, 20.0, 150, 1200.0),
}
LEFT_SIL2RA = {"Giorno 5": 1.0, "Giorno 29": 0.5, "Giorno 60": 0.15, "Uscita anticipata": 0.2}

LAST_RUN = pd.Timestamp("2023-04-24")


def comma(values: np.ndarray, digits: int) -> np.ndarray:
    """Return numbers as the laboratory writes them: decimal comma, missing empty."""
    text = np.char.replace(np.char.mod(f"%.{digits}f", np.asarray(values, dtype=float)), ".", ",")
    return np.where(np.char.startswith(text, "nan"), "", text)


def samples(random: Random, people: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """Return a row a tube that was drawn or should have been; a printed barcode is used up either way."""
    parts = []
    for letter, kind, form in (
        ("F", "FLOW", "flow"),
        ("C", "CYTO", "cyto"),
        ("R", "RNA", "biobank"),
        ("S", "SIERO", "biobank"),
    ):
        rows = at(visits, form)
        width = max(6, len(str(len(rows))) + 2)
        # barcodes say nothing of the order of subjects
        numbers = random.permutation(len(rows)) + 10 ** (width - 1)
        rows["BARCODE"] = letter + pd.Series(numbers).astype(str)
        parts.append(rows.assign(SAMPTYPE=kind))
    tubes = pd.concat(parts, ignore_index=True)
    refused = tubes["SAMPTYPE"].isin(["RNA", "SIERO"]) & tubes["s"].map(people["biobank"]).eq("N")
    tubes = tubes[~refused].reset_index(drop=True)
    not_done = tubes["SAMPTYPE"].eq("FLOW") & tubes["visit"].eq("Giorno 60")
    not_done &= tubes["s"].map(people["role"]).isin(["noflow1", "noflow2"])
    form = pd.DataFrame(
        {"s": tubes["s"], "BARCODE": tubes["BARCODE"], "VISIT": tubes["visit"], "SAMPTYPE": tubes["SAMPTYPE"]}
    )
    form["SAMPYN"] = np.where(not_done, "N", "S")
    form["SAMPREAS"] = np.where(not_done, "non eseguito", "")
    form["SAMPDAT"] = tubes["date"].mask(not_done)
    form["SAMPTIM"] = tubes["blood"].astype(float).mask(not_done)
    return form


def _tubes(tubes: pd.DataFrame, kind: str) -> pd.DataFrame:
    return tubes[(tubes["SAMPTYPE"] == kind) & (tubes["SAMPYN"] == "S")].reset_index(drop=True)


def flow(random: Random, people: pd.DataFrame, tubes: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return a row an analyte: counts of the blood count, shares, and share x parent."""
    rows = _tubes(tubes, "FLOW").merge(
        cells, left_on=["s", "VISIT"], right_on=["s", "visit"], how="left", validate="one_to_one"
    )
    share = {
        name: np.round(rows[name].to_numpy(), 2)
        for name in (
            "TREG",
            "TREGA",
            "TH1",
            "TH2",
            "TH17",
            "TH117",
            "RTE",
            "ACT4",
            "ACT8",
            "NKBR",
            "MO",
            "MOC",
        )
    }
    for digit, central, terminal in (("4", 0.5, 0.05), ("8", 0.16, 0.33)):
        divided = lineage(random, rows[f"N{digit}"].to_numpy(), central, terminal)
        share |= {name + digit: values for name, values in divided.items()}
    share["TREGN"] = np.round(100 - share["TREGA"], 2)
    share["NKDIM"] = np.round(100 - share["NKBR"], 2)
    share["MOI"] = np.round((100 - share["MOC"]) * random.uniform(0.3, 0.5, len(rows)), 2)
    share["MONC"] = np.round(100 - share["MOC"] - share["MOI"], 2)
    lym = rows["LYM"].to_numpy() * 1000
    for name, parent in (
        ("CD3", lym),
        ("NK", lym),
        ("B", lym),
        ("CD4", rows["CD3"].to_numpy()),
        ("CD8", rows["CD3"].to_numpy()),
    ):
        share[name] = np.round(100 * rows[name].to_numpy() / parent, 2)
    share["LYM"] = np.round(100 * rows["LYM"].to_numpy() / rows["LEU"].to_numpy(), 2)

    count = {"LEU": rows["LEU"].to_numpy() * 1000, "LYM": lym}
    parts = []
    for name, (parent, gate, share_range, count_range) in POPULATIONS.items():
        if name not in count:
            count[name] = np.round(share[name] * count[parent] / 100, 1)
        if count_range:
            big = name in ("LEU", "LYM")
            value = comma(count[name] / 1000, 2) if big else comma(count[name], 1)
            parts.append(
                _analyte(f"{name}_ABS", gate, "", value, "10^9/L" if big else "cell/µL", count_range)
            )
        if share_range:
            parts.append(_analyte(f"{name}_PCT", gate, parent, comma(share[name], 2), "%", share_range))
        if name == "CD8":
            ratio = comma(share["CD4"] / share["CD8"], 2)
            parts.append(_analyte("CD4CD8", "CD3+CD4+ / CD3+CD8+", "", ratio, "rapporto", (0.9, 3.6)))
    table = pd.concat(
        [part.assign(tube=np.arange(len(rows)), place=place) for place, part in enumerate(parts)],
        ignore_index=True,
    )
    for column in ("s", "VISIT", "BARCODE"):
        table[column] = rows[column].to_numpy()[table["tube"]]
    table["RUNDAT"] = (rows["SAMPDAT"] + pd.Timedelta(days=1)).to_numpy()[table["tube"]]
    clotted = table["s"].map(people["role"]).eq("clotted") & table["VISIT"].eq("Giorno 5")
    table.loc[clotted, "RESULT"] = "n.d."
    table["RUNSTAT"] = np.where(clotted, "COAGULATO", "OK")
    table["RUNNOTE"] = np.where(clotted, "qualità insufficiente: coagulo", "")
    return table.sort_values(["RUNDAT", "BARCODE", "place"], kind="stable", ignore_index=True)


def _analyte(
    code: str, gate: str, parent: str, value: np.ndarray, unit: str, limits: tuple[float, float]
) -> pd.DataFrame:
    low, high = (f"{limit:g}".replace(".", ",") for limit in limits)
    return pd.DataFrame(
        {
            "ANALYTE": code,
            "GATE": gate,
            "PARENT": parent,
            "RESULT": value,
            "RESUNIT": unit,
            "REFLO": low,
            "REFHI": high,
        }
    )


def cyto(random: Random, people: pd.DataFrame, tubes: pd.DataFrame) -> pd.DataFrame:
    """Return a row a cytokine; values below the limit of quantification are the words <LLOQ."""
    rows = _tubes(tubes, "CYTO")
    s = rows["s"].to_numpy()
    active = people["arm"].eq("IL2").to_numpy()[s]
    parts = []
    for place, (name, (median, spread, limit, low, high)) in enumerate(CYTOKINES.items()):
        own = random.normal(0, spread * 0.8, len(people))[s]
        value = median * np.exp(own + random.normal(0, spread * 0.6, len(rows)))
        if name == "SIL2RA":
            value *= np.exp(np.log(1.8) * rows["VISIT"].map(LEFT_SIL2RA).fillna(0.0).to_numpy() * active)
        digits = 1 if median > 100 else 2
        result = np.where(value < limit, "<LLOQ", comma(value, digits))
        part = pd.DataFrame(
            {
                "s": s,
                "BARCODE": rows["BARCODE"],
                "ANALYTE": name,
                "RESULT": result,
                "RESUNIT": "pg/mL",
                "place": place,
            }
        )
        # plasma is frozen and run monthly; the last run is for the export
        part["RUNDAT"] = (rows["SAMPDAT"] + pd.offsets.MonthEnd(1)).clip(upper=LAST_RUN)
        part["LLOQ"], part["REFLO"], part["REFHI"] = (f"{x:g}".replace(".", ",") for x in (limit, low, high))
        parts.append(part.assign(VISIT=rows["VISIT"]))
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values(["RUNDAT", "BARCODE", "place"], kind="stable", ignore_index=True)
