"""History: medical and psychiatric history, substance use, and medication."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulation.chance import Random, pick
from simulation.events import TREATED
from simulation.visits import SCREENING

# substance: possible doses in mg, category, indication
DRUGS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "sertraline": (("100", "150", "200"), "ANTIDEPRESSIVO", "EPISODIO DEPRESSIVO"),
    "escitalopram": (("10", "15", "20"), "ANTIDEPRESSIVO", "EPISODIO DEPRESSIVO"),
    "paroxetine": (("20", "30", "40"), "ANTIDEPRESSIVO", "EPISODIO DEPRESSIVO"),
    "fluvoxamine": (("200", "300"), "ANTIDEPRESSIVO", "EPISODIO DEPRESSIVO"),
    "venlafaxine": (("150", "225"), "ANTIDEPRESSIVO", "EPISODIO DEPRESSIVO"),
    "duloxetine": (("60", "90", "120"), "ANTIDEPRESSIVO", "EPISODIO DEPRESSIVO"),
    "bupropion": (("150", "300"), "ANTIDEPRESSIVO", "EPISODIO DEPRESSIVO"),
    "lithium": (("600", "900"), "STABILIZZATORE", "DISTURBO BIPOLARE"),
    "valproate": (("750", "1000"), "STABILIZZATORE", "DISTURBO BIPOLARE"),
    "lamotrigine": (("100", "200"), "STABILIZZATORE", "DISTURBO BIPOLARE"),
    "quetiapine": (("50", "100", "150"), "ANTIPSICOTICO", "EPISODIO DEPRESSIVO"),
    "aripiprazole": (("5", "10"), "ANTIPSICOTICO", "EPISODIO DEPRESSIVO"),
    "olanzapine": (("2.5", "5"), "ANTIPSICOTICO", "EPISODIO DEPRESSIVO"),
    "lorazepam": (("1", "2.5"), "ALTRO", "ANSIA"),
    "levothyroxine": (("0.05", "0.1"), "ALTRO", "ALTRA CONDIZIONE"),
    "ramipril": (("2.5", "5"), "ALTRO", "ALTRA CONDIZIONE"),
    "omeprazole": (("20",), "ALTRO", "ALTRA CONDIZIONE"),
    "paracetamol": (("500", "1000"), "ALTRO", "EVENTO AVVERSO"),
    "cetirizine": (("10",), "ALTRO", "EVENTO AVVERSO"),
    "ibuprofen": (("600",), "ALTRO", "ALTRA CONDIZIONE"),
}
SSRI = ("sertraline", "escitalopram", "paroxetine", "fluvoxamine")
SNRI = ("venlafaxine", "duloxetine")
CONDITION_DRUG = {"hypertension": "ramipril", "thyroid": "levothyroxine", "reflux": "omeprazole"}
PAST = ("appendix", "asthma", "caesarean")  # conditions that are over


def _days(days: np.ndarray) -> pd.TimedeltaIndex:
    return pd.to_timedelta(days, unit="D")


def medical_history(random: Random, people: pd.DataFrame, words: dict[str, list[str]]) -> pd.DataFrame:
    """Return mh: none to three conditions; one line saying so for a subject with none."""
    rows = people.index[people["failure"] != "WITHDREW"]
    common = [concept for concept in words if concept != "caesarean"]
    parts = []
    for line, chance in enumerate((0.7, 0.4, 0.15)):
        parts.append(pd.DataFrame({"s": rows[random.random(len(rows)) < chance], "line": line}))
    form = pd.concat(parts, ignore_index=True)
    form["concept"] = pick(random, common, len(form))
    children = form["s"].map(people["sex"]).eq("F") & (random.random(len(form)) < 0.12)
    form["concept"] = form["concept"].mask(children, "caesarean")
    form = form.drop_duplicates(["s", "concept"])
    none = rows[~rows.isin(form["s"])]
    form = pd.concat(
        [form.assign(MHYN="S"), pd.DataFrame({"s": none, "line": 0, "concept": "", "MHYN": "N"})]
    )
    form = form.sort_values(["s", "line"], kind="stable", ignore_index=True)
    some = (form["MHYN"] == "S").to_numpy()
    consent = form["s"].map(people["consent"])
    age = form["s"].map(people["age"]).to_numpy()
    form["MHSTDAT"] = (
        consent - _days((random.uniform(0.03, 0.55, len(form)) * age * 365).astype(int))
    ).where(some)
    past = form["concept"].isin(PAST).to_numpy()
    form["MHONGO"] = np.where(some, np.where(past, "N", "S"), "")
    form["MHENDAT"] = (form["MHSTDAT"] + _days(random.integers(1, 400, len(form)))).where(past & some)
    form["MHENDAT"] = np.minimum(form["MHENDAT"], consent)
    form["MHTERM"] = form["concept"].map({concept: texts[0] for concept, texts in words.items()}).fillna("")
    form["MHNO"] = (form.groupby("s").cumcount() + 1).astype("Int64").where(some)
    return form.assign(VISIT=SCREENING, MHDAT=consent)


def psychiatric_history(random: Random, people: pd.DataFrame) -> pd.DataFrame:
    """Return psyhx; the subject in the wrong stratum has bipolar disorder here."""
    rows = people[people["failure"] != "WITHDREW"]
    size = len(rows)
    form = pd.DataFrame({"s": rows.index, "VISIT": SCREENING, "PSYDAT": rows["consent"].to_numpy()})
    form["DIAG"] = np.where(rows["misplaced"], "DB2", rows["diag"])
    form["ONSETAGE"] = rows["onset"].to_numpy()
    form["ILLYRS"] = (rows["age"] - rows["onset"]).to_numpy()
    form["NEPIS"] = rows["episodes"].to_numpy()
    form["EPISWK"] = rows["weeks"].to_numpy()
    form["EPSTDAT"] = (rows["consent"] - _days(7 * rows["weeks"].to_numpy())).to_numpy()
    form["NHOSP"] = np.minimum(random.poisson(1.2, size), rows["episodes"].to_numpy())
    form["NSUATT"] = pick(random, ["0", "1", "2"], size, [0.78, 0.17, 0.05])
    for name, share in (("FAMHX", 0.5), ("PSYCHOT", 0.12), ("ECTEVER", 0.05)):
        form[name] = pick(random, ["S", "N"], size, [share, 1 - share])
    return form


def substance_use(random: Random, people: pd.DataFrame) -> pd.DataFrame:
    """Return su: tobacco, alcohol and coffee, a row a subject."""
    rows = people[people["failure"] != "WITHDREW"]
    size = len(rows)
    form = pd.DataFrame(
        {
            "s": rows.index,
            "VISIT": SCREENING,
            "SUDAT": rows["consent"].to_numpy(),
            "SMOKE": rows["smoke"].to_numpy(),
        }
    )
    form["CIGDAY"] = pd.Series(random.integers(3, 26, size), dtype="Int64").mask(form["SMOKE"] != "ATTUALE")
    stopped = form["SUDAT"] - _days(random.integers(200, 3000, size))
    form["SMKENDAT"] = stopped.where(form["SMOKE"] == "EX")
    form["ALCOHOL"] = pick(random, ["MAI", "EX", "ATTUALE"], size, [0.45, 0.1, 0.45])
    form["ALCUNIT"] = pd.Series(random.integers(1, 11, size), dtype="Int64").mask(
        form["ALCOHOL"] != "ATTUALE"
    )
    form["CAFFE"] = pick(random, ["MAI", "ATTUALE"], size, [0.15, 0.85])
    form["CAFDAY"] = pd.Series(random.integers(1, 6, size), dtype="Int64").mask(form["CAFFE"] != "ATTUALE")
    return form


def medication(
    random: Random, people: pd.DataFrame, mh: pd.DataFrame, ae: pd.DataFrame, words: dict[str, list[str]]
) -> pd.DataFrame:
    """Return cm: background treatment of everyone, what goes with history and events, and the few changes."""
    rows = people[people["failure"] != "WITHDREW"]
    before = rows["consent"] - _days(random.integers(20, 300, len(rows)))
    drug = np.where(rows["class_ad"] == "SSRI", pick(random, SSRI, len(rows)), pick(random, SNRI, len(rows)))
    base = pd.DataFrame({"s": rows.index, "drug": drug, "start": before, "end": pd.NaT, "aeno": pd.NA})
    switched = rows["role"].isin(["switch1", "switch2"]).to_numpy()
    base["end"] = (rows["day_one"] + pd.Timedelta(days=33)).where(switched)
    stopped = base["end"][switched]
    added = base[switched].assign(
        drug="bupropion", start=stopped + pd.Timedelta(days=1), end=np.datetime64("NaT")
    )
    bipolar = rows["stabiliser"].notna().to_numpy()
    parts = [base, added, base[bipolar].assign(drug=rows["stabiliser"][bipolar], end=np.datetime64("NaT"))]
    add_on = (rows["add_on"] == "S").to_numpy()
    parts.append(
        base[add_on].assign(
            drug=pick(
                random, ["quetiapine", "aripiprazole", "olanzapine"], int(add_on.sum()), [0.7, 0.2, 0.1]
            ),
            end=np.datetime64("NaT"),
        )
    )
    calm = random.random(len(rows)) < 0.45
    parts.append(base[calm].assign(drug="lorazepam", end=np.datetime64("NaT")))
    ill = mh[mh["concept"].isin(list(CONDITION_DRUG))]
    parts.append(
        pd.DataFrame(
            {
                "s": ill["s"],
                "drug": ill["concept"].map(CONDITION_DRUG),
                "start": ill["MHSTDAT"],
                "end": pd.NaT,
                "aeno": pd.NA,
            }
        )
    )
    treated = ae[ae["AECMYN"] == "S"]
    over = treated["AEENDAT"].fillna(treated["AESTDAT"] + pd.Timedelta(days=2))
    parts.append(
        pd.DataFrame(
            {
                "s": treated["s"],
                "drug": treated["event"].map(TREATED),
                "start": treated["AESTDAT"],
                "end": over,
                "aeno": treated["AENO"],
            }
        )
    )
    taken = rows[rows["role"] == "prohibited"]
    parts.append(
        pd.DataFrame(
            {
                "s": taken.index,
                "drug": "ibuprofen",
                "start": taken["day_one"] + pd.Timedelta(days=17),
                "end": taken["day_one"] + pd.Timedelta(days=24),
                "aeno": pd.NA,
            }
        )
    )
    form = pd.concat(
        [
            part.astype({"start": "datetime64[us]", "end": "datetime64[us]", "aeno": "Int64"})
            for part in parts
            if len(part)
        ],
        ignore_index=True,
    )
    form = form.sort_values(["s", "start"], kind="stable", ignore_index=True)
    form["CMTRT"] = form["drug"].map({name: texts[0] for name, texts in words.items()})
    form["CMCAT"] = form["drug"].map({name: category for name, (_, category, _) in DRUGS.items()})
    form["CMINDC"] = form["drug"].map({name: reason for name, (_, _, reason) in DRUGS.items()})
    dose = np.full(len(form), "", dtype=object)
    for name, (doses, _, _) in DRUGS.items():
        mask = (form["drug"] == name).to_numpy()
        dose[mask] = pick(random, doses, int(mask.sum()))
    form["CMDOSE"] = dose
    needed = form["CMINDC"] == "EVENTO AVVERSO"
    form["CMFREQ"] = np.where(needed, "al bisogno", "1/die")
    form["CMNO"] = form.groupby("s").cumcount() + 1
    form["CMONGO"] = np.where(form["end"].isna(), "S", "N")
    form = form.rename(columns={"start": "CMSTDAT", "end": "CMENDAT", "aeno": "CMAENO"})
    return form.assign(CMYN="S", CMDOSU="mg", CMROUTE="OS")
