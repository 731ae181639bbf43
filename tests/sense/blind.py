"""Sixty contradictions, written from the plan and the data dictionary without sight of the engine.

Each changes one line of a copy of the shipped trial's `raw/`. No value breaks a type, code or range of
`raw/dictionary.csv` by itself: each is wrong only beside another value of its record, form, subject or of the
plan. A report must name the line that was changed, or one of the lines that it contradicts, where a data
manager may as well ask there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edit import Record, change, place


@dataclass(frozen=True)
class Contradiction:
    name: str
    says: str
    record: Record
    cells: tuple[tuple[str, str], ...]
    beside: tuple[Record, ...] = ()  # records at which the question may as well be asked
    subject: str = ""  # whose data it changes, where the record does not say it

    @property
    def about(self) -> str:
        return self.subject or dict(self.record.key)["SUBJID"]

    def apply(self, trial: Path) -> tuple[str, ...]:
        """Change the copy in place; the places at which a report may name it, the changed line first."""
        change(trial, self.record, dict(self.cells))
        return tuple(place(trial, record) for record in (self.record, *self.beside))


def at(form: str, subject: str = "", **key: str) -> Record:
    """The record of a form that has these values."""
    named = {"SUBJID": subject, **key} if subject else key
    return Record(form, tuple(named.items()))


def contradiction(
    name: str, says: str, record: Record, cells: dict[str, str], *beside: Record, subject: str = ""
) -> Contradiction:
    return Contradiction(name, says, record, tuple(cells.items()), beside, subject)


def visit(form: str, subject: str, name: str) -> Record:
    return at(form, subject, VISIT=name)


CONTRADICTIONS: tuple[Contradiction, ...] = (
    # Adverse events
    contradiction(
        "event-ends-before-it-starts",
        "A headache starts on 21 June and ends on 20 June.",
        at("ae", "01-001", AENO="1"),
        {"AEENDAT": "20/06/2021"},
    ),
    contradiction(
        "event-ongoing-with-an-end",
        "An event is ongoing and has an end date.",
        at("ae", "01-005", AENO="2"),
        {"AEONGO": "S"},
    ),
    contradiction(
        "serious-for-no-reason",
        "An event is serious, and no criterion of seriousness is ticked.",
        at("ae", "01-007", AENO="2"),
        {"AESER": "S"},
    ),
    contradiction(
        "in-hospital-not-serious",
        "An event is not serious, and hospitalisation is ticked.",
        at("ae", "01-010", AENO="1"),
        {"AESHOSP": "S"},
    ),
    contradiction(
        "fatal-and-the-subject-lives",
        "An event ends fatally; the subject comes to all visits and completes the study.",
        at("ae", "01-014", AENO="1"),
        {"AEOUT": "fatale"},
        at("ds", "01-014", DSPHASE="STUDIO"),
    ),
    contradiction(
        "dose-missed-that-was-given",
        "A dose was missed because of an event; all nine were given.",
        at("ae", "01-032", AENO="2"),
        {"AEACN": "dose saltata"},
    ),
    contradiction(
        "event-after-last-contact",
        "An event starts two months after the last contact with the subject.",
        at("ae", "01-023", AENO="1"),
        {"AESTDAT": "10/10/2022", "AESTTIM": "", "AEENDAT": "12/10/2022"},
        at("ds", "01-023", DSPHASE="STUDIO"),
    ),
    contradiction(
        "reaction-before-the-injection",
        "A reaction at the injection site starts in the morning before the first injection.",
        at("ae", "01-012", AENO="1"),
        {"AESTTIM": "07:24"},
        visit("ex", "01-012", "Giorno 1"),
    ),
    contradiction(
        "event-twice-at-one-time",
        "The same event, in the same words, starts twice at the same minute.",
        at("ae", "01-034", AENO="3"),
        {"AESTDAT": "17/10/2022", "AESTTIM": "10:26"},
        at("ae", "01-034", AENO="2"),
    ),
    contradiction(
        "treated-with-nothing",
        "An event was treated with a medication, and no medication names it.",
        at("ae", "01-039", AENO="2"),
        {"AECMYN": "S"},
    ),
    # Medication
    contradiction(
        "medication-ends-before-it-starts",
        "Paracetamol starts on 27 July and ends on 20 July.",
        at("cm", "01-003", CMNO="2"),
        {"CMENDAT": "20/07/2021"},
    ),
    contradiction(
        "treated-before-the-event",
        "A medication for an event starts three weeks before the event.",
        at("cm", "01-015", CMNO="4"),
        {"CMSTDAT": "01/02/2022"},
        at("ae", "01-015", AENO="1"),
    ),
    contradiction(
        "dose-of-sertraline-tenfold",
        "2000 mg of sertraline a day: the dose is 100 to 200 mg.",
        at("cm", "01-003", CMNO="1"),
        {"CMDOSE": "2000"},
    ),
    contradiction(
        "anti-inflammatory-every-day",
        "Ibuprofen every day since 2013 in a subject without exclusion 8 and without a deviation.",
        at("cm", "01-007", CMNO="1"),
        {"CMTRT": "ibuprofene"},
        visit("ie", "01-007", "Screening"),
    ),
    # History
    contradiction(
        "caesarean-of-a-man",
        "A man has had a caesarean section.",
        at("mh", "01-028", MHNO="1"),
        {"MHTERM": "taglio cesareo"},
        at("dm", "01-028"),
    ),
    contradiction(
        "operated-before-birth",
        "An operation in 1980 of a subject born in 1985.",
        at("mh", "01-015", MHNO="1"),
        {"MHSTDAT": "09/07/1980"},
        at("dm", "01-015"),
    ),
    contradiction(
        "onset-later-than-today",
        "The illness began at 45 in a subject of 20.",
        at("psyhx", "01-016"),
        {"ONSETAGE": "45"},
        at("dm", "01-016"),
    ),
    contradiction(
        "diagnosis-of-the-other-stratum",
        "A subject randomised as bipolar has a diagnosis of major depressive disorder.",
        at("psyhx", "01-005"),
        {"DIAG": "DDM"},
        at("rand", RANDNO="R201"),
    ),
    contradiction(
        "never-smoker-with-cigarettes",
        "A subject who never smoked smokes 20 cigarettes a day.",
        at("su", "01-007"),
        {"CIGDAY": "20"},
    ),
    # Demography, consent, eligibility, disposition
    contradiction(
        "age-against-year-of-birth",
        "A subject born in 1967 is 45 in 2022.",
        at("dm", "01-020"),
        {"AGE": "45"},
    ),
    contradiction(
        "man-with-a-pregnancy-test",
        "A man has pregnancy forms.",
        at("dm", "01-016"),
        {"SEX": "M"},
        visit("preg", "01-016", "Screening"),
    ),
    contradiction(
        "consent-after-the-first-dose",
        "Consent is signed on 23 November; the first dose was on 22 November.",
        at("ic", "01-008"),
        {"ICDAT": "23/11/2021"},
        visit("ex", "01-008", "Giorno 1"),
    ),
    contradiction(
        "consent-withdrawn-and-dosed",
        "Consent was withdrawn on 15 December; doses and visits go on to 31 January.",
        at("ic", "01-009"),
        {"ICWDDAT": "15/12/2021"},
        at("ds", "01-009", DSPHASE="STUDIO"),
    ),
    contradiction(
        "excluded-and-eligible",
        "Ongoing fever on day 1 excludes; the subject is eligible and randomised.",
        visit("ie", "01-012", "Giorno 1"),
        {"EX09": "S"},
    ),
    contradiction(
        "completed-before-the-last-visit",
        "The study ends on 1 September; the last visit is on 23 September.",
        at("ds", "01-003", DSPHASE="STUDIO"),
        {"DSDAT": "01/09/2021"},
    ),
    contradiction(
        "dead-without-a-fatal-event",
        "The study ends with death; no event is fatal.",
        at("ds", "01-037", DSPHASE="STUDIO"),
        {"DSREAS": "MORTE"},
    ),
    contradiction(
        "stopped-for-an-event-that-is-not-there",
        "Treatment was stopped for an adverse event; the subject has none and had all nine doses.",
        at("ds", "01-042", DSPHASE="TRATTAMENTO"),
        {"DSCOMP": "N", "DSREAS": "EVENTO AVVERSO"},
    ),
    contradiction(
        "randomised-after-the-first-dose",
        "Randomised on 2 February; the first dose was on 31 January.",
        at("rand", RANDNO="R107"),
        {"RANDDAT": "02/02/2022"},
        at("ds", "01-012", DSPHASE="SCREENING"),
        visit("ex", "01-012", "Giorno 1"),
        subject="01-012",
    ),
    contradiction(
        "deviation-of-a-dose-that-was-given",
        "A deviation says that the dose of day 22 was missed; it was given.",
        at("dv", "01-005", DVNO="1"),
        {"DVCAT": "DOSE SALTATA"},
        visit("ex", "01-005", "Giorno 22"),
    ),
    contradiction(
        "comment-before-consent",
        "A comment on the visit of day 29 has a date two months before consent.",
        at("co", "01-017", VISIT="Giorno 29"),
        {"CODAT": "11/01/2022"},
    ),
    # Dosing
    contradiction(
        "tenth-of-the-volume",
        "0.05 mL were injected; 0.5 are planned.",
        visit("ex", "01-014", "Giorno 8"),
        {"EXVOL": "0.05"},
    ),
    contradiction(
        "not-given-with-time-and-volume",
        "An injection was not given, and has its date, time, site and volume.",
        visit("ex", "01-021", "Giorno 3"),
        {"EXYN": "N"},
    ),
    contradiction(
        "dosed-on-another-day-than-the-visit",
        "The dose of day 15 has a date four days after the visit.",
        visit("ex", "01-022", "Giorno 15"),
        {"EXDAT": "27/05/2022"},
        visit("sv", "01-022", "Giorno 15"),
    ),
    contradiction(
        "kit-used-twice",
        "A syringe for one dose was injected on day 1 and on day 2.",
        visit("ex", "01-003", "Giorno 2"),
        {"KITNO": "K100004"},
        visit("ex", "01-003", "Giorno 1"),
    ),
    contradiction(
        "syringe-returned-and-injected",
        "A syringe was returned unused and injected.",
        visit("da", "01-010", "Giorno 3"),
        {"DARET": "1"},
        visit("ex", "01-010", "Giorno 3"),
    ),
    contradiction(
        "syringe-leaves-after-the-injection",
        "The syringe of day 4 leaves the pharmacy three days after it was injected.",
        visit("da", "01-017", "Giorno 4"),
        {"DADAT": "20/03/2022"},
        visit("ex", "01-017", "Giorno 4"),
    ),
    contradiction(
        "examined-where-not-injected",
        "Injected in the left thigh, examined at the right abdomen.",
        visit("injsite", "01-001", "Giorno 2"),
        {"INJLOC": "ADDOME DX"},
        visit("ex", "01-001", "Giorno 2"),
    ),
    contradiction(
        "site-examined-before-the-injection",
        "The injection site is examined hours before the injection.",
        visit("injsite", "01-006", "Giorno 2"),
        {"INJTIM": "07:00"},
        visit("ex", "01-006", "Giorno 2"),
    ),
    # Examinations
    contradiction(
        "systolic-below-diastolic",
        "Systolic pressure 85, diastolic 87.",
        visit("vs", "01-003", "Giorno 2"),
        {"SYSBP": "85"},
    ),
    contradiction(
        "weight-leaps",
        "The subject weighs 120 kg on day 29; half of that at every other visit.",
        visit("vs", "01-005", "Giorno 29"),
        {"WEIGHT": "120"},
    ),
    contradiction(
        "after-the-dose-before-before-the-dose",
        "Vital signs 60 minutes after the dose were taken an hour before those before the dose.",
        visit("vs", "01-007", "Giorno 3"),
        {"VSTIM60": "08:00"},
    ),
    contradiction(
        "corrected-qt-does-not-follow",
        "QTcF 350 ms from a QT of 371 ms at a heart rate of 85.",
        visit("eg", "01-008", "Screening"),
        {"EGQTCF": "350"},
    ),
    contradiction(
        "abnormal-and-not-described",
        "The skin is abnormal; the description is empty.",
        visit("pe", "01-006", "Giorno 5"),
        {"PESKIN": "A"},
    ),
    contradiction(
        "pregnant-and-dosed",
        "A pregnancy test on day 15 is positive; injections go on.",
        visit("preg", "01-007", "Giorno 15"),
        {"PREGRES": "POSITIVO"},
        visit("ex", "01-007", "Giorno 15"),
        visit("ex", "01-007", "Giorno 22"),
    ),
    contradiction(
        "urine-of-another-day",
        "The urinalysis of day 29 has a date three weeks before the visit.",
        visit("ua", "01-005", "Giorno 29"),
        {"UADAT": "04/10/2021"},
    ),
    contradiction(
        "improved-since-today",
        "Improvement is rated at day 1, where there is nothing to improve from.",
        visit("cgi", "01-003", "Giorno 1"),
        {"CGIIMP": "2"},
    ),
    contradiction(
        "worst-ideation-not-among-the-items",
        "The most severe ideation is 4; items 1 and 2 alone are answered with yes.",
        visit("cssrs", "01-003", "Giorno 15"),
        {"CSIDMAX": "4"},
    ),
    contradiction(
        "functioning-total-wrong",
        "The collected total of the functioning scale is not the sum of its items.",
        visit("fast", "01-001", "Giorno 29"),
        {"FASTTOT": "42"},
    ),
    contradiction(
        "visit-ends-before-it-starts",
        "A visit starts on 10 October and ends on 9 October.",
        visit("sv", "01-030", "Giorno 22"),
        {"SVENDAT": "09/10/2022"},
    ),
    # Scales
    contradiction(
        "both-versions-of-an-item",
        "Item 16A (by history) and item 16B (measured) are both rated.",
        visit("hdrs", "01-001", "Giorno 15"),
        {"HD16A": "1"},
    ),
    contradiction(
        "depression-total-wrong",
        "The collected total of the MADRS is ten below the sum of its items.",
        visit("madrs", "01-001", "Giorno 1"),
        {"MATOT": "28"},
    ),
    contradiction(
        "rated-after-the-dose",
        "The mania scale of day 5, due before the dose, was rated in the afternoon after it.",
        visit("ymrs", "01-003", "Giorno 5"),
        {"YMTIM": "16:00"},
        visit("ex", "01-003", "Giorno 5"),
    ),
    contradiction(
        "self-rating-of-another-day",
        "The self-rating of day 15 has a date three weeks after the visit.",
        visit("bdi", "01-001", "Giorno 15"),
        {"BDDAT": "27/07/2021"},
        visit("sv", "01-001", "Giorno 15"),
    ),
    # Laboratory
    contradiction(
        "one-accession-number-for-two",
        "Two samples, of two subjects, have the same accession number.",
        visit("LBTHY", "01-003", "Giorno 29"),
        {"LBACCNO": "00560004"},
        visit("LBTHY", "01-001", "Giorno 29"),
    ),
    contradiction(
        "parts-above-the-whole",
        "Neutrophils alone are more than all leukocytes.",
        visit("LBHEM", "01-001", "Giorno 15"),
        {"NEUT": "9.5"},
    ),
    contradiction(
        "chemistry-of-another-day",
        "The chemistry of day 5 was sampled two weeks before.",
        visit("LBCHEM", "01-003", "Giorno 5"),
        {"LBDAT": "16/07/2021"},
    ),
    contradiction(
        "share-that-is-not-count-by-parent",
        "The share of regulatory T cells is twice its count divided by its parent's.",
        at("flow", BARCODE="F100067", ANALYTE="TREG_PCT"),
        {"RESULT": "12,90"},
        at("flow", BARCODE="F100067", ANALYTE="TREG_ABS"),
        subject="01-003",
    ),
    contradiction(
        "measured-before-it-was-drawn",
        "A cytokine was measured a month before its sample was drawn.",
        at("cyto", BARCODE="C100095", ANALYTE="IL6"),
        {"RUNDAT": "20/05/2021"},
        at("samples", BARCODE="C100095"),
        subject="01-001",
    ),
    contradiction(
        "drawn-after-the-dose",
        "The sample of day 5, due before the dose, was drawn in the afternoon after it.",
        at("samples", "01-005", BARCODE="F100082"),
        {"SAMPTIM": "15:30"},
        visit("ex", "01-005", "Giorno 5"),
    ),
    contradiction(
        "one-complaint-two-terms",
        "Two verbatims with the English text `headache` have two terms, one of them nausea.",
        at("coding", FORM="AE", VERBATIM="mal di testa"),
        {"CODTERM": "Nausea", "CODCLASS": "Digestive system"},
        subject="coding",
    ),
)
