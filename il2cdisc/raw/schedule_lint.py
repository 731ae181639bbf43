"""Protocol Schedule and [schedule] against the forms, columns and codes of the study, before any data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from il2cdisc.base.problems import Address, Kind, Problem, Severity, did_you_mean
from il2cdisc.raw.dictionary import Dictionary, DictionaryColumn
from il2cdisc.raw.visits import visit_place, visit_words
from il2cdisc.spec.conditions import Condition, parse
from il2cdisc.spec.models import ScheduleRow, Spec
from il2cdisc.spec.problems import WHERE_COLUMN, WHERE_TEXT
from il2cdisc.spec.sheets_schedule import EACH_VISIT, OPTIONAL, sheet_address
from il2cdisc.study import Study
from il2cdisc.study.checks import UNKNOWN_FORM

FORM_UNKNOWN = Kind(
    "SPC123",
    "Unknown form in the schedule",
    Severity.STOP,
    "Correct the name of the form, or declare it in study.toml.",
)
NO_VISIT = Kind(
    "SPC124",
    "Form without a visit in the schedule",
    Severity.STOP,
    "Empty the cell Visit, or name the form's column of the visit in study.toml.",
)
CODE_UNKNOWN = Kind(
    "SPC125",
    "Code of the schedule not in the data dictionary",
    Severity.STOP,
    "Correct the code: no record can ever have it.",
)
NOT_SCHEDULED = Kind(
    "SPC126",
    "Form not in the schedule",
    Severity.FINDING,
    f"Add its rows to the schedule, with the State {OPTIONAL} if it is never expected.",
)
NOTHING_TO_COUNT = Kind(
    "SPC127",
    "Schedule without [schedule] in study.toml",
    Severity.STOP,
    "Add [schedule] with visits, visit and date to study.toml, or remove the sheet.",
)

_Columns = Mapping[str, Mapping[str, DictionaryColumn]]
NO_DATE = Kind(
    "SPC128",
    "Column of [schedule] that is not a date",
    Severity.STOP,
    "Name a column of dates, or correct its type in the data dictionary.",
)


def check_scheduled(spec: Spec, study: Study, dictionary: Dictionary) -> Iterator[Problem]:
    """Every form, column, visit and code that the schedule names is one of the study."""
    columns = {name: {item.column: item for item in given} for name, given in dictionary.items()}
    if study.schedule is not None:
        yield from _facts(study, columns)
    if not spec.schedule:
        return
    if study.schedule is None:
        what = "study.toml does not say which form knows the visits"
        yield NOTHING_TO_COUNT.at(sheet_address(spec), what)
        return
    for row in spec.schedule:
        yield from _row(row, study, dictionary, columns)
    named = {row.form for row in spec.schedule}
    for form in study.forms:
        if study.chain(form) and form != study.study.subjects and form not in named:
            yield NOT_SCHEDULED.at(sheet_address(spec), f"no row is of form '{form}'", values=[form])


def _facts(study: Study, columns: _Columns) -> Iterator[Problem]:
    """[schedule] of study.toml names forms and columns that there are."""
    facts = study.schedule
    assert facts is not None
    place = Address(file="study.toml", column="schedule")
    if facts.visits not in study.forms:
        what, hint = f"there is no form '{facts.visits}'", did_you_mean(facts.visits, study.forms)
        yield UNKNOWN_FORM.at(place, what, hint=hint)
        return
    try:
        occurred = parse(facts.took_place)
    except ValueError as error:
        yield WHERE_TEXT.at(place, str(error), values=[facts.took_place])
        occurred = ()
    own = [facts.visit, facts.date, *(item.variable for item in occurred)]
    for name in [*(f"{facts.visits}.{column}" for column in own), *facts.end]:
        yield from _column(name, columns, study, place)
    for key, name in [("date", f"{facts.visits}.{facts.date}"), *(("end", name) for name in facts.end)]:
        form, _, column = name.partition(".")
        known = columns.get(form, {}).get(column)
        if known is not None and known.type != "date":
            dates = [item.column for item in columns[form].values() if item.type == "date"]
            what = f"the data dictionary says that {name} is of type {known.type}, not date"
            yield NO_DATE.at(study.at("schedule", key), what, hint=did_you_mean(column, dates))


def _row(row: ScheduleRow, study: Study, dictionary: Dictionary, columns: _Columns) -> Iterator[Problem]:
    if row.form not in study.forms or not study.chain(row.form):
        hint = did_you_mean(row.form, [form for form in study.forms if study.chain(form)])
        what = f"study.toml has no form '{row.form}' with subjects"
        yield FORM_UNKNOWN.at(row.at("Form"), what, hint=hint)
        return
    yield from _conditions(row, "Condition", row.condition, study, columns)
    own = [Condition(f"{row.form}.{c.variable}", c.comparator, c.values) for c in row.records]
    yield from _conditions(row, "Records", tuple(own), study, columns)
    if not row.visit or row.optional:
        return
    by_name = {name: tuple(given) for name, given in columns.items()}
    place, column = visit_place(study, row.form, by_name)
    if not place:
        yield NO_VISIT.at(row.at("Visit"), f"form '{row.form}' has no column of the visit")
        return
    words = visit_words(dictionary, place, column)
    if words and row.visit.upper() != EACH_VISIT and row.visit.casefold() not in words.values():
        what = f"no code of {place}.{column} means '{row.visit}'"
        yield CODE_UNKNOWN.at(row.at("Visit"), what, hint=did_you_mean(row.visit, words.values()))


def _conditions(
    row: ScheduleRow, header: str, conditions: tuple[Condition, ...], study: Study, columns: _Columns
) -> Iterator[Problem]:
    for item in conditions:
        found = list(_column(item.variable, columns, study, row.at(header)))
        yield from found
        if not found:
            form, _, name = item.variable.partition(".")
            yield from _codes(item, columns[form][name], row.at(header))


def _column(name: str, columns: _Columns, study: Study, place: Address) -> Iterator[Problem]:
    form, _, column = name.partition(".")
    if column not in columns.get(form, {}) or form not in study.forms or not study.chain(form):
        known = [f"{f}.{c}" for f, given in columns.items() for c in given]
        what = f"there is no column {name} of a form with subjects; columns are written form.COLUMN"
        yield WHERE_COLUMN.at(place, what, hint=did_you_mean(name, known))


def _codes(item: Condition, column: DictionaryColumn, place: Address) -> Iterator[Problem]:
    compared = item.comparator in ("EQ", "NE", "IN", "NOTIN")
    for value in item.values if compared and column.codes else ():
        if value and value not in column.codes:
            what = f"'{value}' is not a code of {item.variable}"
            yield CODE_UNKNOWN.at(place, what, hint=did_you_mean(value, column.codes))
