"""The plan of the annotated CRF, from the data dictionary, the mappings' plans and the workbook."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from il2cdisc.base.origins import DroppedColumn, FieldUse
from il2cdisc.base.problems import Address, Problem, Problems, Stopped, at_line, did_you_mean
from il2cdisc.crf.annotations import FieldStates, annotate
from il2cdisc.crf.check import given_pages, uncited
from il2cdisc.crf.facts import crf_header
from il2cdisc.crf.find import MOST_BYTES, CrfFile, open_pages
from il2cdisc.crf.forms import CrfForm, all_forms, crf_forms
from il2cdisc.crf.placement import read_placement, resolve
from il2cdisc.crf.plan import CrfPlan, SponsorCrf
from il2cdisc.crf.problems import ANNOTATED, NO_PLACEMENT, UNREADABLE
from il2cdisc.raw import Dictionary
from il2cdisc.raw.visits import visit_column
from il2cdisc.run.plan import NO_SDTM, link_columns
from il2cdisc.sdtm.problems import COLUMN_LOST
from il2cdisc.spec.models import Spec
from il2cdisc.spec.problems import DATASET_NOT_MADE
from il2cdisc.study import Study
from il2cdisc.study.checks import is_inside

DEFAULT = "crf/placement.xlsx"
"""Where a proposal is written if [crf] does not name the placement."""


def plan_crf(
    study: Study,
    sdtm: Spec,
    dictionary: Dictionary,
    uses: Iterable[FieldUse],
    dropped: Iterable[DroppedColumn],
    problems: Problems,
) -> CrfPlan:
    """The plan; a field that is neither mapped nor dropped is a problem, and all of the placement.

    Columns of transferred forms are on no page: they are looked through all the same.
    """
    forms = crf_forms(study, sdtm, dictionary)
    states = _states(study, dictionary, dropped)
    found = annotate(all_forms(study, sdtm, dictionary), uses, states, sdtm)
    on_pages = {form.name for form in forms}
    annotations = tuple(item for item in found.annotations if item.form in on_pages)
    lines = {column.name: column.line for form in dictionary.values() for column in form}
    absent = any(problem.kind is DATASET_NOT_MADE for problem in problems.items)
    for name in () if absent else found.unmapped:  # else they are those of the mapping that is not there
        place = at_line(study.shown(study.dictionary), lines[name], name.partition(".")[2])
        problems.add(COLUMN_LOST.at(place, f"{name} is neither mapped nor dropped"))
    if not found.unmapped:
        problems.extend([*uncited(sdtm, annotations), *given_pages(sdtm)])
    given = [name for name in (study.crf.file, study.crf.placement) if name]
    leaves = any(not is_inside(name, study.folder) for name in given)  # told already, and not opened
    texts = {item.text for item in annotations if item.domain}
    sponsor = _sponsor(study, forms, texts, problems) if study.crf.file and not leaves else None
    return CrfPlan(tuple(forms), annotations, sdtm, crf_header(study), study.displays.paper, sponsor)


def _states(study: Study, dictionary: Dictionary, dropped: Iterable[DroppedColumn]) -> FieldStates:
    names: Mapping[str, Sequence[str]] = {
        form: [column.column for column in columns] for form, columns in dictionary.items()
    }
    subjects = {
        f"{form}.{source.subject.column}"
        for form, source in study.forms.items()
        if source.subject is not None and source.subject.column
    }
    later = {f"{form}.{name}" for form in study.deferred for name in names.get(form, ())}
    visits = {f"{form}.{visit_column(study, form, names[form])}" for form in names if form in study.forms}
    unused = {*(item.column for item in dropped), *link_columns(study), *later}
    return FieldStates(frozenset(subjects), frozenset(unused), frozenset(visits))


def _sponsor(
    study: Study, forms: Sequence[CrfForm], texts: Container[str], problems: Problems
) -> SponsorCrf | None:
    """The sponsor's file with the places of all fields; None where something is wrong.

    `texts`: what will be put on its pages; one that is a comment there already is a problem.
    """
    try:
        content = read_crf(study)
        pages = open_pages(content, study.crf.file)
        problems.extend(_annotated_already(pages, study.crf.file, texts))
        rows, found = read_placement(_placement_of(study), study.crf.placement)
    except Stopped as stopped:
        problems.extend(stopped.problems)
        return None
    reasons = {name: f"form '{name}' is transferred: it is on no page" for name in study.crf.transferred}
    spots, wrong = resolve(rows, forms, reasons, pages, study.crf.placement)
    problems.extend([*found, *wrong])
    return SponsorCrf(content, study.crf.file, spots)


def _placement_of(study: Study) -> Path:
    """The workbook. Raises `Stopped` where none is named, or it is not there."""
    name, place = study.crf.placement, study.at("crf", "placement")
    if not name:
        raise Stopped([NO_PLACEMENT.at(place, f"{study.crf.file} has no placement of its fields")])
    path = study.folder / name
    if path.is_file():
        return path
    near = did_you_mean(path.name, sorted(file.name for file in path.parent.glob("*.xlsx")))
    hint = (Path(name).parent / near).as_posix() if near else ""
    fix = "Correct the name, or write the workbook with il2cdisc crf propose." if near else ""
    raise Stopped([NO_PLACEMENT.at(place, f"there is no file {name}", hint=hint, fix=fix)])


def _annotated_already(pages: CrfFile, shown: str, texts: Container[str]) -> Iterator[Problem]:
    on_pages = ((number + 1, pages.comments(number)) for number in range(pages.count))
    there = {number: sorted(text for text in found if text in texts) for number, found in on_pages}
    numbers = [number for number, found in there.items() if found]
    if numbers:
        what = f"{len(numbers):,} of {pages.count:,} pages hold annotations of this study"
        yield ANNOTATED.at(Address(file=f"{shown}, page {numbers[0]}"), what, values=there[numbers[0]])


def read_crf(study: Study) -> bytes:
    """The sponsor's file. Raises `Stopped` where it is not there, no ordinary file, or too large."""
    path = study.folder / study.crf.file
    try:
        if path.exists() and not path.is_file():
            raise OSError(0, "it is no ordinary file")
        if path.stat().st_size > MOST_BYTES:
            raise OSError(0, f"it is larger than {MOST_BYTES:,} bytes")
        return path.read_bytes()
    except OSError as error:
        why = error.strerror or type(error).__name__
        what, fix = (
            f"the file can't be read: {why}",
            "Put the file there, or correct [crf] file of study.toml.",
        )
        raise Stopped([UNREADABLE.at(Address(file=study.crf.file), what, fix=fix)]) from None


@dataclass(frozen=True, slots=True)
class Proposed:
    """The workbook that was written: how many fields it has, and of how many the label was found.

    `several`: how many of those have it several times on their page, each as likely; `has_text`: of the PDF.
    """

    file: Path
    fields: int
    found: int
    several: int
    has_text: bool


def propose_placement(trial: Path, out: Path | None, *, force: bool) -> Proposed:
    """Write a first placement of the fields of a sponsor's CRF.

    Raises `Stopped` where the study names no file, the file can't be read, or the workbook exists.
    """
    from il2cdisc.crf.propose import propose, sheet_bytes
    from il2cdisc.raw import load_dictionary
    from il2cdisc.run.workbooks import write_book
    from il2cdisc.study import load_study

    study = load_study(trial)
    if not study.crf.file:
        what = "[crf] names no file: the form is drawn from the data dictionary, and needs no placement"
        raise Stopped([UNREADABLE.at(study.at("crf"), what, fix="Name the sponsor's PDF as [crf] file.")])
    pages: CrfFile = open_pages(read_crf(study), study.crf.file)
    dictionary = load_dictionary(study.dictionary, study.shown(study.dictionary))
    rows = propose(crf_forms(study, NO_SDTM, dictionary), pages)
    file = out or study.folder / (study.crf.placement or DEFAULT)
    write_book(file, sheet_bytes(rows), force=force)
    fields = [row for row in rows if row.field]
    found = [row for row in fields if row.page is not None]
    several = sum(row.times > 1 for row in found)
    return Proposed(file, len(fields), len(found), several, bool(found) or pages.has_text)
