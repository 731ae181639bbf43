"""Blinded builds: the real treatment list is never reached, and restricted data never come out.

A build is blinded where `[treatment] mode` is "dummy". Files are told apart by path and inode, which opens
none of them; the dummy list is known by the SHA-256 that was recorded when it was made from a seed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from il2cdisc.base.columns import CodedColumn, CodedTable
from il2cdisc.base.problems import Address, Kind, Problem, Problems, Severity
from il2cdisc.raw.forms import Form
from il2cdisc.study import Study

REACHED = Kind(
    "BLD001",
    "Real treatment list in a blinded build",
    Severity.STOP,
    'Name another file; the real list is read only with mode = "real" and its unblinding record.',
)
NOT_RECORDED = Kind(
    "BLD002",
    "Dummy list differs from the recorded one",
    Severity.STOP,
    "Put back the dummy list that was made from a seed, or have the unblinded person record a new one.",
)
READABLE = Kind(
    "BLD003",
    "Real treatment list readable by everyone",
    Severity.FINDING,
    "Take the right to read it from others (chmod o-r), or keep it out of the folder until unblinding.",
)
WITHHELD = "there is a problem of this kind in restricted data; a blinded build withholds it"


def check_blinding(study: Study) -> Iterator[Problem]:
    """What would open the real list in a blinded build, and a real list that is no secret. Opens no file."""
    if not study.blinded or study.treatment is None:
        return
    real = study.raw / study.treatment.real
    for key, path in _inputs(study):
        if is_same_file(path, real):
            what = f"{study.shown(path)} is the real treatment list under another name"
            yield REACHED.at(study.at(*key), what)
    others = [path for path in _parts(study.file_of(study.treatment.form)) if path.exists()]
    for path in others:
        what = "a dummy list has no further parts: their contents are not recorded"
        yield NOT_RECORDED.at(study.shown(path), what, fix="Remove the file.")
    if os.name == "posix" and real.exists() and real.stat().st_mode & stat.S_IROTH:
        yield READABLE.at(study.shown(real), "every user of the system can read the list")


def is_same_file(path: Path, other: Path) -> bool:
    """Whether two paths lead to one file: by links, or as two names of one inode."""
    try:
        return path.resolve() == other.resolve() or os.path.samestat(path.stat(), other.stat())
    except (OSError, RuntimeError):  # one of them is not there, or links lead in a circle
        return False


def is_recorded(study: Study, digest: str) -> bool:
    """Whether a file of this SHA-256 is the dummy list that was recorded."""
    return study.treatment is not None and digest == study.treatment.dummy_sha256


def without_restricted(form: Form, study: Study) -> Form:
    """The form as a blinded build sees it: no record, or restricted columns empty."""
    restricted = study.forms[form.name].restricted
    if not study.blinded or not restricted:
        return form
    if restricted is True:
        nothing = {name: CodedColumn.blank(0) for name in form.table.names}
        return replace(form, table=CodedTable(nothing, 0), parts=())
    blank = {f"{form.name}.{column}": CodedColumn.blank(form.rows) for column in restricted}
    return replace(form, table=form.table.with_columns(blank))


def withhold(problems: Problems, hidden: Callable[[Address], bool]) -> None:
    """Take what they show from the problems that are about restricted data; their places stay."""
    problems.items = [redacted(item) if _is_about(item, hidden) else item for item in problems.items]


def redacted(problem: Problem) -> Problem:
    """The problem without its facts: kind and place."""
    return replace(problem, what=WITHHELD, values=(), hint="", fix=problem.kind.fix)


def _is_about(problem: Problem, hidden: Callable[[Address], bool]) -> bool:
    places: Iterable[Address] = (problem.where, *problem.source, *problem.records)
    return any(hidden(place) for place in places) or (problem.cause is not None and hidden(problem.cause))


def _inputs(study: Study) -> Iterator[tuple[tuple[str, ...], Path]]:
    """Every file that a build opens, with the key that names it."""
    treated = study.treatment.form if study.treatment else ""
    for form in study.forms:
        key = ("treatment", "dummy") if form == treated else ("forms", form, "file")
        for path in (study.file_of(form), *_parts(study.file_of(form))):
            yield key, path
    yield ("paths", "dictionary"), study.dictionary
    for path in sorted([*study.specs.glob("*.xlsx"), *study.terminology.glob("*.csv")]):
        yield ("paths", "specs" if path.suffix == ".xlsx" else "terminology"), path


def _parts(first: Path) -> list[Path]:
    """Further parts of a form's file, as reading finds them."""
    return sorted(first.parent.glob(f"{first.stem}_[1-9]*{first.suffix}")) if first.parent.is_dir() else []
