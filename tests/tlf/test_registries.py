"""Files for trial registries: elements in the order of the schema, zeros of every arm, the same bytes."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from lxml import etree

from il2cdisc.base.columns import CodedTable
from il2cdisc.results.frame import empty
from il2cdisc.spec.tlf import Display, DisplayAnalysis, ListedItem
from il2cdisc.tlf.registries import clinicaltrials, eudract
from il2cdisc.tlf.registries.events import ReportedEvents, ReportedGroup, ReportedTerm
from il2cdisc.tlf.registries.tables import display_table

TOTALS = {
    "at_risk": 24, "serious_subjects": 1, "other_subjects": 9, "deaths_all_causes": 0, "deaths_by_event": 0,
}  # fmt: skip
NONE = dict.fromkeys(TOTALS, 0)
COUNTS = {"subjects": 1, "events": 2, "related_events": 1, "deaths": 0, "related_deaths": 0}
EVENTS = ReportedEvents(
    groups=(ReportedGroup("group-1", "Active", TOTALS), ReportedGroup("group-2", "Nobody", NONE)),
    serious=(ReportedTerm("Heart", "Syncope", (COUNTS, dict.fromkeys(COUNTS, 0))),),
    other=(ReportedTerm("Gut & <liver>", "Nausée", (COUNTS, dict.fromkeys(COUNTS, 0))),),
    options={"dictionary": "OWN", "version": "1.0", "time_frame": "x" * 300, "threshold": "5"},
    notice="SYNTHETIC DATA",
)


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(Path(__file__).parent / "adverse_events.xsd"))


@pytest.mark.parametrize(
    "events",
    [
        EVENTS,
        replace(EVENTS, serious=(), other=()),
        replace(EVENTS, notice="", options={"dictionary": "MedDRA", "assessment": "non-systematic"}),
        replace(EVENTS, groups=(ReportedGroup("group-1", "A", TOTALS), ReportedGroup("group-2", "B", NONE))),
    ],
)
def test_eudract_events_follow_the_schema(schema, events):
    tree = etree.fromstring(eudract.write(events))
    schema.assertValid(tree)
    assert eudract.write(events) == eudract.write(events)


def test_eudract_numbers_and_texts():
    tree = etree.fromstring(eudract.write(EVENTS))
    groups = tree.find("reportingGroups")
    assert [group.findtext("subjectsExposed") for group in groups] == ["24", ""]
    assert [group.findtext("deathsAllCauses") for group in groups] == ["0", "0"]
    (event,) = tree.find("nonSeriousAdverseEvents")
    assert (event.findtext("description"), event.findtext("term")) == ("Gut & <liver>", "Nausée")
    assert [value.findtext("occurrences") for value in event.find("values")] == ["2", "0"]
    assert tree.findtext("timeFrame").startswith("SYNTHETIC DATA - xxx")
    assert tree.findtext("dictionary/otherName") == "OWN"
    (serious,) = tree.find("seriousAdverseEvents")
    assert serious.findtext("values/value/fatalities/deaths") == "0"


def test_clinicaltrials_elements_are_in_the_order_of_its_schema():
    tree = etree.fromstring(clinicaltrials.write(EVENTS))
    assert tree.get("partialUpload") == "true"
    parts = [element.tag for element in tree if isinstance(element.tag, str)]
    assert parts == ["outcomeMeasures", "reportedEvents"]
    reported = tree.find("reportedEvents")
    assert [element.tag for element in reported] == [
        "assessmentType", "frequencyReportingThreshold", "frequentAdverseEvents", "interventionGroups",
        "notes", "seriousAdverseEvents", "sourceVocabulary", "timeFrame",
    ]  # fmt: skip
    (event,) = reported.find("frequentAdverseEvents")
    assert [element.tag for element in event] == [
        "adverseEventStats", "assessmentType", "organSystemName", "sourceVocabulary", "term",
    ]  # fmt: skip
    stats = [[cell.text for cell in one] for one in event.find("adverseEventStats")]
    assert stats == [["group-1", "2", "1", "24"], ["group-2", "0", "0", "0"]]
    ids = {group.get("id") for group in reported.find("interventionGroups")}
    assert ids == {"group-1", "group-2"}


def test_spreadsheet_has_three_columns_for_each_arm():
    header, *lines = csv.reader(io.StringIO(clinicaltrials.write_spreadsheet(EVENTS).decode()))
    assert header[6:] == [
        "Active{numEvents}", "Active{numSubjectsAffected}", "Active{numSubjects}",
        "Nobody{numEvents}", "Nobody{numSubjectsAffected}", "Nobody{numSubjects}",
    ]  # fmt: skip
    assert [(line[0], line[5], *line[6:]) for line in lines] == [
        ("Serious", "Syncope", "2", "1", "24", "0", "0", "0"),
        ("Other", "Nausée", "2", "1", "24", "0", "0", "0"),
    ]


def test_a_listing_that_an_option_names_is_written_with_its_rows():
    """Its rows are no results: without them the file would hold a header alone."""
    shown = DisplayAnalysis(
        display="L-1", id="ROWS", label="", method="Listing", dataset="ADSL",
        variables=(ListedItem(name="USUBJID", label="Subject"), ListedItem(name="AGE", label="Age")),
    )  # fmt: skip
    display = Display(
        id="L-1", kind="Listing", number="16.2", title="Subjects", population="All",
        population_dataset="ADSL", treatment="TRT01P", analyses=(shown,),
    )  # fmt: skip
    listed = CodedTable.of(pd.DataFrame({"USUBJID": ["01", "02"], "AGE": [30.0, 41.0]}))
    lines = display_table(display, empty(), "", listed).decode().splitlines()
    assert lines == [
        "display,title,row,Age",
        "Listing 16.2,Subjects,01,30",
        "Listing 16.2,Subjects,02,41",
    ]
