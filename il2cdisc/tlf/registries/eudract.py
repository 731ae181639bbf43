"""Adverse events as the XML that the results database EudraCT takes (its schema of adverse events, 1.1)."""

from __future__ import annotations

from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from il2cdisc.tlf.registries.events import ReportedEvents, ReportedTerm

NAMESPACE = "http://eudract.ema.europa.eu/schema/clinical_trial_result/adverse_events"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
MEDDRA = "meddra"
LONGEST = {"description": 350, "timeFrame": 255, "title": 62, "term": 100, "otherName": 20, "version": 10}
"""Characters that the schema has room for."""


def write(events: ReportedEvents) -> bytes:
    """The element `adverseEvents`; UTF-8.

    Body systems of other dictionaries than MedDRA have no identifier there, so none is given: they are
    chosen by hand. Texts that are too long are cut at the schema's length.
    """
    root = etree.Element(f"{{{NAMESPACE}}}adverseEvents", nsmap={"aev": NAMESPACE, "xsi": XSI})
    if events.notice:
        _text(root, "description", events.notice)
    _text(root, "nonSeriousEventFrequencyThreshold", events.threshold)
    _text(root, "timeFrame", events.told("time_frame") or "Not given")
    _assessment(root, events)
    _dictionary(root, events)
    groups = etree.SubElement(root, "reportingGroups")
    for group in events.groups:
        one = etree.SubElement(groups, "reportingGroup", id=group.id)
        _text(one, "title", _long_enough(group.title, "Group"))
        _nil(one, "description")
        for name, statistic in (
            ("subjectsAffectedByNonSeriousAdverseEvents", "other_subjects"),
            ("subjectsAffectedBySeriousAdverseEvents", "serious_subjects"),
            ("subjectsExposed", "at_risk"),
            ("deathsAllCauses", "deaths_all_causes"),
            ("deathsResultingFromAdverseEvents", "deaths_by_event"),
        ):
            _count(one, name, group.totals[statistic])
    other = etree.SubElement(root, "nonSeriousAdverseEvents")
    for term in events.other:
        _term(etree.SubElement(other, "nonSeriousAdverseEvent"), events, term, serious=False)
    serious = etree.SubElement(root, "seriousAdverseEvents")
    for term in events.serious:
        _term(etree.SubElement(serious, "seriousAdverseEvent"), events, term, serious=True)
    return etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")


def _term(parent: Any, events: ReportedEvents, term: ReportedTerm, *, serious: bool) -> None:
    _text(parent, "description", term.system)
    _text(parent, "term", _long_enough(term.term, "Event"))
    _assessment(parent, events)
    _text(parent, "dictionaryOverridden", "false")
    values = etree.SubElement(parent, "values")
    for group, counts in zip(events.groups, term.counts, strict=True):
        value = etree.SubElement(values, "value", reportingGroupId=group.id)
        _text(value, "occurrences", str(counts["events"]))
        _text(value, "subjectsAffected", str(counts["subjects"]))
        if group.totals["at_risk"]:
            _text(value, "subjectsExposed", str(group.totals["at_risk"]))
        if serious:
            _text(value, "occurrencesCausallyRelatedToTreatment", str(counts["related_events"]))
            fatal = etree.SubElement(value, "fatalities")
            _text(fatal, "deaths", str(counts["deaths"]))
            _text(fatal, "deathsCausallyRelatedToTreatment", str(counts["related_deaths"]))


def _assessment(parent: Any, events: ReportedEvents) -> None:
    way = "systematic" if events.systematic else "non_systematic"
    _text(etree.SubElement(parent, "assessmentMethod"), "value", f"ADV_EVT_ASSESS_TYPE.{way}")


def _dictionary(root: Any, events: ReportedEvents) -> None:
    """MedDRA by its name in the list of EudraCT, another dictionary by its own."""
    name, version = events.options.get("dictionary", ""), events.options.get("version", "")
    parent = etree.SubElement(root, "dictionary")
    known = name.casefold() == MEDDRA
    _text(parent, "otherName", name) if name and not known else _nil(parent, "otherName")
    _text(parent, "version", version) if version else _nil(parent, "version")
    if known:
        value = f"ADV_EVT_DICTIONARY_NAME.{MEDDRA}"
        _text(etree.SubElement(parent, "name"), "value", value)
    else:
        _nil(parent, "name")


def _count(parent: Any, name: str, count: int) -> None:
    """A number of subjects; an arm that nobody was exposed in has no number there."""
    if name == "subjectsExposed" and not count:
        _nil(parent, name)
    else:
        _text(parent, name, str(count))


def _text(parent: Any, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = text[: LONGEST.get(name, 250)]


def _long_enough(text: str, kind: str) -> str:
    """Titles and terms have two characters or more there."""
    return text if len(text) > 1 else f"{kind} {text}"


def _nil(parent: Any, name: str) -> None:
    etree.SubElement(parent, name).set(f"{{{XSI}}}nil", "true")
