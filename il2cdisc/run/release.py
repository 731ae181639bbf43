"""What a release of controlled terminology changes for a trial: both workbooks against it."""

from __future__ import annotations

from pathlib import Path

from il2cdisc.base.problems import Problem, Stopped
from il2cdisc.spec.load import load_spec
from il2cdisc.spec.models import Spec
from il2cdisc.spec.release import release_changes, terms_added
from il2cdisc.standards.evs import read_evs
from il2cdisc.standards.problems import NOT_THERE
from il2cdisc.standards.release import Release, imported, load_terminology, read_release
from il2cdisc.study import Study


def differences(study: Study, release: str = "") -> tuple[list[Problem], list[str]]:
    """What `release` (a file of NCI EVS, an imported version; the newest of each package if empty) changes.

    Returns the changes, each at a cell of a workbook, and notes in words. Raises `Stopped` where the
    release is not there or can't be read.
    """
    before = load_terminology(study.terminology, study.standards.ct)
    now = ", ".join(item.name for item in before.releases) or "the tables that come with il2cdisc"
    notes = [f"now: version {study.standards.ct} ({now})"]
    problems: list[Problem] = []
    for new in _releases(study, release):
        notes.append(f"new: {new.name}, {len(new.codelists):,} codelists, {new.count:,} terms")
        sdtm: Spec | None = None
        for name in ("sdtm.xlsx", "adam.xlsx"):
            if name == "adam.xlsx" and not (study.specs / name).exists():
                notes.append(f"no {study.shown(study.specs / name)}: SDTM alone")
                continue
            spec = load_spec(study.specs / name, study.shown(study.specs / name), shared=sdtm)
            sdtm = sdtm or spec
            problems += release_changes(spec, new, before)
            added = terms_added(spec, new, before)
            if added:
                told = ", ".join(f"{item} {count}" for item, count in added.items())
                notes.append(f"terms added to codelists of {spec.shown}: {told}")
    return sorted(problems, key=Problem.sort_key), notes


def _releases(study: Study, asked: str) -> list[Release]:
    if asked and Path(asked).is_file():
        return [read_evs(Path(asked), asked)]
    held = imported(study.terminology)
    shown = study.shown(study.terminology)
    if asked:
        chosen = [(package, version) for package, version in held if version == asked]
    else:
        newest = dict(held)  # sorted: the last is the newest
        chosen = sorted(newest.items())
    if not chosen:
        what = f"neither a file nor an imported version is called {asked}" if asked else "nothing is imported"
        raise Stopped([NOT_THERE.at(shown, what, values=sorted({version for _, version in held}))])
    return [read_release(study.terminology / f"{package}_{version}.csv") for package, version in chosen]
