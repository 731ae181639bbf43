"""Runs the rules over the files of a build and gathers everything found into one report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pandas as pd

from il2cdisc.base.problems import Problem, Stopped
from il2cdisc.check import problems as kinds
from il2cdisc.check.context import Context, Hit, Origin
from il2cdisc.check.core import Laid
from il2cdisc.check.dispositions import Disposition, unused
from il2cdisc.check.findings import Finding, Level, Report, from_problem, grouped, place_text
from il2cdisc.check.read import read_package
from il2cdisc.check.rules import Rule, rules_for
from il2cdisc.check.table import Rows, Table, number_text
from il2cdisc.define import check_define, compare_define, read_define
from il2cdisc.spec.models import Spec
from il2cdisc.spec.release import release_changes
from il2cdisc.standards.release import Terminology

MAX_RECORDS = 1_000
"""Records of one message that are told one by one; the others are counted."""

_Counts = dict[tuple[str, Level], int]


def check_folder(
    outputs: Path,
    specs: Iterable[Spec],
    *,
    problems: Iterable[Problem] = (),
    findings: Iterable[Finding] = (),
    dispositions: Sequence[Disposition] = (),
    origin: Origin | None = None,
    repeated: Callable[[str], Rows] | None = None,
    shown: str = "",
    core: Laid | None = None,
    terminology: Terminology | None = None,
) -> Report:
    """Check the transport files of a build against their workbooks; SDTM in `sdtm/`, ADaM in `adam/`.

    `problems` (of reading, link, mapping, the manifest) and `findings` (of an earlier report) join the
    report, and `core`, the findings of CDISC CORE; dispositions that explain nothing are findings
    themselves. `origin` gives the raw lines behind a record, `repeated` the rows of a dataset whose raw
    record repeats another. `terminology` are the standard's terms (those that come with il2cdisc if not
    given); against imported releases the workbooks' codelists are held too. `shown` is the name of the
    folder in messages.
    Raises `Stopped` when there is no folder to check.
    """
    if not outputs.is_dir():
        raise Stopped([kinds.NO_OUTPUTS.at(shown or str(outputs), "there are no outputs")])
    found = [*(from_problem(problem) for problem in problems), *findings]
    more: _Counts = {}
    ran: set[str] = set()
    if core is not None:
        found += core.findings
        more.update(core.more)
        ran.update(core.codes)
    for spec in specs:
        name = spec.standard.lower()
        context, unreadable = read_package(
            outputs / name,
            spec,
            repeated=repeated,
            terminology=terminology,
            shown=f"{shown or outputs.as_posix()}/{name}",
        )
        found += [from_problem(problem) for problem in unreadable]
        found += [from_problem(problem) for problem in _define(outputs / name, context, shown)]
        for release in terminology.releases if terminology else ():
            changes = release_changes(spec, release, terminology or Terminology())
            found += [from_problem(problem) for problem in changes]
        found += run_rules(context, origin=origin, more=more)
        ran.update(rule.kind.code for rule in rules_for(spec.absent))
        del context  # memory: one package at a time
    found += [from_problem(problem) for problem in unused(found, dispositions, ran)]
    return grouped(found, more=more, rules=ran)


def _define(folder: Path, context: Context, shown: str) -> list[Problem]:
    """What is wrong in the package's define.xml, in itself and against the files."""
    path = folder / "define.xml"
    name = f"{shown or folder.parent.as_posix()}/{folder.name}/{path.name}"
    if not path.is_file():
        return []
    try:
        define = read_define(path.read_bytes(), name)
    except Stopped as stopped:
        return list(stopped.problems)
    beside = {file.name for file in folder.iterdir()}
    return [
        *check_define(define, name),
        *compare_define(define, context.tables.values(), name, beside=beside),
    ]


def run_rules(
    context: Context,
    *,
    rules: Sequence[Rule] | None = None,
    origin: Origin | None = None,
    more: _Counts | None = None,
) -> list[Finding]:
    """Findings of the rules over one package, a record each, at most `MAX_RECORDS` a message.

    What is above that number is counted into `more` by code and level. A rule that fails is a finding.
    """
    found: list[Finding] = []
    for rule in rules_for(context.spec.absent) if rules is None else rules:
        try:
            for hit in rule.check(context):
                found += _findings(rule, hit, context, origin)
                above = len(hit.rows) - MAX_RECORDS
                if more is not None and above > 0:
                    key = (rule.kind.code, hit.level or rule.level)
                    more[key] = more.get(key, 0) + above
        except Exception as error:  # noqa: BLE001 - one rule must not take the others down
            what = f"rule {rule.kind.code} ({rule.name}) failed on {context.spec.standard} data: "
            text = f"{type(error).__name__}: {error}"
            found.append(from_problem(kinds.RULE_FAILED.at("", what + text)))
    found += [from_problem(problem) for problem in context.unselectable]
    return found


def _findings(rule: Rule, hit: Hit, context: Context, origin: Origin | None) -> list[Finding]:
    """One finding a record of a hit, or one for the dataset or variable when it names no record."""
    table = context.tables.get(hit.dataset)
    common = {
        "code": rule.kind.code,
        "title": rule.kind.title,
        "level": hit.level or rule.level,
        "what": hit.what,
        "dataset": hit.dataset,
        "variable": hit.variable,
        "fix": rule.kind.fix,
        "spec": place_text(hit.spec) if hit.spec else "",
    }
    if not len(hit.rows) or table is None:
        where = " ".join(part for part in (hit.dataset, hit.variable) if part)
        return [Finding(**common, where=where, value=hit.value, hint=hit.hint)]
    rows = hit.rows[:MAX_RECORDS].tolist()
    subjects = _column(table, "USUBJID", rows)
    numbers = _numbers(table, rows)
    values = _column(table, hit.variable, rows)
    details = list(hit.details[:MAX_RECORDS]) or [hit.what] * len(rows)
    out: list[Finding] = []
    for row, subject, (seq, number), value, what in zip(
        rows, subjects, numbers, values, details, strict=True
    ):
        source = origin(table.name, row, hit.variable) if origin else []
        out.append(
            Finding(
                **{**common, "what": what},
                where=_record(table, row, subject, f"{seq}={number}" if number else "", hit.variable),
                usubjid=subject,
                seq=int(number) if number.isdecimal() else 0,
                row=row + 1,
                value=value,
                hint=hit.hints.get(value, hit.hint),
                source=tuple(map(place_text, source)),
            )
        )
    return out


def _column(table: Table, name: str, rows: list[int]) -> list[str]:
    """Values of a column at some rows as text, missing as ""; all empty when there is no such column."""
    if name not in table.by_name:
        return [""] * len(rows)
    values = table.frame[name].iloc[rows].tolist()
    return ["" if pd.isna(value) else _text(value) for value in values]


def _numbers(table: Table, rows: list[int]) -> list[tuple[str, str]]:
    """Sequence variable and number of some rows; of a supplemental record those of its parent record."""
    if table.seq or not {"IDVAR", "IDVARVAL"} <= set(table.by_name):
        return [(table.seq, number) for number in _column(table, table.seq, rows)]
    parents = zip(_column(table, "IDVAR", rows), _column(table, "IDVARVAL", rows), strict=True)
    return [(name, number) if name.endswith("SEQ") else ("", "") for name, number in parents]


def _text(value: object) -> str:
    return number_text(value) if isinstance(value, float) else str(value)


def _record(table: Table, row: int, subject: str, number: str, variable: str) -> str:
    """A record in words: by subject and number (`LBSEQ=3`) where they tell it, else also by its position."""
    parts = [table.name]
    if subject:
        parts.append(f"USUBJID={subject}")
    if number:
        parts.append(number)
    one_each = table.spec is not None and set(table.spec.keys) == {"STUDYID", "USUBJID"}
    if not subject or not (number or one_each):
        parts.append(f"record {row + 1}")
    return " ".join([*parts, variable] if variable else parts)
