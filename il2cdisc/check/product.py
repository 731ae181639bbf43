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
    """What was found in a package. `outcome` is that of CDISC CORE, None where it was not asked."""

    report: Report
    dispositions: tuple[Disposition, ...]
    outcome: CoreOutcome | None

    @property
    def is_open(self) -> bool:
        """Whether a finding has no disposition, or one that says it is to be corrected."""
        return bool(undisposed(self.report.findings, self.dispositions))


@dataclass(frozen=True, slots=True)
class PriorFindings:
    """What is known before the rules run: problems of this build, or findings of an earlier report."""

    problems: Problems
    findings: Sequence[Finding] = ()
    identify: Identify | None = None


def examine(
    folder: Path,
    workbooks: Sequence[Spec],
    before: PriorFindings,
    study: Study,
    core: CoreAsked | None,
    say: Say,
) -> Examined:
    """Hold the files of a built folder against the workbooks; nothing is written."""
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
    )  # fmt: skip
    return Examined(report, dispositions, outcome)


def write_reports(folder: Path, examined: Examined, study: Study) -> list[Path]:
    """`findings.xlsx`, `findings.json`, `findings.txt`, and of CDISC CORE the rules run and not run."""
    from il2cdisc.check.core import write_lists
    from il2cdisc.check.report import write_reports as write

    written = write(examined.report, folder, facts_of(study), dispositions=examined.dispositions)
    return [*written, *write_lists(examined.outcome, folder)]


def write_queries(folder: Path, examined: Examined, record_at: Look, study: Study) -> None:
    """`queries.xlsx`: questions to the site, one for each raw cell that only the site can correct."""
    from il2cdisc.check.queries import make_queries
    from il2cdisc.check.report import write_query_file

    queries = make_queries(examined.report.findings, record_at)
    write_query_file(queries, folder / "queries.xlsx", facts_of(study))


def facts_of(study: Study) -> Facts:
    """What reports say of the study."""
    return Facts(study.id, study.build.time, study.study.synthetic)


PRODUCT = Product("examined", examine, title="checking the files against the workbooks")
REPORTS = Product("reports", write_reports, "checks")
QUERIES = Product("queries", write_queries, "checks")
