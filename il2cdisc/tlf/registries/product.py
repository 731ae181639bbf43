"""Product: files for the registries EudraCT and ClinicalTrials.gov, from the results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from il2cdisc.base.problems import Kind, Problems, Severity, did_you_mean
from il2cdisc.base.products import Product
from il2cdisc.results.frame import Results
from il2cdisc.spec.tlf import Display
from il2cdisc.study import Study

NO_DISPLAY = Kind(
    "TLF030",
    "Display of a registry table not found",
    Severity.FINDING,
    "Name a display of the sheet Displays in the option participants or baseline; the table is not written.",
)
TABLES = {"participants": "participant-flow.csv", "baseline": "baseline.csv"}
"""Options that name a display, and the file that its table is written to."""


def wanted(displays: Sequence[Display]) -> bool:
    """Whether a display asks for registry files."""
    from il2cdisc.tlf.registries.events import analyses_of

    return bool(analyses_of(displays))


def write(
    folder: Path, displays: Sequence[Display], results: Results, study: Study, findings: Problems
) -> None:
    """Adverse events as XML of both registries and as a spreadsheet; flow, baseline, outcomes as CSV."""
    from il2cdisc.tlf.header import SYNTHETIC
    from il2cdisc.tlf.registries import clinicaltrials, eudract
    from il2cdisc.tlf.registries.events import analyses_of, reported
    from il2cdisc.tlf.registries.tables import display_table, outcomes_table

    notice = SYNTHETIC if study.study.synthetic else ""
    known = {display.id: display for display in displays}
    for place, (display, analysis) in enumerate(analyses_of(displays)):
        end = f"-{display.id.lower()}" if place else ""  # one is the rule
        events = reported(display, analysis, results.frame, notice)
        files = {
            f"eudract-adverse-events{end}.xml": eudract.write(events),
            f"ctgov-adverse-events{end}.xml": clinicaltrials.write(events),
            f"ctgov-adverse-events{end}.csv": clinicaltrials.write_spreadsheet(events),
        }
        for option, name in TABLES.items():
            asked = analysis.options.get(option, "")
            if asked in known:
                files[name] = display_table(known[asked], results.frame, notice, results.listed.get(asked))
            elif asked:
                what = f"the option {option} names {asked!r}, which is not a display"
                hint = did_you_mean(asked, known)
                findings.add(NO_DISPLAY.at(analysis.at("Options"), what, hint=hint))
        files["outcomes.csv"] = outcomes_table(displays, results.frame, notice)
        for name, content in files.items():
            (folder / name).write_bytes(content)


PRODUCT = Product("registries", write, "registry")
