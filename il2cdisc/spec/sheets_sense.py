"""The sheet Checks: contradictions that the trial's data managers look for, and what is wrong with its cells.

What is wrong with a check is a finding at its cell: that check does not run, all others do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from il2cdisc.base.problems import Kind, Problem, Severity, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.conditions import Where, parse
from il2cdisc.spec.models import Spec
from il2cdisc.spec.sense_lint import faults
from il2cdisc.spec.trial_models import TrialCheck
from il2cdisc.spec.workbook import SheetRow, Workbook

SHEET = "Checks"
CHECKS = (
    ["ID", "Dataset", "Condition", "Message", "Question", "Class", "Active"],
    ["Join", "By", "Join Condition", "Join Records", "Computed", "Variable", "Right When"],
)
CLASSES = HARD, SOFT, REVIEW, PROGRAMMING = ("hard", "soft", "medical review", "programming")
SOME, NONE, FEWER, MORE = "Some", "None", "Fewer than", "More than"
"""Words of Join Records, the last two with a number from 1 on."""
KEY_WORDS = ("Subject", "Visit", "Date")
"""Keys of a join that have another name in each dataset or form."""

NO_CONDITION = Kind(
    "SPC208",
    "Unreadable condition of a check",
    Severity.FINDING,
    "Write it as VARIABLE COMPARATOR VALUE, joined by AND; the check does not run until then.",
)
NO_QUESTION = Kind(
    "SPC207",
    "Question of a check missing or misplaced",
    Severity.FINDING,
    f"Give checks of the classes {HARD} and {SOFT} a question, and no other one.",
)
BAD_CHECK_ID = Kind(
    "SPC209",
    "Invalid id of a check",
    Severity.STOP,
    "Use capital letters, digits and hyphens, at most 20, a letter first.",
)
_ID = re.compile(r"[A-Z][A-Z0-9-]{0,19}")
_COUNT = re.compile(rf"({FEWER}|{MORE}) ([1-9][0-9]{{0,6}})")


def read_sense(book: Workbook) -> tuple[TrialCheck, ...]:
    """Rows of Checks that are active; an id that is given twice is a problem."""
    found: dict[str, TrialCheck] = {}
    first: dict[str, int] = {}
    for row in book.rows(SHEET, *CHECKS, may_lack=True):
        name = row.needed("ID")
        if name and not _ID.fullmatch(name):
            row.problems.add(BAD_CHECK_ID.at(row.at("ID"), "the id cannot be used", values=[name]))
        if name in first:
            row.problems.add(kinds.TWICE.at(row.at("ID"), f"check {name} is in row {first[name]} already"))
            continue
        first[name] = row.number
        check = _check(row, name)
        if row.needed("Active") and row.flag("Active") and name:
            found[name] = check
    return tuple(found.values())


def _check(row: SheetRow, name: str) -> TrialCheck:
    dataset, join = row.needed("Dataset"), row.text("Join")
    sense = row.choice("Class", CLASSES) if row.needed("Class") else ""
    condition, join_condition = _where(row, "Condition"), _where(row, "Join Condition")
    own = _plain(condition or (), dataset)
    computed = tuple(_computed(row.text("Computed")))
    names = {name for name, _ in computed}
    asks = sense in (HARD, SOFT)
    least, most = _records(row)
    if sense and bool(row.text("Question")) != asks:
        told = "has no question" if asks else "asks nothing, but has a question"
        what = f"a check of the class {sense} {told}"
        row.problems.add(NO_QUESTION.at(row.at("Question"), what))
    return TrialCheck(
        place=row.place,
        id=name,
        dataset=dataset,
        condition=own,
        join=join,
        keys=tuple(_keys(row.text("By"))),
        join_condition=_plain(join_condition or (), join),
        least=least,
        most=most,
        computed=computed,
        variable=row.text("Variable") or next((i.variable for i in own if i.variable not in names), ""),
        message=row.needed("Message"),
        question=row.text("Question") if asks else "",
        sense=sense,
        right_when=row.text("Right When"),
        broken=condition is None or join_condition is None,
    )


def _records(row: SheetRow) -> tuple[int, int | None]:
    """How many joined records make a check fire: at least, and at most."""
    words = row.text("Join Records")
    counted = _COUNT.fullmatch(words)
    if counted is not None:
        number = int(counted[2])
        return (0, number - 1) if counted[1] == FEWER else (number + 1, None)
    if words not in ("", SOME, NONE):
        fix = f"Write {SOME}, {NONE}, or a number of records, such as {FEWER} 2 or {MORE} 4."
        what = "Join Records does not say how many records make the check fire"
        hint = did_you_mean(words, (SOME, NONE, f"{FEWER} 2", f"{MORE} 4"))
        row.problems.add(
            kinds.VOCABULARY.at(row.at("Join Records"), what, values=[words], hint=hint, fix=fix)
        )
    return (0, 0) if words == NONE else (1, None)


def _where(row: SheetRow, header: str) -> Where | None:
    """The conditions of a cell, None where they can't be read."""
    try:
        return parse(row.text(header))
    except ValueError as error:
        row.problems.add(NO_CONDITION.at(row.at(header), str(error), values=[row.text(header)]))
        return None


def _plain(where: Where, dataset: str) -> Where:
    """Conditions whose variables are named without their own dataset."""
    return tuple(replace(item, variable=item.variable.removeprefix(f"{dataset}.")) for item in where)


def _computed(text: str) -> Iterator[tuple[str, str]]:
    """`A = X - Y; B = 2 * X` as pairs; what has no name has an empty one."""
    for part in (part.strip() for part in text.split(";")):
        name, mark, formula = (piece.strip() for piece in part.partition("="))
        if part:
            yield (name, formula) if mark else ("", part)


def _keys(text: str) -> Iterator[tuple[str, str]]:
    """`Subject, EXREFID = DAREFID` as pairs."""
    words = {word.casefold(): word for word in KEY_WORDS}
    for part in (part.strip() for part in text.split(",")):
        left, mark, right = (piece.strip() for piece in part.partition("="))
        word = words.get(left.casefold(), left)
        if part:
            yield (word, right) if mark else (word, word)


def check_sense(spec: Spec) -> Iterator[Problem]:
    """Checks of datasets against the datasets, variables and terms of the workbook."""
    for check in spec.checks:
        if not is_raw(check.dataset):
            yield from dataset_faults(spec, check)


def dataset_faults(spec: Spec, check: TrialCheck) -> Iterator[Problem]:
    """What keeps a check of a dataset from being run."""

    def names(dataset: str) -> Iterable[str] | None:
        item = spec.datasets.get(dataset)
        return item.names if item is not None else None

    def is_number(dataset: str, name: str) -> bool:
        found = spec.variable(dataset, name)
        return found is not None and found.type == "Num"

    def terms(dataset: str, name: str) -> Iterable[str]:
        found = spec.variable(dataset, name)
        listed = spec.codelists.get(found.codelist) if found is not None else None
        return () if listed is None or spec.values_of(dataset, name) else listed.values

    yield from faults(check, spec.datasets, names, is_number, terms, word_of=key_variable)


def key_variable(names: Iterable[str], dataset: str, word: str) -> str:
    """The variable of a dataset that a word of `KEY_WORDS` stands for, the word itself for a variable."""
    options = {
        "Subject": ["USUBJID"],
        "Visit": ["VISITNUM"],
        "Date": [f"{dataset}DTC", f"{dataset}STDTC"],
    }
    known = set(names)
    return next((name for name in options.get(word, [word]) if name in known), "")


def is_raw(name: str) -> bool:
    """Whether a check names a raw form, whose names are in lower case, not a dataset."""
    return name.islower()
