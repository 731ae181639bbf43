"""Simulate: the trial's synthetic raw export, all forms, with its planted errors. SYNTHETIC DATA."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent


def _own_package() -> None:
    """Let `simulation` mean this folder, also when another trial's was loaded in this process."""
    for name in [name for name in sys.modules if name == "simulation" or name.startswith("simulation.")]:
        origin = getattr(sys.modules[name], "__file__", None)
        if origin is None or Path(origin).resolve().parent != HERE:
            del sys.modules[name]


_own_package()
sys.path.insert(0, str(HERE.parent))

from simulation import (  # noqa: E402
    body,
    cells,
    chance,
    coding,
    conduct,
    dosing,
    events,
    flow,
    history,
    labs,
    mood,
    visits,
)
from simulation.mess import plant  # noqa: E402
from simulation.people import recruit  # noqa: E402
from simulation.planter import Planter  # noqa: E402
from simulation.writers import Limits, finish, read_dictionary, write_forms, write_planted  # noqa: E402

sys.path.remove(str(HERE.parent))

SEED = 141  # of the shipped export; chosen: see raw_readme.md
SUBJECTS = 36
STAFF = ("INV1", "INV2", "SC1", "SC2")
THEMES = (
    *("people", "visits", "mood", "scales", "cells", "flow", "cyto", "labs", "body", "dosing"),
    *("events", "history", "conduct", "dummy"),
)


def truth(subjects: int, seed: int, *, failures: bool = True) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Return all forms before they are text (dates as dates), and the people."""
    vocabulary = coding.read_vocabulary(HERE / "vocabulary.csv")
    words = coding.words_of(vocabulary)
    random = {theme: chance.stream(seed, theme) for theme in THEMES}
    people, rand = recruit(random["people"], subjects, failures=failures)
    table = visits.calendar(random["visits"], people)
    # who withdrew at once has a consent and nothing more
    quit_at_once = table["s"].map(people["failure"]).eq("WITHDREW")
    seen = table[~quit_at_once].reset_index(drop=True)
    rated = mood.course(random["mood"], people, seen)
    forms = mood.scales(random["scales"], people, rated)
    forms["cssrs"] = mood.suicidality(forms["hdrs"], seen)
    blood = cells.populations(random["cells"], people, seen)
    forms["lbhem"] = labs.blood_count(random["labs"], people, blood)
    forms["lbchem"] = labs.chemistry(random["labs"], people, seen)
    forms["lbthy"] = labs.thyroid(random["labs"], people, seen)
    for form in ("lbhem", "lbchem", "lbthy"):
        numbers = sorted(forms[form]["LBACCNO"])
        forms[form] = forms[form].sort_values(["LBDAT", "s"], kind="stable", ignore_index=True)
        forms[form]["LBACCNO"] = numbers
    forms["samples"] = flow.samples(random["flow"], people, seen)
    forms["flow"] = flow.flow(random["flow"], people, forms["samples"], blood)
    forms["cyto"] = flow.cyto(random["cyto"], people, forms["samples"])
    forms["vs"] = body.vital_signs(random["body"], people, seen)
    forms["pe"] = body.examination(random["body"], people, seen, words["PE"])
    forms["eg"] = body.ecg(random["body"], people, seen, words["EG"])
    forms["preg"] = body.pregnancy(random["body"], people, seen)
    forms["ua"] = body.urine(random["body"], seen)
    forms["ae"] = events.adverse_events(random["events"], people, seen, words["AE"])
    forms["ae"]["INITIALS"] = forms["ae"]["s"].map(people["initials"])
    forms["ex"] = dosing.injections(random["dosing"], people, seen)
    forms["da"] = dosing.accountability(forms["ex"])
    forms["injsite"] = dosing.sites(random["dosing"], people, forms["ex"], forms["ae"])
    forms["mh"] = history.medical_history(random["history"], people, words["MH"])
    forms["psyhx"] = history.psychiatric_history(random["history"], people)
    forms["su"] = history.substance_use(random["history"], people)
    forms["cm"] = history.medication(random["history"], people, forms["mh"], forms["ae"], words["CM"])
    forms["dm"] = conduct.demography(people)
    forms["ic"] = conduct.consent(random["conduct"], people, table)
    forms["ie"] = conduct.eligibility(people, table)
    forms["sv"] = conduct.visits_held(random["conduct"], people, table, words["SV"])
    forms["dv"] = conduct.deviations(people, table, words["DV"])
    forms["ds"] = conduct.disposition(people, table, forms["ex"], words["DS"])
    forms["co"] = conduct.comments(random["conduct"], seen, words["CO"])
    forms["rand"] = rand
    forms["rand_dummy"] = _dummy(random["dummy"], rand)
    return forms, people


def _dummy(random: chance.Random, rand: pd.DataFrame) -> pd.DataFrame:
    """Return a list of the same shape with the arms of each stratum shuffled."""
    dummy = rand.copy()
    for stratum in ("MDD", "BD"):
        mask = dummy["STRATUM"] == stratum
        dummy.loc[mask, "ARM"] = random.permutation(dummy.loc[mask, "ARM"].to_numpy())
    return dummy


def simulate(
    out: Path,
    subjects: int = SUBJECTS,
    seed: int = SEED,
    planted: Path | None = None,
    limits: Limits | None = None,
    *,
    failures: bool = True,
) -> None:
    """Write the raw export of a trial with `subjects` randomised (and 44/36 as many screened) into `out`.

    The same seed gives the same bytes. `planted` is the file that lists the planted errors with file and
    line; without it no list is written. With 36 subjects all numbers are those of the shipped export; larger
    trials scale them. Ids are as wide as the number screened needs (01-001; 01-0001 from 1,000 on). `limits`
    says how many rows a file holds before a form passes into a further part. Without `failures` everybody who
    is screened meets every criterion and is randomised.
    Raises ValueError below 12 subjects.
    """
    if subjects < 12:
        raise ValueError(f"{subjects} randomised subjects are too few for strata and roles: take 12 or more")
    limits = limits or Limits()
    dictionary = read_dictionary(HERE / "dictionary.csv")
    vocabulary = coding.read_vocabulary(HERE / "vocabulary.csv")
    raw, people = truth(subjects, seed, failures=failures)
    subjid = people["subjid"].to_numpy()
    desk = chance.stream(seed, "desk")
    forms = {}
    for form, frame in raw.items():
        columns = dictionary["rand" if form == "rand_dummy" else form]
        names = [column.name for column in columns]
        if "COMPBY" in names:
            frame["COMPBY"] = chance.pick(desk, STAFF, len(frame))
        if "QRYSTAT" in names:
            frame["QRYSTAT"] = chance.pick(desk, ["", "chiusa"], len(frame), [0.97, 0.03])
        if "RATER" in names:
            frame["RATER"] = np.where(frame["s"] % 2 == 0, "RAT1", "RAT2")
        forms[form] = finish(frame, columns, subjid)
    planter = Planter(forms, people, chance.stream(seed, "mess"), max(1, round(subjects / 36)))
    plant(planter, coding.words_of(vocabulary)["CM"])
    forms["coding"] = finish(coding.coded(vocabulary, forms), dictionary["coding"], subjid)
    out.mkdir(parents=True, exist_ok=True)
    write_forms(out, forms, dictionary, limits)
    (out / "dictionary.csv").write_bytes((HERE / "dictionary.csv").read_bytes())
    readme = (HERE / "raw_readme.md").read_text(encoding="utf-8")
    readme = (
        readme.replace("{seed}", str(seed))
        .replace("{subjects}", str(subjects))
        .replace("{screened}", str(len(people)))
    )
    (out / "README.md").write_text(readme, encoding="utf-8")
    if planted is not None:
        write_planted(planted, planter.entries(limits), seed, subjects)


def main() -> None:
    """Make raw/ and tests/planted.toml anew: python simulation/simulate.py."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE.parent / "raw")
    parser.add_argument("--subjects", type=int, default=SUBJECTS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--planted", type=Path, default=HERE.parent / "tests" / "planted.toml")
    parser.add_argument("--no-failures", action="store_true", help="everybody screened meets every criterion")
    given = parser.parse_args()
    simulate(given.out, given.subjects, given.seed, given.planted, failures=not given.no_failures)


if __name__ == "__main__":
    main()
