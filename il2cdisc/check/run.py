"""Runs the rules over the files of a build and gathers everything found into one report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from il2cdisc.base.memory import give_back
from il2cdisc.base.problems import Address, Problem, Stopped
from il2cdisc.check import problems as kinds
from il2cdisc.check.asked_once import asked_once
from il2cdisc.check.causes import by_cause
from il2cdisc.check.cells import Cells
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.core import Laid
from il2cdisc.check.dispositions import Disposition, unused
from il2cdisc.check.findings import (
    Finding,
    Identify,
    Occurrence,
    Report,
    from_problem,
    grouped,
    merged,
    place_text,
)
from il2cdisc.check.ids import own_code, record_id
from il2cdisc.check.occurrences import Origin, occurrences, with_natural_ids
from il2cdisc.check.read import read_package
from il2cdisc.check.rules import Rule, rules_for
from il2cdisc.check.table import CheckedTable, Rows
from il2cdisc.check.trial_checks import trial_rules
from il2cdisc.define import (
    Define,
    check_define,
    check_overlap,
    compare_define,
    compare_predecessors,
    read_define,
)
from il2cdisc.package import DEFINE
from il2cdisc.spec.models import Spec
from il2cdisc.spec.release import release_changes
from il2cdisc.standards.release import Terminology
from il2cdisc.transport.arrow import release_memory


def check_folder(
    outputs: Path,
    specs: Iterable[Spec],
    *,
    problems: Iterable[Problem] = (),
    findings: Iterable[Finding] = (),
    dispositions: Sequence[Disposition] = (),
    origin: Origin | None = None,
    identify: Identify | None = None,
    repeated: Callable[[str], Rows] | None = None,
    shown: str = "",
    core: Laid | None = None,
    terminology: Terminology | None = None,
    data_cut: date | None = None,
    own_lengths: bool = False,
    awaited: frozenset[str] = frozenset(),
    scratch: Path | None = None,
) -> Report:
    """Check the transport files of a build against their workbooks; SDTM in `sdtm/`, ADaM in `adam/`.

    `problems` (of reading, link, mapping, the manifest) and `findings` (of an earlier report) join the
    report, and `core`, the findings of CDISC CORE; dispositions that explain nothing are findings
    themselves. `origin` gives the raw lines behind a record, `identify` what tells a raw record from the
    others, `repeated` the rows of a dataset whose raw
    record repeats another. `terminology` are the standard's terms (those that come with il2cdisc if not
    given); against imported releases the workbooks' codelists are held too. `shown` is the name of the
    folder in messages, `data_cut` the last day whose data count, `own_lengths` and
    `awaited` see `CheckContext`, `scratch` see `read_package`.
    Raises `Stopped` when there is no folder to check.
    """
    if not outputs.is_dir():
        raise Stopped([kinds.NO_OUTPUTS.at(shown or str(outputs), "there are no outputs")])
    found = [*(from_problem(problem, identify) for problem in problems), *findings]
    ran: set[str] = set()
    uses: Counter[tuple[str, Address]] = Counter()
    if core is not None:
        ran.update(core.codes)
    exposed: frozenset[str] = frozenset()
    demographics: CheckedTable | None = None
    tabulation: Define | None = None
    for spec in sorted(specs, key=lambda spec: spec.standard == "ADaM"):  # SDTM says who had a dose
        name = spec.standard.lower()
        context, unreadable = read_package(
            outputs / name,
            spec,
            repeated=repeated,
            terminology=terminology,
            shown=f"{shown or outputs.as_posix()}/{name}",
            data_cut=data_cut,
            exposed=exposed,
            demographics=demographics,
            own_lengths=own_lengths,
            awaited=awaited,
            scratch=scratch,
        )
        exposed = context.dosed
        demographics = context.tables.get("DM") if spec.standard == "SDTM" else demographics
        found += [from_problem(problem) for problem in unreadable]
        define, told = _define(outputs / name, context, shown, tabulation)
        tabulation = define if spec.standard == "SDTM" else tabulation
        found += [from_problem(problem) for problem in told]
        for release in terminology.releases if terminology else ():
            changes = release_changes(spec, release, terminology or Terminology())
            found += [from_problem(problem) for problem in changes]
        of_rules, counted = found_by_rules(context, origin=origin)
        found += of_rules
        uses.update(counted)
        if core is not None and spec.standard == "SDTM":
            found += with_natural_ids(core.findings, context.tables)
        ran.update(rule.kind.code for rule in rules_of(spec))
        del context  # memory: one package at a time
        release_memory()
    found = list(by_cause(merged(asked_once(found)), uses))
    found += [from_problem(problem) for problem in unused(found, dispositions, ran)]
    return grouped(found, rules=ran)


def _define(
    folder: Path, context: CheckContext, shown: str, tabulation: Define | None
) -> tuple[Define | None, list[Problem]]:
    """The package's define.xml (None for none), and what is wrong: in itself, against the files, against
    `tabulation`, the define.xml of SDTM, and in the value levels that it is made from."""
    path = folder / DEFINE
    name = f"{shown or folder.parent.as_posix()}/{folder.name}/{path.name}"
    levels = list(check_overlap((level, rows, len(table)) for table, level, rows in context.value_levels))
    if not path.is_file():
        return None, levels
    try:
        define = read_define(path.read_bytes(), name)
    except Stopped as stopped:
        return None, [*stopped.problems, *levels]
    beside = {file.name for file in folder.iterdir()}
    return define, [
        *check_define(define, name),
        *compare_define(define, context.tables.values(), name, beside=beside),
        *(compare_predecessors(define, tabulation, name) if tabulation is not None else ()),
        *levels,
    ]


def run_rules(
    context: CheckContext,
    *,
    rules: Sequence[Rule] | None = None,
    origin: Origin | None = None,
) -> list[Finding]:
    """Findings of the rules over one package, with all their records. A rule that fails is a finding."""
    found, uses = found_by_rules(context, rules=rules, origin=origin)
    return sorted(by_cause(found, uses), key=lambda finding: finding.code)


def found_by_rules(
    context: CheckContext,
    *,
    rules: Sequence[Rule] | None = None,
    origin: Origin | None = None,
) -> tuple[list[Finding], Counter[tuple[str, Address]]]:
    """Findings of the rules before their causes are looked for, and how many records use each cell.

    Both are sums: those of several packages, or blocks of subjects, may be added in any order.
    """
    found: list[Finding] = []
    uses: Counter[tuple[str, Address]] = Counter()
    for rule in rules_of(context.spec) if rules is None else rules:
        cells = Cells(context, origin)
        try:
            for hit in rule.check(context):
                if isinstance(hit, Compared):
                    cells.use(hit)
                else:
                    found += _findings(rule, hit, context, origin, cells)
        except Stopped as stopped:  # a check of the trial's own that can't run
            found += map(from_problem, stopped.problems)
        except Exception as error:  # noqa: BLE001 - one rule must not take the others down
            what = f"rule {rule.kind.code} ({rule.of or rule.name}) failed on {context.spec.standard} data: "
            text = f"{type(error).__name__}: {error}"
            found.append(from_problem(kinds.RULE_FAILED.at("", what + text)))
        key = own_code(rule.kind.code, rule.of)
        uses.update({(key, cell): count for cell, count in cells.uses().items()})
        give_back()
    found += [from_problem(problem) for problem in context.unselectable]
    return found, uses


def rules_of(spec: Spec) -> tuple[Rule, ...]:
    """The rules that can run with a workbook, and the checks of its own."""
    return (*rules_for(spec.absent), *trial_rules(spec))


def _findings(
    rule: Rule, hit: RuleHit, context: CheckContext, origin: Origin | None, cells: Cells
) -> list[Finding]:
    """One finding for each sentence of a hit, with its records; one for the dataset where it names none."""
    table = context.tables.get(hit.dataset)
    where = " ".join(part for part in (hit.dataset, hit.variable) if part)
    named = f" ({', '.join(hit.published)})" if hit.published else ""
    common = Finding(
        code=rule.kind.code,
        title=rule.kind.title,
        level=hit.level or rule.level,
        what=hit.what + named,
        where=where,
        dataset=hit.dataset,
        variable=hit.variable,
        hint=hit.hint,
        fix=rule.kind.fix,
        spec=place_text(hit.spec) if hit.spec else "",
        out_of=hit.out_of,
        published=hit.published,
        check=hit.check,
    )
    code = own_code(rule.kind.code, hit.check)
    if not len(hit.rows) or table is None:
        own = record_id(code, (hit.dataset, hit.what), hit.variable, hit.value)
        whole = Occurrence(own, where, hit.dataset, hit.variable, value=hit.value)
        return [replace(common, records=(whole,))]
    said: dict[tuple[str, str, Address | None, str], list[Occurrence]] = {}
    found = occurrences(code, table, hit.rows, hit.variable, origin)
    details = hit.details or [hit.what] * len(found)
    rests = cells.of(hit, len(table))
    for record, what, (cell, explained) in zip(found, details, rests, strict=True):
        hint = hit.hints.get(record.value, hit.hint)
        said.setdefault((what, hint, cell, explained), []).append(record)
    return [
        replace(
            common,
            what=what + named,
            hint=hint,
            records=tuple(records),
            where=records[0].where,
            out_of=hit.out_of or len(table),
            rests_on=cell,
            explained=explained,
        )
        for (what, hint, cell, explained), records in said.items()
    ]
