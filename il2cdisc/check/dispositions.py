"""Dispositions: written reasons why a finding stays, from the workbook `specs/dispositions.xlsx`.

Its sheet `Dispositions` has the columns Rule (a code), Dataset, Variable (both may be blank: any) and Reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from il2cdisc.base.problems import Address, Problem, Stopped, did_you_mean
from il2cdisc.check.findings import Finding
from il2cdisc.check.problems import BAD_RULE_CODE, UNUSED_DISPOSITION
from il2cdisc.spec.workbook import open_workbook


@dataclass(frozen=True, slots=True)
class Disposition:
    """A reason for all findings of a rule, within a dataset and a variable where they are given."""

    rule: str
    reason: str
    dataset: str = ""
    variable: str = ""
    at: Address = field(default_factory=Address)

    def covers(self, finding: Finding) -> bool:
        """True when the finding is one that this disposition explains."""
        return (
            self.rule == finding.code
            and self.dataset in ("", finding.dataset)
            and self.variable in ("", finding.variable)
        )


def read_dispositions(path: Path, *, shown: str = "") -> tuple[Disposition, ...]:
    """The dispositions of a workbook; none where there is no such file.

    Raises `Stopped` for a workbook that can't be read or a row without rule or reason.
    """
    if not path.exists():
        return ()
    book = open_workbook(path, shown)
    try:
        found = tuple(
            Disposition(
                rule=row.needed("Rule"),
                reason=row.needed("Reason"),
                dataset=row.text("Dataset"),
                variable=row.text("Variable"),
                at=row.at("Rule"),
            )
            for row in book.rows("Dispositions", ["Rule", "Reason"], ["Dataset", "Variable"])
        )
    finally:
        book.close()
    if book.problems:
        raise Stopped(book.problems.items)
    return found


def undisposed(findings: Iterable[Finding], dispositions: Sequence[Disposition]) -> list[Finding]:
    """The findings that no disposition explains."""
    return [finding for finding in findings if not reason_of(finding, dispositions)]


def reason_of(finding: Finding, dispositions: Iterable[Disposition]) -> str:
    """The reason that explains a finding, of the narrowest disposition; empty when there is none."""
    fitting = [item for item in dispositions if item.covers(finding)]
    return max(fitting, key=lambda item: (bool(item.dataset), bool(item.variable))).reason if fitting else ""


def unused(
    findings: Collection[Finding], dispositions: Sequence[Disposition], codes: Collection[str]
) -> list[Problem]:
    """Dispositions that explain nothing: of an unknown code, or of what is no longer found.

    Those of rules of CDISC CORE are judged only where `codes` say that the rule ran.
    """
    known = {*codes, *(finding.code for finding in findings)}
    problems: list[Problem] = []
    for item in dispositions:
        not_asked = item.rule.startswith("CORE-") and item.rule not in codes
        if not_asked or any(item.covers(finding) for finding in findings):
            continue
        place = " ".join(part for part in (item.rule, item.dataset, item.variable) if part)
        if item.rule not in known and item.rule.startswith("CHK"):
            hint = did_you_mean(item.rule, sorted(known))
            problems.append(BAD_RULE_CODE.at(item.at, "there is no such rule", values=[item.rule], hint=hint))
        else:
            problems.append(UNUSED_DISPOSITION.at(item.at, f"nothing was found for {place}"))
    return problems
