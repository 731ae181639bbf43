"""Reason and purpose of analyses, which define.xml states: terms of CDISC, and not one without the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from il2cdisc.base.problems import Kind, Problem, Severity, did_you_mean
from il2cdisc.spec.tlf import Display

REASONS = (
    "DATA DRIVEN",
    "REQUESTED BY REGULATORY AGENCY",
    "SPECIFIED IN PROTOCOL",
    "SPECIFIED IN SAP",
)
PURPOSES = (
    "EXPLORATORY OUTCOME MEASURE",
    "PRIMARY OUTCOME MEASURE",
    "SECONDARY OUTCOME MEASURE",
)
"""Terms of Analysis Results Metadata 1.0; a sponsor may add further ones."""
OTHER_TERM = Kind(
    "SPC185",
    "Reason or purpose not a published term",
    Severity.FINDING,
    "Choose a term of CDISC, or explain that the term is the sponsor's.",
)
NO_REASON = Kind(
    "SPC186",
    "Purpose without a reason",
    Severity.FINDING,
    "Write why the analysis was made: define.xml describes an analysis by both.",
)


def check_reasons(displays: Sequence[Display]) -> Iterator[Problem]:
    """Terms that are not published, and analyses with a purpose that define.xml would leave out."""
    for display in displays:
        for analysis in display.analyses:
            for header, value, known in (
                ("Reason", analysis.reason, REASONS),
                ("Purpose", analysis.purpose, PURPOSES),
            ):
                if value and value not in known:
                    what = f"{value!r} is not a published term: {', '.join(known)}"
                    hint = did_you_mean(value, known)
                    yield OTHER_TERM.at(analysis.at(header), what, values=[value], hint=hint)
            if analysis.purpose and not analysis.reason:
                what = f"analysis {analysis.id} of {display.id} states its purpose, and not its reason"
                yield NO_REASON.at(analysis.at("Reason"), what)
