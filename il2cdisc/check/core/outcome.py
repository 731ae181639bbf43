"""What CDISC CORE said: a result a rule, the lists of rules run and not run, and findings beside ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from il2cdisc.base.problems import Problem, at_record
from il2cdisc.check.core.problems import BROKEN, SLOW
from il2cdisc.check.findings import Finding, Level, Occurrence, from_problem, place_text
from il2cdisc.check.ids import record_id
from il2cdisc.check.occurrences import Origin

ISSUE, BROKE, SKIPPED = "issue reported", "execution error", "skipped"
CLEAN, FOUND, ERROR, NOT_RUN = "clean", "findings", "error", "not run"


@dataclass(frozen=True, slots=True)
class CoreHit:
    """One finding of CORE. `row` is the record's number from 1, 0 where none is named."""

    dataset: str
    message: str
    usubjid: str = ""
    seq: int = 0
    row: int = 0
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What became of one rule: clean, findings, error or not run (then `reason` says why).

    `count` is the number of findings, `hits` those that are held one by one.
    """

    rule: str
    status: str
    ids: tuple[str, ...] = ()
    reason: str = ""
    seconds: float = 0.0
    count: int = 0
    hits: tuple[CoreHit, ...] = ()


@dataclass(frozen=True, slots=True)
class CoreOutcome:
    """A whole run. `complete` is False where CORE could not run or not all of its rules could."""

    by: str = ""
    rules: tuple[RuleResult, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def complete(self) -> bool:
        return bool(self.rules) and not self.problems

    @property
    def codes(self) -> tuple[str, ...]:
        """Ids of the rules that ran to their end."""
        return tuple(item.rule for item in self.rules if item.status in (CLEAN, FOUND))

    def of(self, status: str) -> list[RuleResult]:
        """The rules of one status."""
        return [item for item in self.rules if item.status == status]

    def summary(self) -> str:
        """One sentence for the end of a run."""
        found = sum(item.count for item in self.rules)
        parts = ", ".join(f"{len(self.of(name))} {name}" for name in (CLEAN, FOUND, ERROR, NOT_RUN))
        return f"{self.by or 'CDISC CORE'}: {len(self.rules)} rules: {parts}; {found:,} findings"


def rule_result(answer: Mapping[str, Any]) -> RuleResult:
    """The result of a rule from what the runner says of each dataset."""
    results: Sequence[Mapping[str, Any]] = answer.get("results", ())
    states = {str(item["status"]) for item in results}
    status = (
        ERROR if BROKE in states else FOUND if ISSUE in states else CLEAN if "success" in states else NOT_RUN
    )
    hits = tuple(
        _hit(item, error) for item in results if item["status"] == ISSUE for error in item.get("errors", ())
    )
    reason = ""
    if status == ERROR:
        first = next(item for item in results if item["status"] == BROKE)
        told = next(iter(first.get("errors", ())), {})
        reason = f"{first['dataset']}: {told.get('message') or told.get('error') or first['message']}"
    elif status == NOT_RUN:
        reason = _why_not(results)
    return RuleResult(
        rule=str(answer["rule"]),
        status=status,
        ids=tuple(answer.get("ids", ())),
        reason=" ".join(reason.split()),
        seconds=float(answer.get("seconds", 0.0)),
        count=sum(int(item.get("count", 0)) for item in results if item["status"] == ISSUE),
        hits=hits,
    )


def _why_not(results: Iterable[Mapping[str, Any]]) -> str:
    """The reason nearest to running: a column that is not there tells more than another scope."""
    reasons = [str((item.get("errors") or [{}])[0].get("error") or item["message"]) for item in results]
    apart = [reason for reason in reasons if reason != "Outside scope"]
    return min(apart, default="Outside scope") if reasons else "no dataset in scope"


def _hit(result: Mapping[str, Any], error: Mapping[str, Any]) -> CoreHit:
    values = error.get("value")
    told = values.items() if isinstance(values, dict) else ()
    return CoreHit(
        dataset=str(error.get("dataset") or result["dataset"]),
        message=str(result["message"]),
        usubjid=str(error.get("USUBJID") or ""),
        seq=whole(error.get("SEQ")),
        row=whole(error.get("row")),
        values=tuple((str(name), "" if value is None else str(value)) for name, value in told),
    )


def whole(value: object) -> int:
    """A whole number from what a report holds, 0 where it holds none."""
    try:
        return int(float(str(value)))
    except (ValueError, OverflowError):
        return 0


@dataclass
class Laid:
    """CORE's findings as ours, and the codes that ran."""

    findings: list[Finding] = field(default_factory=list[Finding])
    codes: tuple[str, ...] = ()


def laid_beside(outcome: CoreOutcome, origin: Origin | None = None) -> Laid:
    """Findings of CORE in the form of ours: code = its rule, with record and raw lines; broken rules too."""
    laid = Laid(codes=outcome.codes)
    laid.findings += [from_problem(problem) for problem in outcome.problems]
    for item in outcome.rules:
        if item.status == ERROR:
            kind = SLOW if item.reason.startswith("after ") else BROKEN
            laid.findings.append(from_problem(kind.at(item.rule, item.reason)))
        laid.findings += [_finding(item, hit, outcome.by, origin) for hit in item.hits]
    return laid


def _finding(item: RuleResult, hit: CoreHit, by: str, origin: Origin | None) -> Finding:
    told = sorted(hit.values)  # CORE names them in any order, and ids are made of them
    names = [name for name, _ in told]
    variable = names[0] if len(names) == 1 else next((n for n in names if n.startswith(hit.dataset[:2])), "")
    held = [f"{name}={value!r}" for name, value in told]
    place = place_text(at_record(hit.dataset, hit.usubjid, hit.seq)) if hit.dataset else ""
    if hit.row and not hit.seq:
        place += f" record {hit.row}"
    source = origin(hit.dataset, hit.row - 1, variable) if origin and hit.row else []
    value = ", ".join(held)
    record = Occurrence(
        id=record_id(item.rule, (hit.dataset, hit.usubjid, str(hit.seq), str(hit.row)), variable, value),
        where=place,
        dataset=hit.dataset,
        variable=variable,
        usubjid=hit.usubjid,
        seq=hit.seq,
        row=hit.row,
        value=value,
        source=tuple(source),
    )
    return Finding(
        code=item.rule,
        title=f"{', '.join(item.ids)}: {hit.message}" if item.ids else hit.message,
        level=Level.ERROR,
        what=hit.message,
        records=(record,),
        where=place,
        dataset=hit.dataset,
        variable=variable,
        by=by,
    )


def rules_run(outcome: CoreOutcome) -> str:
    """One line a rule that ran to its end: id and the ids of CDISC's and FDA's catalogues."""
    ran = [item for item in outcome.rules if item.status in (CLEAN, FOUND)]
    return "".join(f"{item.rule}\t{' '.join(item.ids)}\n" for item in ran)


def rules_not_run(outcome: CoreOutcome) -> str:
    """One line a rule that did not run to its end: id, reason, ids."""
    rest = [item for item in outcome.rules if item.status in (ERROR, NOT_RUN)]
    return "".join(
        f"{item.rule}\t{'broke' if item.status == ERROR else item.reason}\t{' '.join(item.ids)}\n"
        for item in rest
    )


def worse(before: str, now: str) -> list[str]:
    """Rules of an earlier list of rules run that a later list does not have."""
    later = {line.split("\t")[0] for line in now.splitlines()}
    return [rule for line in before.splitlines() if (rule := line.split("\t")[0]) not in later]
