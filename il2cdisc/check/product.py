"""Products: the findings of a package, their reports, and the data queries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from il2cdisc.base.problems import Problems
from il2cdisc.base.products import Product
from il2cdisc.check.core import CoreAsked, CoreOutcome
from il2cdisc.check.dispositions import Disposition, undisposed
from il2cdisc.check.findings import Finding, Identify, Report
from il2cdisc.check.queries import Look
from il2cdisc.check.report import Facts
from il2cdisc.spec.models import Spec
from il2cdisc.study import Study

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found in a package. `outcome` is that of CDISC CORE, None where it was not asked; `lines` and
    `complete` are those of `PriorFindings`."""

    report: Report
    dispositions: tuple[Disposition, ...]
    outcome: CoreOutcome | None
    lines: tuple[str, ...] = ()
    complete: bool = True

    @property
    def is_open(self) -> bool:
        """Whether a finding has no disposition, or one that says it is to be corrected."""
        return bool(undisposed(self.report.findings, self.dispositions))


@dataclass(frozen=True, slots=True)
class PriorFindings:
    """What is known before the rules run: problems of this build, or findings of an earlier report.

    `lines` are said after the report; `complete` is False where something that was asked for could not be
    looked at.
    """

    problems: Problems
    findings: Sequence[Finding] = ()
    identify: Identify | None = None
    lines: tuple[str, ...] = ()
    complete: bool = True


def examine(
    folder: Path,
    workbooks: Sequence[Spec],
    before: PriorFindings,
    study: Study,
    core: CoreAsked | None,
    say: Say,
    own_lengths: bool,
    scratch: Path | None,
) -> Examined:
    """Hold the files of a built folder against the workbooks; nothing is written.

    What memory need not hold is in the folder `scratch`, if there is one.
    """
    from il2cdisc.check.core import ask_core
    from il2cdisc.check.dispositions import read_dispositions
    from il2cdisc.check.run import check_folder
    from il2cdisc.standards.release import load_terminology
    from il2cdisc.trace.store import Lineage

    dispositions = read_dispositions(study.dispositions, shown=study.shown(study.dispositions))
    lineage = Lineage(folder / "lineage")
    outcome, core_findings = ask_core(core, folder / "sdtm", study.standards, say, lineage.origin)
    report = check_folder(
        folder, workbooks, problems=before.problems.items, findings=before.findings,
        dispositions=dispositions, origin=lineage.origin, identify=before.identify,
        repeated=lineage.repeated, shown=study.shown(study.outputs), core=core_findings,
        terminology=load_terminology(study.terminology, study.standards.ct), data_cut=study.build.data_cut,
        own_lengths=own_lengths, awaited=_awaited(study, workbooks), scratch=scratch,
    )  # fmt: skip
    return Examined(report, dispositions, outcome, before.lines, before.complete)


def _awaited(study: Study, workbooks: Sequence[Spec]) -> frozenset[str]:
    """Visits whose own form the sheet Protocol Schedule expects, in lower case."""
    rows = [row for spec in workbooks for row in spec.schedule]
    form = study.schedule.visits if study.schedule else ""
    return frozenset(row.visit.lower() for row in rows if form and row.form == form and not row.optional)


def write_reports(folder: Path, examined: Examined, study: Study) -> list[Path]:
    """`findings.xlsx`, `findings.json`, `findings.txt`, and of CDISC CORE the rules run and not run."""
    from il2cdisc.check.core import write_lists
    from il2cdisc.check.report import write_reports as write

    written = write(examined.report, folder, facts_of(study), dispositions=examined.dispositions)
    return [*written, *write_lists(examined.outcome, folder)]


def write_queries(
    folder: Path, examined: Examined, record_at: Look, workbooks: Sequence[Spec], study: Study
) -> None:
    """`queries.xlsx`: the open questions to the site, one for each raw cell that only the site can correct;
    `queries.json`: all of them; `medical_review.xlsx`: what a physician is to read, without a question."""
    from il2cdisc.check.queries import Asking, make_queries
    from il2cdisc.check.query_file import QUERIES as ALL_QUERIES
    from il2cdisc.check.query_file import as_json
    from il2cdisc.check.query_log import States, read_query_log, with_states
    from il2cdisc.check.report import NOTICE, write_query_file
    from il2cdisc.check.review_book import write_review
    from il2cdisc.raw.sense import is_withheld

    facts = facts_of(study)
    notice = NOTICE if facts.synthetic else ""
    asking = Asking(
        record_at,
        {check.id: check.question for spec in workbooks for check in spec.checks},
        lambda form, column: is_withheld(study, form, column),
        examined.dispositions,
    )
    log = read_query_log(study.queries, shown=study.shown(study.queries), study=study.id)
    queries = with_states(make_queries(examined.report.findings, asking), log)
    asked = [query for query in queries if States(query.state).is_open]
    write_query_file(asked, folder / "queries.xlsx", facts, settled=len(queries) - len(asked))
    text = as_json(queries, study=facts.study, notice=notice)
    (folder / ALL_QUERIES).write_text(text, encoding="utf-8", newline="\n")
    with (folder / "medical_review.xlsx").open("wb") as stream:
        write_review(examined.report, stream, study=facts.study, time=facts.time, notice=notice)


def facts_of(study: Study) -> Facts:
    """What reports say of the study."""
    return Facts(study.id, study.build.time, study.study.synthetic)


PRODUCT = Product("examined", examine, title="checking the files against the workbooks")
REPORTS = Product("reports", write_reports, "checks")
QUERIES = Product("queries", write_queries, "checks")
