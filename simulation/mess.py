"""Mess: the errors of a real export, planted one by one and written down."""

from __future__ import annotations

import pandas as pd

from simulation.planter import Planter
from simulation.visits import EARLY_END

LATER = ("Giorno 29", "Giorno 60")
SHORT_MONTHS = {"02": "30", "04": "31", "06": "31", "09": "31", "11": "31"}
# form: the column that says done, the column that says why not, why not
NOT_DONE = {
    "vs": ("VSYN", "VSREASND", "paziente rifiuta"),
    "eg": ("EGYN", "EGREASND", "strumento guasto"),
    "ua": ("UAYN", "UAREASND", "campione insufficiente"),
    "pe": ("PEYN", "PEREASND", "dimenticanza"),
    "cssrs": ("CSYN", "CSREASND", "dimenticanza"),
    "cgi": ("CGIYN", "CGIREAS", "dimenticanza"),
    "fast": ("FASTYN", "FASTREAS", "paziente rifiuta"),
    "bdi": ("BDYN", "BDREAS", "paziente rifiuta"),
}
UNTRANSLATED = {"ae": "bocca asciutta", "cm": "integratore di magnesio", "mh": "calcolosi renale pregressa"}


def plant(planter: Planter, drugs: dict[str, list[str]]) -> None:
    """Plant every error; `drugs` are the verbatims of medication, their typing errors among them."""
    _scales(planter)
    _events(planter)
    _doubles(planter)
    _swap(planter)
    _dates(planter)
    _not_numbers(planter)
    _names(planter, drugs)
    _not_done(planter)
    _conduct(planter)
    planter.settle()


def _scales(planter: Planter) -> None:
    hdrs = planter.forms["hdrs"]
    whole = hdrs["HDTOT"].str.len().gt(1) & hdrs["VISIT"].isin(["Giorno 5", *LATER])
    for label in planter.choose("hdrs", whole, 2):
        wrong = str(int(planter.cell("hdrs", label, "HDTOT")) + 3)
        planter.put("total_differs", "hdrs", label, "HDTOT", wrong, "total recomputed from the items; query")
    for label in hdrs.index[planter.role("hdrs", "noitem") & hdrs["VISIT"].eq("Giorno 15")]:
        hdrs.loc[label, "HDTOT"] = ""
        planter.put("missing_item", "hdrs", label, "HD13", "", "total prorated from the other 20 items")


def _events(planter: Planter) -> None:
    """An event before the first dose, in a subject who has the same one later: nobody is counted twice."""
    ae, people = planter.forms["ae"], planter.people
    headache = ae["AETERM"].isin(["cefalea", "mal di testa"]) & ae["s"].map(people["arm"]).eq("IL2")
    chosen = planter.choose("ae", headache)
    last = ae.groupby("s")["AENO"].transform(lambda numbers: numbers.astype(str).str.zfill(3).max())
    for label in chosen:
        s = int(planter.cell("ae", label, "s"))
        before = pd.date_range(end=people["day_one"].iloc[s], periods=3).strftime("%d/%m/%Y")
        own = ae.index[ae["s"] == s].max()
        early = {
            "AENO": str(int(last[label]) + 1),
            "AETERM": "cefalea",
            "AESEV": "lieve",
            "AEREL": "non correlato",
        }
        early |= {
            "AESTDAT": before[0],
            "AESTTIM": "",
            "AEENDAT": before[1],
            "AEONGO": "N",
            "AEOUT": "risolto",
        }
        early |= {"AEACN": "non applicabile", "AECMYN": "N", "AEINJYN": "N"}
        copy = planter.insert("ae", own, **early)
        planter.note("ae_before_first_dose", "ae", copy, "AESTDAT", "kept, not treatment emergent; query")
    busy = {int(planter.cell("ae", label, "s")) for label in chosen}
    placebo = ae["AEYN"].eq("S") & ae["s"].map(people["arm"]).eq("PBO") & ~ae["s"].isin(busy)
    ends = ae["s"].ne(ae["s"].shift(-1))
    for label in planter.choose("ae", placebo & ends):
        number = str(int(planter.cell("ae", label, "AENO")) + 1)
        dry = {"AENO": number, "AETERM": UNTRANSLATED["ae"], "AESTTIM": "", "AESEV": "lieve"}
        dry |= {"AECMYN": "N", "AEREL": "improbabile", "AEINJYN": "N"}
        expected = "kept with the Italian text; term not coded; query"
        planter.note("untranslated", "ae", planter.insert("ae", label, **dry), "AETERM", expected)


def _doubles(planter: Planter) -> None:
    vs = planter.forms["vs"]
    for label in planter.choose("vs", vs["VISIT"].eq("Giorno 15")):
        planter.note("duplicate_row", "vs", planter.insert("vs", label), "VSDAT", "both rows kept; query")
    for form in ("lbhem", "lbchem"):
        for label in planter.choose(form, planter.forms[form]["VISIT"].isin(LATER)):
            planter.note(
                "duplicate_row", form, planter.insert(form, label), "LBACCNO", "both rows kept; query"
            )
    flow = planter.forms["flow"]
    for label in planter.choose("flow", flow["VISIT"].eq("Giorno 29") & flow["ANALYTE"].eq("TH17_PCT")):
        planter.note(
            "duplicate_row", "flow", planter.insert("flow", label), "ANALYTE", "both rows kept; query"
        )


def _swap(planter: Planter) -> None:
    """Two tubes of day 29 change places: the lowest CD4/CD8 ratio with the highest."""
    flow = planter.forms["flow"]
    ratios = flow[flow["ANALYTE"].eq("CD4CD8") & flow["VISIT"].eq("Giorno 29")]
    ratios = ratios.assign(ratio=ratios["RESULT"].str.replace(",", ".").astype(float)).sort_values(
        "ratio", kind="stable"
    )
    for turn in range(min(planter.times, len(ratios) // 2)):
        pair = ratios.iloc[turn], ratios.iloc[-1 - turn]
        places = [flow.index[flow["BARCODE"] == tube["BARCODE"]] for tube in pair]
        results = [flow.loc[place, "RESULT"].to_numpy(dtype=object) for place in places]
        for place, result, tube in zip(places, reversed(results), pair, strict=True):
            flow.loc[place, "RESULT"] = result
            planter.note(
                "swapped_barcode",
                "flow",
                float(str(tube.name)),
                "BARCODE",
                "kept; CD4/CD8 ratio out of line with the subject's other visits; query",
            )


def _impossible(text: str) -> str:
    return SHORT_MONTHS[text[3:5]] + text[2:]


def _dates(planter: Planter) -> None:
    told = "date as far as known; the text kept as collected; query"
    gone = "date empty; the text kept as collected; query"
    for form, column, number in (("mh", "MHSTDAT", 4), ("cm", "CMSTDAT", 2)):
        frame = planter.forms[form]
        old = frame[column].ne("") & (frame["CMAENO"].eq("") if form == "cm" else True)
        for label in planter.choose(form, old, number):
            planter.put(
                "partial_date", form, label, column, "UNK/" + planter.cell(form, label, column)[6:], told
            )
    for label in planter.choose("psyhx", ~planter.forms["psyhx"]["s"].map(planter.people["misplaced"]), 3):
        planter.put(
            "partial_date",
            "psyhx",
            label,
            "EPSTDAT",
            "UNK/" + planter.cell("psyhx", label, "EPSTDAT")[3:],
            told,
        )
    ae = planter.forms["ae"]
    other = ae["AEINJYN"].eq("N") & ae["AEYN"].eq("S")
    for label in planter.choose("ae", other & ae["AECMYN"].eq("N") & ~planter.role("ae", "missed")):
        ae.loc[label, "AESTTIM"] = ""
        planter.put(
            "partial_date", "ae", label, "AESTDAT", "UNK/" + planter.cell("ae", label, "AESTDAT")[3:], told
        )
    for label in planter.choose("ae", other & ae["AEENDAT"].ne("")):
        planter.put(
            "partial_date", "ae", label, "AEENDAT", "UNK/" + planter.cell("ae", label, "AEENDAT")[3:], told
        )
    for form, column in (("ae", "AEENDAT"), ("cm", "CMSTDAT"), ("mh", "MHSTDAT"), ("lbchem", "LBDAT")):
        frame = planter.forms[form]
        short = frame[column].str[3:5].isin(list(SHORT_MONTHS)) & frame[column].ne("")
        if form == "lbchem":
            short &= frame["VISIT"].isin(LATER)
        if form == "cm":
            short &= frame["CMAENO"].eq("")
        for label in planter.choose(form, short):
            planter.put(
                "impossible_date", form, label, column, _impossible(planter.cell(form, label, column)), gone
            )


def _not_numbers(planter: Planter) -> None:
    """Words and codes in the place of numbers; never at screening or day 1, whose values are baselines."""
    cells = {
        "ND": (("eg", "EGPR"), ("ua", "UASG"), ("vs", "PULSE60")),
        "n.d.": (("lbthy", "FT4"), ("lbchem", "GGT"), ("vs", "TEMPC")),
        "999": (("vs", "WEIGHT"), ("vs", "PULSE"), ("lbchem", "UREA")),
        "": (("vs", "DIABP"), ("ua", "UAPH"), ("lbhem", "BASO")),
    }
    kinds = {"ND": "not_done_word", "n.d.": "not_done_word", "999": "missing_code", "": "blank"}
    for value, places in cells.items():
        for form, column in places:
            frame = planter.forms[form]
            later = frame["VISIT"].isin(["Giorno 8", "Giorno 22", *LATER]) & frame[column].ne("")
            for label in planter.choose(form, later):
                planter.put(kinds[value], form, label, column, value, "no result, not done", value != "")


def _not_done(planter: Planter) -> None:
    """Whole forms that were not done, with the reason; day 1, the HDRS and the laboratory are spared."""
    visits = ("Giorno 3", "Giorno 4", "Giorno 5", "Giorno 29")
    for form, (done, why, reason) in NOT_DONE.items():
        frame = planter.forms[form]
        head = ("SITENO", "SUBJID", "s", "VISIT", "CSVERS", "COMPBY", "QRYSTAT", "RATER", done, why)
        results = [name for name in frame.columns if name not in head and not name.endswith("DAT")]
        for label in planter.choose(form, frame["VISIT"].isin(visits)):
            frame.loc[label, results] = ""
            frame.loc[label, why] = reason
            no = "0" if form == "bdi" else "N"
            planter.put("form_not_done", form, label, done, no, "not done, with its reason", False)


def _names(planter: Planter, drugs: dict[str, list[str]]) -> None:
    cm = planter.forms["cm"]
    wrong = {
        drugs[concept.removesuffix("/typo")][0]: typos
        for concept, typos in drugs.items()
        if concept.endswith("/typo")
    }
    for number, label in enumerate(planter.choose("cm", cm["CMTRT"].isin(list(wrong)), 5)):
        typos = wrong[planter.cell("cm", label, "CMTRT")]
        planter.put(
            "drug_typo",
            "cm",
            label,
            "CMTRT",
            typos[number % len(typos)],
            "coded to the right substance",
            False,
        )
    spare = cm["CMTRT"].isin(["lorazepam", "omeprazolo", "ramipril"])
    for form, column, mask in (
        ("cm", "CMTRT", spare),
        ("mh", "MHTERM", planter.forms["mh"]["MHTERM"].ne("")),
    ):
        for label in planter.choose(form, mask):
            planter.put(
                "untranslated",
                form,
                label,
                column,
                UNTRANSLATED[form],
                "kept with the Italian text; not coded; query",
            )


def _conduct(planter: Planter) -> None:
    """Write down what the visits, the doses and the laboratory already did."""
    forms = planter.forms
    sv, ex, flow, samples, lbchem = forms["sv"], forms["ex"], forms["flow"], forms["samples"], forms["lbchem"]
    for day in (15, 29, 60):
        late = planter.role("sv", f"late_d{day}") & sv["VISIT"].eq(f"Giorno {day}")
        planter.note_all("visit_out_of_window", "sv", late, "SVSTDAT", "kept; listed as out of window", True)
    wrong = forms["psyhx"]["s"].map(planter.people["misplaced"])
    planter.note_all(
        "wrong_stratum", "psyhx", wrong, "DIAG", "stratum as randomised kept; difference listed", True
    )
    day_22 = ex["VISIT"].eq("Giorno 22")
    planter.note_all(
        "missed_dose", "ex", planter.role("ex", "missed") & day_22, "EXYN", "dose not done with its reason"
    )
    planter.note_all(
        "late_dose", "ex", planter.role("ex", "late") & day_22, "EXDAT", "dose two days after plan, in window"
    )
    gone = planter.role("sv", "lost") & sv["SVOCC"].eq("N")
    planter.note_all("lost_to_follow_up", "sv", gone, "SVREASND", "no day 60; disposition lost to follow-up")
    left = planter.role("sv", "withdrew") & sv["VISIT"].eq(EARLY_END)
    planter.note_all(
        "withdrew_consent", "sv", left, "SVSTDAT", "early termination; disposition withdrawal by subject"
    )
    clot = flow["RUNSTAT"].eq("COAGULATO") & flow["ANALYTE"].eq("LEU_ABS")
    planter.note_all("clotted_tube", "flow", clot, "RUNSTAT", "all populations of the tube not done")
    planter.note_all(
        "flow_not_done", "samples", samples["SAMPYN"].eq("N"), "SAMPYN", "no flow cytometry at this visit"
    )
    spoiled = lbchem["LBNOTE"].eq("campione emolizzato")
    planter.note_all("haemolysed", "lbchem", spoiled, "LBNOTE", "potassium, AST and LDH not done")
    first = lbchem["CREATU"].eq("umol/L") & ~lbchem["CREATU"].eq("umol/L").shift(fill_value=False)
    planter.note_all("unit_changed", "lbchem", first, "CREATU", "creatinine in umol/L from this row on")
    taken = forms["cm"]["CMTRT"].eq("ibuprofene")
    planter.note_all("prohibited_medication", "cm", taken, "CMTRT", "out of the per-protocol set")
