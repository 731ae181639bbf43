"""What must hold between the keys of `study.toml`, and the words for what does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from il2cdisc.base.problems import Kind, Severity, did_you_mean
from il2cdisc.study.model import CrfFacts, Paths, Study, Treatment
from il2cdisc.study.trial import PARAMETER, entries, is_reserved, unfit

SYNTHETIC = "SYNTHETIC DATA"

UNREADABLE = Kind(
    "STU001",
    "Unreadable study.toml",
    Severity.STOP,
    "Make the file valid TOML, in UTF-8, in the study folder.",
)
UNKNOWN_KEY = Kind(
    "STU002",
    "Unknown key",
    Severity.STOP,
    "Remove the key or correct its name.",
)
MISSING_KEY = Kind(
    "STU003",
    "Missing key",
    Severity.STOP,
    "Add the key.",
)
BAD_VALUE = Kind(
    "STU004",
    "Value not allowed",
    Severity.STOP,
    "Correct the value.",
)
PATH_LEAVES = Kind(
    "STU005",
    "Path outside the study folder",
    Severity.STOP,
    "Give a path inside the study folder, with forward slashes and without '..'.",
)
UNKNOWN_FORM = Kind(
    "STU006",
    "Form not declared",
    Severity.STOP,
    "Declare the form under [forms], or correct the name.",
)
BAD_LINK = Kind(
    "STU007",
    "Invalid link",
    Severity.STOP,
    "Let every chain end at a form that holds the subject key.",
)
NO_UNBLINDING = Kind(
    "STU008",
    "Real treatment list without an unblinding record",
    Severity.STOP,
    'Add [treatment.unblinding] with by, on and reason, or set mode = "dummy".',
)
NOT_MARKED = Kind(
    "STU009",
    "Synthetic trial not marked",
    Severity.STOP,
    f"Begin the title with '{SYNTHETIC} -'.",
)

NO_FOLDER = Kind(
    "STU010",
    "Study not found",
    Severity.STOP,
    "Name the folder that holds study.toml with --trial.",
)
NO_EFFECT = Kind(
    "STU011",
    "Key without effect",
    Severity.STOP,
    "Remove the key, or correct what it depends on.",
)
DATES = Kind(
    "STU012",
    "Contradictory dates of the study",
    Severity.STOP,
    "Correct the dates: data cut and database lock, then unblinding, then the build time.",
)
UNKNOWN_COLUMN = Kind(
    "STU013",
    "Column not in the data dictionary",
    Severity.STOP,
    "Correct the column name, or describe the column in the data dictionary.",
)
NO_STANDARD = Kind(
    "STU014",
    "Version of a standard not available",
    Severity.STOP,
    "Name a version that is available; import a release of terminology with il2cdisc ct import.",
)
DEFERRED_MAPPED = Kind(
    "STU015",
    "Mapped form in [deferred]",
    Severity.STOP,
    "Remove the form from [deferred].",
)

Key = tuple[str, ...]
Check = tuple[Key, Kind, str, list[str], str]


def checks(study: Study) -> Iterator[Check]:
    """What holds between the keys."""
    if study.study.synthetic and not study.study.title.startswith(SYNTHETIC):
        what = "The trial is synthetic, its title does not say so."
        yield ("study", "title"), NOT_MARKED, what, [study.study.title], ""
    if study.treatment is not None:
        yield from _treatment_checks(study, study.treatment)
    yield from _date_checks(study)
    yield from _format_checks(study.build.formats)
    yield from _path_checks(study)
    yield from _start_checks(study) if study.start is not None else _raw_checks(study)
    if study.forms or study.start is None:
        yield from _form_checks(study)
    yield from _effect_checks(study)
    yield from _crf_checks(study)
    yield from _link_checks(study)
    yield from _trial_checks(study)


def _trial_checks(study: Study) -> Iterator[Check]:
    for key, value in entries(study.trial or {}, PARAMETER):
        table, name = ".".join(key[:-1]), key[-1]
        if is_reserved(name):
            yield key, UNKNOWN_KEY, f"'{name}' is reserved and can't be a key of [{table}].", [], ""
        found = [str(item) for item in unfit(value)]
        if found:
            what = "The value is not a text, number, boolean, date, array or table."
            yield key, BAD_VALUE, what, found, ""


def _format_checks(formats: Sequence[str]) -> Iterator[Check]:
    """Formats of datasets that the engine writes, each once."""
    if not formats:
        return
    from il2cdisc.transport.codecs import written_formats  # needs Arrow: not for every command

    key, known = ("build", "formats"), written_formats()
    for name in dict.fromkeys(formats):
        if name not in known:
            what = f"'{name}' is not a format of datasets: {', '.join(sorted(known))}."
            yield key, BAD_VALUE, what, [name], did_you_mean(name, known)
        elif formats.count(name) > 1:
            yield key, BAD_VALUE, "A format is named twice.", [name], ""


def _raw_checks(study: Study) -> Iterator[Check]:
    """Keys that a trial needs that starts from its raw export."""
    for name in ("subjects", "subject_key"):
        if not getattr(study.study, name):
            yield ("study", name), MISSING_KEY, f"'{name}' is missing.", [], ""
    if not study.forms:
        yield ("forms",), MISSING_KEY, "'forms' is missing.", [], ""


def _start_checks(study: Study) -> Iterator[Check]:
    """One folder of finished datasets, and nothing that only a raw export needs."""
    assert study.start is not None
    if bool(study.start.sdtm) == bool(study.start.adam):
        what = "[start] names one folder: sdtm or adam."
        yield (
            ("start",),
            BAD_VALUE,
            what,
            [study.start.sdtm, study.start.adam] if study.start.sdtm else [],
            "",
        )
    elif not is_inside(study.start.folder, study.folder):
        name = "sdtm" if study.start.sdtm else "adam"
        yield ("start", name), PATH_LEAVES, "The path leaves the study folder.", [study.start.folder], ""
    tables = {"forms": study.forms, "treatment": study.treatment, "schedule": study.schedule}
    tables["crf"] = study.crf != CrfFacts()
    for name, given in tables.items():
        if given:
            what = f"With [start] no raw export is read, so [{name}] has no effect."
            yield (name,), NO_EFFECT, what, [], ""


def _treatment_checks(study: Study, treatment: Treatment) -> Iterator[Check]:
    if treatment.mode == "real" and study.build.database_lock is None:
        what = "'database_lock' is missing: the real treatment list is read only after it."
        yield ("build", "database_lock"), MISSING_KEY, what, [], ""
    if treatment.mode == "dummy" and not treatment.dummy_sha256:
        what = "'dummy_sha256' is missing: a dummy list is known by what was recorded when it was made."
        yield ("treatment", "dummy_sha256"), MISSING_KEY, what, [], ""
    if treatment.mode == "real" and treatment.unblinding is None:
        what = "The real treatment list is asked for, no record allows it."
        yield ("treatment", "mode"), NO_UNBLINDING, what, [], ""
    if treatment.real == treatment.dummy:
        what = "The dummy list and the real list are the same file."
        yield ("treatment", "dummy"), BAD_VALUE, what, [treatment.dummy], ""


def _date_checks(study: Study) -> Iterator[Check]:
    built = study.build.time.date()
    record = study.treatment.unblinding if study.treatment is not None else None
    given: list[tuple[Key, str, date | None]] = [
        (("build", "data_cut"), "data cut", study.build.data_cut),
        (("build", "database_lock"), "database lock", study.build.database_lock),
        (("treatment", "unblinding", "on"), "unblinding", record.on if record else None),
    ]
    for key, name, day in given:
        if day is not None and day > built:
            yield key, DATES, f"The {name} is after the build time ({built}).", [str(day)], ""
    lock = study.build.database_lock
    if record is not None and lock is not None and record.on < lock:
        what = f"The unblinding is before the database lock ({lock})."
        yield ("treatment", "unblinding", "on"), DATES, what, [str(record.on)], ""


def _effect_checks(study: Study) -> Iterator[Check]:
    """Keys that have no effect, or one that can't be meant."""
    for form, source in study.forms.items():
        if source.restricted and study.treatment is None:
            what = "The trial has no [treatment], so nothing is restricted."
            yield ("forms", form, "restricted"), NO_EFFECT, what, [], ""
        if source.restricted is True and form in _leads(study):
            what = "Other forms find their subjects through it, so its records can't be withheld."
            yield ("forms", form, "restricted"), BAD_VALUE, what, [], ""
        if source.subject is not None and source.subject.on and not source.subject.through:
            what = "'on' is the column of the form that the link goes through, and it goes through none."
            yield ("forms", form, "subject", "on"), NO_EFFECT, what, [source.subject.on], ""
        doubles = sorted({column for column in source.key if source.key.count(column) > 1})
        if doubles:
            yield ("forms", form, "key"), BAD_VALUE, "A column is named twice.", doubles, ""
    for number, item in enumerate(study.agreements):
        for name in ("column", "agrees_with"):
            form = getattr(item, name).partition(".")[0]
            if form not in study.forms:
                hint = did_you_mean(form, study.forms)
                yield ("agreements", str(number), name), UNKNOWN_FORM, f"There is no form '{form}'.", [], hint
            elif study.forms[form].subject is None:
                what = f"Agreements compare subjects, and form '{form}' has none."
                yield ("agreements", str(number), name), BAD_VALUE, what, [], ""


def _leads(study: Study) -> set[str]:
    """The subjects form, the treatment form, and forms that others go through."""
    treated = {study.treatment.form} if study.treatment else set[str]()
    through = {source.subject.through for source in study.forms.values() if source.subject is not None}
    return {study.study.subjects, *treated, *through}


def _path_checks(study: Study) -> Iterator[Check]:
    for name in Paths.model_fields:
        value = getattr(study.paths, name)
        if not is_inside(value, study.folder):
            yield ("paths", name), PATH_LEAVES, "The path leaves the study folder.", [value], ""
    outputs = _resolved(study.outputs)
    for name in ("raw", "specs", "mappings", "dictionary", "terminology"):
        other = _resolved(study.folder / getattr(study.paths, name))
        if outputs.is_relative_to(other) or other.is_relative_to(outputs):
            what = f"Outputs are replaced as a whole, so they can't share a folder with {name}."
            yield ("paths", "outputs"), BAD_VALUE, what, [study.paths.outputs], ""
    files: list[tuple[Key, str]] = [
        (("forms", form, "file"), source.file) for form, source in study.forms.items()
    ]
    if study.treatment is not None:
        files += [(("treatment", mode), getattr(study.treatment, mode)) for mode in ("real", "dummy")]
    for key, value in files:
        if value and not is_inside(value, study.raw):
            yield key, PATH_LEAVES, "The path leaves the raw folder.", [value], ""


def _form_checks(study: Study) -> Iterator[Check]:
    names = list(study.forms)
    treated = study.treatment.form if study.treatment is not None else ""
    asked: list[tuple[Key, str]] = [
        (("study", "subjects"), study.study.subjects),
        *([(("treatment", "form"), treated)] if treated else []),
        *((("deferred", form), form) for form in study.deferred),
    ]
    for key, form in asked:
        if form not in study.forms:
            yield key, UNKNOWN_FORM, f"There is no form '{form}'.", [], did_you_mean(form, names)
    for form, source in study.forms.items():
        key = ("forms", form, "file")
        if form == treated and source.file:
            what = "The treatment form takes its file from [treatment], it has none of its own."
            yield key, BAD_VALUE, what, [source.file], ""
        elif form != treated and not source.file:
            yield key, MISSING_KEY, "'file' is missing.", [], ""


def _crf_checks(study: Study) -> Iterator[Check]:
    """Paths within the study folder, a placement only of a file, forms that exist."""
    crf = study.crf
    for name, value in (("file", crf.file), ("placement", crf.placement)):
        if value and not is_inside(value, study.folder):
            yield ("crf", name), PATH_LEAVES, "The path leaves the study folder.", [value], ""
    if crf.placement and not crf.file:
        what = "The form is drawn from the data dictionary, so 'placement' has no effect."
        yield ("crf", "placement"), NO_EFFECT, what, [crf.placement], ""
    for key, forms in (("item_codes", crf.item_codes), ("titles", tuple(crf.titles))):
        idle = [form for form in forms if form in crf.transferred]
        if idle:
            yield (
                ("crf", key),
                NO_EFFECT,
                "A transferred form is on no page: this has no effect.",
                idle,
                "",
            )
    for key, forms in (("transferred", crf.transferred), ("item_codes", crf.item_codes)):
        twice = sorted({form for form in forms if forms.count(form) > 1})
        if twice:
            yield ("crf", key), BAD_VALUE, "A form is named twice.", twice, ""
    named = [("transferred", crf.transferred), ("item_codes", crf.item_codes), ("titles", tuple(crf.titles))]
    for key, form in ((key, form) for key, forms in named for form in forms):
        if form not in study.forms:
            what, hint = f"There is no form '{form}'.", did_you_mean(form, study.forms)
            yield ("crf", key, *((form,) if key == "titles" else ())), UNKNOWN_FORM, what, [], hint


def _link_checks(study: Study) -> Iterator[Check]:
    subjects, column = study.study.subjects, study.study.subject_key
    for form, source in study.forms.items():
        link, key = source.subject, ("forms", form, "subject")
        if form == subjects and (link is None or link.column != column):
            what = f'The subjects form finds its subjects by its own column; write subject = "{column}".'
            found = [link.column] if link is not None and link.column else []
            yield key, BAD_LINK, what, found, did_you_mean(found[0], [column]) if found else ""
            continue
        if link is None:
            continue
        if bool(link.column) == bool(link.through) or bool(link.through) != bool(link.by):
            what = 'A link is a column name, or { through = "form", by = "COLUMN" }.'
            yield key, BAD_LINK, what, [], ""
        elif link.through and link.through not in study.forms:
            what = f"There is no form '{link.through}' to go through."
            yield key, UNKNOWN_FORM, what, [], did_you_mean(link.through, study.forms)
        elif link.through:
            yield from _chain_check(study, form, key)


def _chain_check(study: Study, form: str, key: Key) -> Iterator[Check]:
    walked = [form]
    while link := study.forms[walked[-1]].subject:
        if not link.through or link.through not in study.forms:
            return
        walked.append(link.through)
        if link.through in walked[:-1]:
            yield key, BAD_LINK, f"The chain runs in a circle: {' → '.join(walked)}.", [], ""
            return
    yield key, BAD_LINK, f"The chain ends at '{walked[-1]}', which has no subject.", [], ""


def _resolved(path: Path) -> Path:
    """Where a path leads; itself where its links lead in a circle."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path


def is_inside(value: str, folder: Path) -> bool:
    """Whether a path of a setting stays within a folder."""
    if any(len(part.encode()) > 255 for part in Path(value).parts):  # no file system has such a name
        return False
    if "\\" in value or ":" in value or value.startswith(("/", "~")) or ".." in Path(value).parts:
        return False
    try:
        resolved, root = (folder / value).resolve(), folder.resolve()
    except (OSError, ValueError, RuntimeError):  # links in a circle, a name that is too long
        return False
    return resolved != root and resolved.is_relative_to(root)
