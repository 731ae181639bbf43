"""How the files of a form are read: the reader of its format, and the options that `study.toml` gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from il2cdisc.base.problems import Address, Problem, Stopped, at_line, did_you_mean
from il2cdisc.raw.readers import AnyReader, all_readers, reader_of
from il2cdisc.raw.readers._reader import Options
from il2cdisc.study import FormSource, Study
from il2cdisc.study.checks import BAD_VALUE, NO_EFFECT, UNKNOWN_KEY
from il2cdisc.study.invalid import OURS, invalid_key


@dataclass(frozen=True, slots=True)
class Source:
    """The reader of a form's files, and its options."""

    reader: AnyReader
    options: Options


def check_sources(study: Study) -> list[Problem]:
    """What is wrong with the formats of forms and their options, all at once; no file is opened."""
    problems: list[Problem] = []
    sources: dict[str, Source] = {}
    for form in study.forms:
        if study.file_of(form) == study.raw:  # a form without a file: reported already
            continue
        try:
            sources[form] = source_of(study, form)
        except Stopped as stopped:
            problems.extend(stopped.problems)
    return [*problems, *_same_places(study, sources)]


def source_of(study: Study, form: str) -> Source:
    """How the files of a form are read. Raises `Stopped` with all that is wrong with format and options."""
    reader, given = _reader_of(study, form), study.forms[form].options
    if reader is None:
        known = _all_options()
        unknown = [_unknown(study, form, name, known) for name in given if name not in known]
        raise Stopped([_no_format(study, form), *unknown])
    try:
        return Source(reader, reader.options.model_validate(given))
    except ValidationError as error:
        raise Stopped(_invalid(study, form, reader, error)) from None


def header_of(study: Study, form: str, column: str) -> Address:
    """Where the header of a form's column is: in its first file."""
    options = source_of(study, form).options
    return at_line(study.shown(study.file_of(form)), options.header, column, sheet=options.page)


def file_key(study: Study, form: str) -> Address:
    """The key of `study.toml` that names the file of a form."""
    if study.treatment is not None and form == study.treatment.form:
        return study.at("treatment", study.treatment.mode)
    return study.at("forms", form, "file")


def _reader_of(study: Study, form: str) -> AnyReader | None:
    """By the format that is given, or by the ending of the file; None where that is unknown."""
    given = study.forms[form].format
    return all_readers().get(given) if given else reader_of(study.file_of(form).suffix)


def _no_format(study: Study, form: str) -> Problem:
    given, known = study.forms[form].format, ", ".join(all_readers())
    if given:
        what, hint = f"There is no format '{given}'.", did_you_mean(given, all_readers())
        return BAD_VALUE.at(study.at("forms", form, "format"), what, hint=hint, fix=f"Name one of {known}.")
    what = f"The ending of the file says no format; give format = one of {known}."
    return BAD_VALUE.at(file_key(study, form), what, values=[study.file_of(form).name])


def _invalid(study: Study, form: str, reader: AnyReader, error: ValidationError) -> Iterator[Problem]:
    own = list(reader.options.model_fields)
    for item in error.errors(include_url=False):
        key = ("forms", form, *map(str, item["loc"]))
        if item["type"] != "extra_forbidden":
            yield invalid_key(item, key, study.at(*key), reader.options)
        elif key[-1] in _all_options():
            what = f"A file of format {reader.name} is read without {key[-1]}."
            fix = f"Remove the key. Options of the format {reader.name}: {', '.join(own) or 'none'}."
            yield NO_EFFECT.at(study.at(*key), what, values=[item["input"]], fix=fix)
        else:
            yield _unknown(study, form, key[-1], own)


def _all_options() -> list[str]:
    return [option for reader in all_readers().values() for option in reader.options.model_fields]


def _unknown(study: Study, form: str, name: str, options: Iterable[str]) -> Problem:
    """A key that neither the forms have nor any format."""
    common = [field for field in FormSource.model_fields if field not in OURS]
    what, hint = f"'{name}' is not a key of [forms.{form}].", did_you_mean(name, [*common, *options])
    return UNKNOWN_KEY.at(study.at("forms", form, name), what, hint=hint)


def _same_places(study: Study, sources: Mapping[str, Source]) -> Iterator[Problem]:
    """Forms that are read from a place that another form is read from."""
    seen: dict[tuple[str, str], str] = {}
    for form, source in sources.items():
        place = (str(study.file_of(form)), source.options.place)
        if place in seen:
            what = f"Forms '{seen[place]}' and '{form}' are read from the same place."
            yield BAD_VALUE.at(file_key(study, form), what, values=[study.forms[form].file])
        seen.setdefault(place, form)
