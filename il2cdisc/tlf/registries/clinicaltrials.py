"""Adverse events for ClinicalTrials.gov: the XML of a partial upload, and the spreadsheet of its columns."""

from __future__ import annotations

import csv
import io
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from il2cdisc.tlf.registries.events import ReportedEvents, ReportedTerm

NAMESPACE = "http://clinicaltrials.gov/rrs"
COLUMNS = (
    "adverseEventType",
    "assessmentType",
    "additionalDescription",
    "organSystemName",
    "sourceVocabulary",
    "term",
)
WARNING = (
    " The schema asks for outcomeMeasures, and an upload replaces those of the record: upload adverse events"
    " before outcomes are entered, or put reportedEvents into the record's own file. "
)
COUNTS = (("numEvents", "events"), ("numSubjectsAffected", "subjects"), ("numSubjects", "at_risk"))


def write(events: ReportedEvents) -> bytes:
    """The element `result`, which replaces reported events alone and leaves all else; UTF-8."""
    root = etree.Element(f"{{{NAMESPACE}}}result", nsmap={"tns": NAMESPACE}, partialUpload="true")
    root.append(etree.Comment(WARNING))
    etree.SubElement(root, "outcomeMeasures")
    parent = etree.SubElement(root, "reportedEvents")
    _text(parent, "assessmentType", _assessment(events))
    _text(parent, "frequencyReportingThreshold", events.threshold)
    frequent = etree.SubElement(parent, "frequentAdverseEvents")
    for term in events.other:
        _term(etree.SubElement(frequent, "frequentEvent"), events, term)
    groups = etree.SubElement(parent, "interventionGroups")
    for group in events.groups:
        one = etree.SubElement(groups, "interventionGroup", id=group.id)
        at_risk = str(group.totals["at_risk"])
        for name, text in (
            ("numDeaths", str(group.totals["deaths_all_causes"])),
            ("numSubjectsFrequentEvents", str(group.totals["other_subjects"])),
            ("numSubjectsSeriousEvents", str(group.totals["serious_subjects"])),
            ("partAtRiskAllCauseMort", at_risk),
            ("partAtRiskFrequentEvents", at_risk),
            ("partAtRiskSeriousEvents", at_risk),
            ("title", group.title),
        ):
            _text(one, name, text)
    if events.notice:
        _text(parent, "notes", events.notice)
    serious = etree.SubElement(parent, "seriousAdverseEvents")
    for term in events.serious:
        _term(etree.SubElement(serious, "seriousEvent"), events, term)
    _text(parent, "sourceVocabulary", _vocabulary(events))
    _text(parent, "timeFrame", events.told("time_frame") or "Not given")
    return etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")


def write_spreadsheet(events: ReportedEvents) -> bytes:
    """One line per term, three columns per group: events, subjects affected, subjects at risk; UTF-8."""
    out = io.StringIO(newline="")
    lines = csv.writer(out, lineterminator="\n")
    names = [f"{group.title}{{{name}}}" for group in events.groups for name, _ in COUNTS]
    lines.writerow([*COLUMNS, *names])
    for kind, terms in (("Serious", events.serious), ("Other", events.other)):
        for term in terms:
            numbers = [
                counts.get(statistic, group.totals["at_risk"])
                for group, counts in zip(events.groups, term.counts, strict=True)
                for _, statistic in COUNTS
            ]
            start = [kind, _assessment(events), events.notice, term.system, _vocabulary(events), term.term]
            lines.writerow([*start, *numbers])
    return out.getvalue().encode()


def _term(parent: Any, events: ReportedEvents, term: ReportedTerm) -> None:
    stats = etree.SubElement(parent, "adverseEventStats")
    for group, counts in zip(events.groups, term.counts, strict=True):
        one = etree.SubElement(stats, "eventStats")
        _text(one, "reportingGroupId", group.id)
        for name, statistic in COUNTS:
            _text(one, name, str(counts.get(statistic, group.totals["at_risk"])))
    _text(parent, "assessmentType", _assessment(events))
    _text(parent, "organSystemName", term.system)
    _text(parent, "sourceVocabulary", _vocabulary(events))
    _text(parent, "term", term.term)


def _assessment(events: ReportedEvents) -> str:
    return "Systematic Assessment" if events.systematic else "Non-Systematic Assessment"


def _vocabulary(events: ReportedEvents) -> str:
    return " ".join(filter(None, (events.options.get("dictionary", ""), events.options.get("version", ""))))


def _text(parent: Any, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = text
