"""What is wrong with one check of the sheet Checks: unknown names, joins without key, conditions that say
nothing. The same for datasets and for raw forms, whose names and types the caller gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from il2cdisc.base.numbers import read_number
from il2cdisc.base.problems import Kind, Problem, Severity, did_you_mean
from il2cdisc.spec.calculated import formulas, named
from il2cdisc.spec.conditions import Condition
from il2cdisc.spec.formula import formula
from il2cdisc.spec.trial_models import TrialCheck

_NOT_RUN = "the check does not run until then."
UNKNOWN_SIDE = Kind(
    "SPC200",
    "Unknown dataset or form in a check",
    Severity.FINDING,
    f"Name a dataset of the workbook, or a form of study.toml in lower case; {_NOT_RUN}",
)
UNKNOWN_VARIABLE = Kind(
    "SPC201",
    "Unknown variable in a check",
    Severity.FINDING,
    f"Correct the name, or add the variable; {_NOT_RUN}",
)
NO_KEY = Kind(
    "SPC202",
    "Join without a key in a check",
    Severity.FINDING,
    "Write into By what both sides have in common: Subject, Visit, Date, or VARIABLE = VARIABLE; " + _NOT_RUN,
)
ALWAYS = Kind(
    "SPC203",
    "Check that fires at every record",
    Severity.FINDING,
    f"Give it a condition, or a join; {_NOT_RUN}",
)
NEVER = Kind(
    "SPC204",
    "Check that can never fire",
    Severity.FINDING,
    f"Correct the condition: no record can satisfy it; {_NOT_RUN}",
)
UNKNOWN_TERM = Kind(
    "SPC205",
    "Term of a check that is not in the codelist",
    Severity.FINDING,
    f"Correct the term: no record can ever have it; {_NOT_RUN}",
)
NOT_A_NUMBER = Kind(
    "SPC206",
    "Number compared with text in a check",
    Severity.FINDING,
    f"Write a number, with a point for decimals; {_NOT_RUN}",
)
BAD_FORMULA = Kind(
    "SPC218",
    "Unreadable formula of a check",
    Severity.FINDING,
    "Write NAME = formula, several separated by semicolons, of numbers, variables, + - * /, brackets, "
    f"abs(X), floor(X), year(DATE) and minutes(TIME); {_NOT_RUN}",
)
IDLE_FORMULA = Kind(
    "SPC219",
    "Formula of a check that nothing uses",
    Severity.FINDING,
    f"Name it in Condition or Join Condition, or take it out; {_NOT_RUN}",
)
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,31}")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
OF_QUESTION = ("label", "value")
"""What a question may hold in braces: label and value of the raw cell."""

Names = Callable[[str], Iterable[str] | None]
"""Dataset or form → its variables; None for one that is not known."""


def reference(value: str, check: TrialCheck) -> tuple[str, str]:
    """Side and variable that a value names (`DM.RFSTDTC`); two empty texts for a plain value."""
    side, dot, name = value.partition(".")
    return (side, name) if dot and name and side in (check.dataset, check.join) and side else ("", "")


def is_reference(item: Condition, check: TrialCheck) -> bool:
    """Whether a condition compares a variable with another one."""
    return any(reference(value, check)[0] for value in item.values)


def referred(item: Condition, check: TrialCheck) -> tuple[str, str]:
    """Side and variable that a condition compares with; two empty texts for values."""
    return next((found for found in (reference(v, check) for v in item.values) if found[0]), ("", ""))


def placeholders(text: str) -> list[str]:
    """What a message or question holds in braces."""
    return _PLACEHOLDER.findall(text)


def filled(text: str, values: Callable[[str], str]) -> str:
    """A text with its braces filled in; data in it are never read as a pattern."""
    return _PLACEHOLDER.sub(lambda match: values(match[1]), text)


def with_right_when(fix: str, check: TrialCheck) -> str:
    """What to do about a finding of a check, and when the data are right."""
    return f"{fix} Right when: {check.right_when}" if check.right_when else fix


def faults(
    check: TrialCheck,
    sides: Iterable[str],
    names: Names,
    is_number: Callable[[str, str], bool],
    terms: Callable[[str, str], Iterable[str]],
    *,
    word_of: Callable[[Iterable[str], str, str], str],
) -> Iterator[Problem]:
    """Every fault of a check, at its cell.

    `word_of(names, side, word)`: the variable that a key stands for.
    """
    known = {side: names(side) for side in (check.dataset, check.join) if side}
    unknown = [side for side, found in known.items() if found is None]
    for side in unknown:
        header = "Dataset" if side == check.dataset else "Join"
        hint = did_you_mean(side, sides)
        yield UNKNOWN_SIDE.at(check.at(header), f"there is no {side} to check", hint=hint)
    if unknown:
        return
    if check.join and check.join.islower() != check.dataset.islower():
        what = "a dataset is joined with a raw form"
        yield UNKNOWN_SIDE.at(
            check.at("Join"), what, fix="Join a dataset with a dataset, a form with a form."
        )
        return
    own = {side: list(found or ()) for side, found in known.items()}
    yield from _keys(check, own, word_of)
    yield from _formulas(check, own)
    for header, side, where in _conditions(check):
        if where and not side:
            what = "there is a Join Condition, but no Join"
            yield NO_KEY.at(check.at(header), what)
            continue
        for item in where:
            yield from _item(check, header, side, item, own, is_number, terms)
        yield from _never(check, header, where)
    yield from _message(check, own)
    if not check.condition and not check.join and not check.broken:
        yield ALWAYS.at(check.at("Condition"), "there is neither a condition nor a join")


def _conditions(check: TrialCheck) -> list[tuple[str, str, tuple[Condition, ...]]]:
    return [
        ("Condition", check.dataset, check.condition),
        ("Join Condition", check.join, check.join_condition),
    ]


def _keys(
    check: TrialCheck, own: dict[str, list[str]], word_of: Callable[[Iterable[str], str, str], str]
) -> Iterator[Problem]:
    if bool(check.join) != bool(check.keys):
        what = f"{check.join} is joined without a key" if check.join else "there are keys, but no Join"
        yield NO_KEY.at(check.at("By"), what)
        return
    for left, right in check.keys:
        for side, word in ((check.dataset, left), (check.join, right)):
            if not word_of(own[side], side, word):
                hint = did_you_mean(word, own[side])
                yield NO_KEY.at(check.at("By"), f"{side} has no key {word}", hint=hint)


def _item(
    check: TrialCheck,
    header: str,
    side: str,
    item: Condition,
    own: dict[str, list[str]],
    is_number: Callable[[str, str], bool],
    terms: Callable[[str, str], Iterable[str]],
) -> Iterator[Problem]:
    place = check.at(header)
    if item.variable in dict(check.computed):
        yield from _result(check, header, item)
        return
    if item.variable not in own[side]:
        hint = did_you_mean(item.variable, own[side])
        yield UNKNOWN_VARIABLE.at(place, f"{side} has no variable {item.variable}", hint=hint)
        return
    if is_reference(item, check):
        yield from _reference(check, header, side, item, own)
        return
    if is_number(side, item.variable):
        wrong = [value for value in item.values if value and not read_number(value).is_number]
        if wrong:
            yield NOT_A_NUMBER.at(place, f"{item.variable} is numeric", values=wrong)
        return
    listed = list(terms(side, item.variable)) if item.comparator in ("EQ", "NE", "IN", "NOTIN") else []
    wrong = [value for value in item.values if value and listed and value not in listed]
    for value in wrong:
        what = f"'{value}' is not a value of {side} {item.variable}"
        yield UNKNOWN_TERM.at(place, what, hint=did_you_mean(value, listed))


def _formulas(check: TrialCheck, own: dict[str, list[str]]) -> Iterator[Problem]:
    """Formulas that can't be read, whose names are taken or whose variables are not there, and idle ones."""
    place, seen = check.at("Computed"), set[str]()
    used = {item.variable for item in (*check.condition, *check.join_condition)}
    for name, text in check.computed:
        taken = [side for side, names in own.items() if name in names]
        if not _NAME.fullmatch(name):
            yield BAD_FORMULA.at(place, "the name before = is missing or has other characters", values=[text])
        elif taken or name in seen:
            what = f"{name} is a variable of {taken[0]}" if taken else f"{name} has two formulas"
            yield BAD_FORMULA.at(
                place, what, fix="Give the formula another name; the check does not run until then."
            )
        elif name not in used:
            yield IDLE_FORMULA.at(place, f"no condition names {name}")
        seen.add(name)
        try:
            formula(text)
        except ValueError as error:
            yield BAD_FORMULA.at(place, str(error), values=[text])
            continue
        yield from _unknown(check, name, own)


def _unknown(check: TrialCheck, name: str, own: dict[str, list[str]]) -> Iterator[Problem]:
    read = formulas(check)[name]
    for written, (side, variable) in zip(read.names, named(check)[name], strict=True):
        if variable not in own.get(side, ()):
            options = [
                *own[check.dataset],
                *(f"{side}.{each}" for side, names in own.items() for each in names),
            ]
            hint = did_you_mean(written, options)
            yield UNKNOWN_VARIABLE.at(check.at("Computed"), f"{name} names {written}", hint=hint)


def _result(check: TrialCheck, header: str, item: Condition) -> Iterator[Problem]:
    """A condition on what a formula gives: numbers alone, no joined record before records are joined."""
    wrong = [value for value in item.values if not read_number(value).is_number]
    if wrong:
        yield NOT_A_NUMBER.at(check.at(header), f"{item.variable} is computed", values=wrong)
    sides = {side for side, _ in named(check).get(item.variable, ())}
    if header == "Condition" and check.join and check.join != check.dataset and check.join in sides:
        what = f"{item.variable} is computed of a record of {check.join} before records are joined"
        fix = "Write the condition into Join Condition."
        yield NO_KEY.at(check.at(header), what, fix=fix)


def _reference(
    check: TrialCheck, header: str, side: str, item: Condition, own: dict[str, list[str]]
) -> Iterator[Problem]:
    if len(item.values) > 1:
        what = f"{item.comparator} takes values, not variables"
        yield UNKNOWN_VARIABLE.at(check.at(header), what, values=item.values)
        return
    other, name = referred(item, check)
    if name not in own[other]:
        hint = did_you_mean(name, own[other])
        yield UNKNOWN_VARIABLE.at(check.at(header), f"{other} has no variable {name}", hint=hint)
    elif header == "Condition" and other != check.dataset:
        what = f"{item.variable} is compared with a variable of {other} before records are joined"
        fix = "Write the comparison into Join Condition."
        yield NO_KEY.at(check.at(header), what, fix=fix)
    elif (other, name) == (side, item.variable) and check.dataset != check.join:
        kind = ALWAYS if item.comparator in ("EQ", "LE", "GE") else NEVER
        yield kind.at(check.at(header), f"{name} is compared with itself")


def _never(check: TrialCheck, header: str, where: tuple[Condition, ...]) -> Iterator[Problem]:
    """Conditions on one variable that contradict each other."""
    plain = [item for item in where if not is_reference(item, check)]
    for name in dict.fromkeys(item.variable for item in plain):
        if not _possible([item for item in plain if item.variable == name]):
            yield NEVER.at(check.at(header), f"the conditions on {name} contradict each other")


def _possible(items: list[Condition]) -> bool:
    """Whether one value can satisfy all conditions on a variable, as far as it can be told without data."""
    refused = set(chain.from_iterable(i.values for i in items if i.comparator in ("NE", "NOTIN")))
    chosen = [item for item in items if item.comparator in ("EQ", "IN")]
    if chosen and not any(all(value in i.values for i in chosen) for value in {*chosen[0].values} - refused):
        return False
    limits = {c: [_float(v) for i in items if i.comparator == c for v in i.values] for c in _ORDERED}
    if any(value is None for values in limits.values() for value in values):
        return True
    low = max([v for c in ("GT", "GE") for v in limits[c] if v is not None], default=float("-inf"))
    high = min([v for c in ("LT", "LE") for v in limits[c] if v is not None], default=float("inf"))
    closed = low not in limits["GT"] and high not in limits["LT"]
    return low < high or (low == high and closed)


_ORDERED = ("LT", "LE", "GT", "GE")


def _float(text: str) -> float | None:
    found = read_number(text)
    return found.value if found.is_number else None


def _message(check: TrialCheck, sides: dict[str, list[str]]) -> Iterator[Problem]:
    own = sides[check.dataset]
    joined = [f"{check.join}.{name}" for name in sides.get(check.join, ())] if not check.lacks else []
    computed = [] if check.lacks else [name for name, _ in check.computed]
    for header, text, options in (
        ("Message", check.message, [*own, *joined, *computed]),
        ("Question", check.question, list(OF_QUESTION)),
    ):
        for name in placeholders(text):
            if name not in options:
                hint = did_you_mean(name, options)
                what = f"{{{name}}} in the {header.lower()} is not the name of a value"
                yield UNKNOWN_VARIABLE.at(check.at(header), what, hint=hint)
    if check.variable and check.variable not in own:
        hint = did_you_mean(check.variable, own)
        what = f"{check.dataset} has no variable {check.variable}"
        yield UNKNOWN_VARIABLE.at(check.at("Variable"), what, hint=hint)
