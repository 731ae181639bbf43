"""Rules with a twist of the forms that the site fills in, before and after."""

from __future__ import annotations

import pandas as pd
import pytest

from il2cdisc.base.problems import Address, Problems
from il2cdisc.sdtm.context import Context
from il2cdisc.sdtm.mapping import Mapped, evaluate
from il2cdisc.spec.models import Spec


@pytest.fixture
def records(spec: Spec):
    """Named columns of the records that a mapping makes, as tuples."""

    def of(mapped: Mapped, columns: str) -> list[tuple[object, ...]]:
        context = Context(spec, Problems(), lambda form, row, column: Address(file=form, line=row))
        made = evaluate(mapped, context)
        both = pd.concat([made.frame, made.supplemental], axis=1)
        return [
            tuple(None if pd.isna(value) else value for value in row)
            for row in both[columns.split()].itertuples(index=False)
        ]

    return of


def cells(*lines: str) -> list[tuple[str | None, ...]]:
    """Rows of a table written with bars; a blank cell is missing."""
    return [tuple(cell.strip() or None for cell in line.split("|")) for line in lines]


VITALS = (
    "VISIT VSYN VSREASND VSDAT VSTIM SYSBP DIABP PULSE TEMPC WEIGHT HEIGHT "
    "VSTIM60 SYSBP60 DIABP60 PULSE60 TEMPC60"
)


def test_vital_signs_before_and_after_an_injection(raw, made, records):
    from mappings.sdtm.vs import vs

    forms = raw(
        "vs",
        VITALS,
        cells(
            "S1|Screening|S||01/01/2022|09:00|120|80|n.d.|36.5|70.1|170|||||",
            "S1|Giorno 8|S||10/01/2022|09:10|121||999|36.6|||11:05|119|79|ND|36.7",
            "S1|Giorno 15|S||17/01/2022|09:20|122|82|60|36.4|||||||",
            "S1|Giorno 29|N|dimenticanza|31/01/2022||||||||||||",
        ),
    )
    visits = raw("sv", "VISIT SVSTDAT", cells("S1|Screening|01/01/2022"))
    doses = made("EC", "ex", "VISIT ECOCCUR ECSTDTC", cells("S1|DAY 8|Y|2022-01-10T10:01", "S1|DAY 15|N|"))
    columns = "VISIT VSTESTCD VSTPT VSORRES VSORRESU VSREASND VSDTC VSRFTDTC"
    found = records(vs(forms, visits, doses), columns)
    assert sorted(found, key=str) == sorted(
        cells(
            "SCREENING|SYSBP||120|mmHg||2022-01-01T09:00|",
            "SCREENING|DIABP||80|mmHg||2022-01-01T09:00|",
            "SCREENING|HR||||NOT PERFORMED|2022-01-01T09:00|",
            "SCREENING|TEMP||36.5|C||2022-01-01T09:00|",
            "SCREENING|WEIGHT||70.1|kg||2022-01-01T09:00|",
            "SCREENING|HEIGHT||170|cm||2022-01-01T09:00|",
            "DAY 8|SYSBP|PRE-DOSE|121|mmHg||2022-01-10T09:10|2022-01-10T10:01",
            "DAY 8|DIABP|PRE-DOSE|||RESULT MISSING|2022-01-10T09:10|2022-01-10T10:01",
            "DAY 8|HR|PRE-DOSE|||RESULT UNKNOWN|2022-01-10T09:10|2022-01-10T10:01",
            "DAY 8|TEMP|PRE-DOSE|36.6|C||2022-01-10T09:10|2022-01-10T10:01",
            "DAY 8|SYSBP|60 MIN POST-DOSE|119|mmHg||2022-01-10T11:05|2022-01-10T10:01",
            "DAY 8|DIABP|60 MIN POST-DOSE|79|mmHg||2022-01-10T11:05|2022-01-10T10:01",
            "DAY 8|HR|60 MIN POST-DOSE|||NOT PERFORMED|2022-01-10T11:05|2022-01-10T10:01",
            "DAY 8|TEMP|60 MIN POST-DOSE|36.7|C||2022-01-10T11:05|2022-01-10T10:01",
            # no injection: planned before it, and nothing after it
            "DAY 15|SYSBP|PRE-DOSE|122|mmHg||2022-01-17T09:20|",
            "DAY 15|DIABP|PRE-DOSE|82|mmHg||2022-01-17T09:20|",
            "DAY 15|HR|PRE-DOSE|60|beats/min||2022-01-17T09:20|",
            "DAY 15|TEMP|PRE-DOSE|36.4|C||2022-01-17T09:20|",
            "DAY 29|VSALL||||OVERSIGHT|2022-01-31|",
        ),
        key=str,
    )


CODING = "FORM VERBATIM ENGLISH CODTERM CODCLASS"


def coding(raw, *lines: str) -> pd.DataFrame:
    """The coding file: it has no subjects."""
    return raw("coding", CODING, cells(*(f"|{line}" for line in lines))).drop(columns="USUBJID")


def test_medication_in_english_with_partial_dates(raw, records):
    from mappings.sdtm.cm import cm

    forms = raw(
        "cm",
        "CMYN CMNO CMTRT CMCAT CMINDC CMAENO CMDOSE CMDOSU CMFREQ CMROUTE CMSTDAT CMONGO CMENDAT",
        cells(
            "S1|S|1|lito carbonato|STABILIZZATORE|DISTURBO BIPOLARE||300|mg|2/die|OS|UNK/2013|S|",
            "S1|S|2|gocce nuove|ALTRO|ANSIA||999|gtt|al bisogno|OS|31/04/2022|N|02/05/2022",
            "S1|S|3|paracetamolo|ALTRO|EVENTO AVVERSO|2|1000|mg|al bisogno|OS|UNK/03/2022|N|05/03/2022",
            "S2|N||||||||||||",
        ),
    )
    words = coding(
        raw,
        "CM|lito carbonato|lithium carbonate|Lithium carbonate|Mood stabilisers",
        "CM|paracetamolo|paracetamol|Paracetamol|Painkillers",
        "AE|lito carbonato|never used here|x|y",
    )
    made = cm(forms, words)
    columns = "CMTRT CMDECOD CMDOSU CMDOSFRQ CMSTDTC CMSTDTOR CMENDTC CMENRTPT CMENTPT CMTRTOR CMSTRTPT"
    found = records(made, columns)
    assert found == cells(
        "lithium carbonate|Lithium carbonate|mg|BID|2013|UNK/2013||ONGOING|END OF PARTICIPATION"
        "|lito carbonato|",
        "gocce nuove||gtt|PRN||31/04/2022|2022-05-02|||gocce nuove|UNKNOWN",
        "paracetamol|Paracetamol|mg|PRN|2022-03|UNK/03/2022|2022-03-05|||paracetamolo|",
    )
    # 999 is no dose of 999 drops
    assert records(made, "CMDOSE") == [(300.0,), (None,), (1000.0,)]


def test_medical_history_and_the_psychiatric_interview(raw, records):
    from mappings.sdtm.mh import mh
    from mappings.sdtm.pr import pr
    from mappings.sdtm.sc import sc

    forms = raw(
        "mh",
        "VISIT MHDAT MHYN MHNO MHTERM MHSTDAT MHONGO MHENDAT",
        cells("S1|Screening|01/01/2022|S|1|emicrania|UNK/2002|S|", "S2|Screening|01/01/2022|N|||||"),
    )
    interview = raw(
        "psyhx",
        "VISIT PSYDAT DIAG ONSETAGE ILLYRS NEPIS EPISWK EPSTDAT NHOSP NSUATT FAMHX PSYCHOT ECTEVER",
        cells("S1|Screening|02/01/2022|DB2|41|1|999|n.d.|UNK/11/2021||0|S|N|S"),
    )
    visits = raw("sv", "VISIT SVSTDAT", cells("S1|Screening|02/01/2022"))
    words = coding(raw, "MH|emicrania|migraine|Migraine|Nervous system")
    columns = "MHTERM MHDECOD MHSCAT MHEVDTYP MHPRESP MHOCCUR MHDTC MHSTDTC MHDUR MHENRTPT MHENTPT"
    assert records(mh(forms, interview, words), columns) == cells(
        "migraine|Migraine|||||2022-01-01|2002||ONGOING|SCREENING",
        "BIPOLAR II DISORDER||PRIMARY DIAGNOSIS||||2022-01-02||P1Y|ONGOING|SCREENING",
        "MAJOR DEPRESSIVE EPISODE||CURRENT EPISODE|MOST RECENT EPISODE|||2022-01-02|2021-11||ONGOING"
        "|SCREENING",
        "PSYCHOTIC FEATURES||||Y|N|2022-01-02||||",
    )
    assert records(sc(interview, visits), "SCTESTCD SCORRES SCORRESU SCREASND") == cells(
        "AGEONSET|41|YEARS|",
        "NDEPEPI|||RESULT UNKNOWN",
        "NPSYADM|||RESULT MISSING",
        "NSUIATT|0||",
        "FAMHXMD|Y||",
    )
    assert records(pr(interview, visits), "PRTRT PROCCUR") == cells("ELECTROCONVULSIVE THERAPY|Y")


def test_only_criteria_that_are_not_met(raw, records):
    from mappings.sdtm.ie import CRITERIA, ie

    names = [column.partition(".")[2] for column in CRITERIA]

    def line(subject: str, visit: str, **other: str) -> str:
        usual = {name: "S" if name.startswith("IN") else "N" for name in names}
        return f"{subject}|{visit}|01/02/2022|" + "|".join((usual | other).values())

    forms = raw(
        "ie",
        " ".join(["VISIT", "IEDAT", *names]),
        cells(
            line("S1", "Screening", IN05="N", EX12="NA"),
            line("S1", "Giorno 1"),
            line("S2", "Screening", EX02="S", EX15="S", IN03=""),
        ),
    )
    made = ie(forms, raw("sv", "VISIT SVSTDAT", cells("S1|Screening|01/02/2022")))
    assert records(made, "USUBJID IETESTCD IECAT IEORRES VISIT") == cells(
        "S1|IN05|INCLUSION|N|SCREENING", "S2|EX02|EXCLUSION|Y|SCREENING", "S2|EX15|EXCLUSION|Y|SCREENING"
    )
    assert [list(rows["@ie"]) for _, rows in made.left_out] == [[1]]


def test_substances_never_former_and_current(raw, records):
    from mappings.sdtm.su import su

    forms = raw(
        "su",
        "VISIT SUDAT SMOKE CIGDAY SMKENDAT ALCOHOL ALCUNIT CAFFE CAFDAY",
        cells("S1|Screening|01/02/2022|EX||UNK/2013|ATTUALE|999|MAI|"),
    )
    made = su(forms, raw("sv", "VISIT SVSTDAT", cells("S1|Screening|01/02/2022")))
    columns = "SUTRT SUOCCUR SUDOSE SUDOSU SUDOSFRQ SUENDTC SUENDTOR SUSTRTPT SUENRTPT SUENTPT"
    # an unknown number of units is told and left empty
    assert records(made, columns) == cells(
        "TOBACCO|Y||||2013|UNK/2013|BEFORE|BEFORE|SCREENING",
        "ALCOHOL|Y||ALCOHOL UNIT|EVERY WEEK|||BEFORE|ONGOING|SCREENING",
        "COFFEE|N||||||||",
    )


def test_body_systems_and_what_is_abnormal(raw, records):
    from mappings.sdtm.pe import pe

    forms = raw(
        "pe",
        "VISIT PEYN PEREASND PEDAT PEGEN PESKIN PEHEENT PECARD PERESP PEABD PELYMPH PEMSK PENEURO PEDESC",
        cells(
            "S1|Screening|S||01/02/2022|N|A|N|N|N|A|N|N|N|pelle secca",
            "S2|Screening|S||01/02/2022|A|N|ND||N|N|N|N|N|",
            "S3|Screening|N|dimenticanza|01/02/2022||||||||||",
        ),
    )
    made = pe(forms, raw("sv", "VISIT SVSTDAT", []), coding(raw, "PE|pelle secca|dry skin||"))
    found = records(made, "USUBJID PETESTCD PEORRES PESTAT PEREASND PEDESCOR")
    assert len(found) == 9 + 9 + 1
    assert [row for row in found if row[2] != "NORMAL"] == cells(
        "S1|SKIN|dry skin|||pelle secca",
        "S1|ABDOMEN|dry skin|||pelle secca",
        "S2|GENAPP|ABNORMAL|||",
        "S2|HEENT||NOT DONE|NOT PERFORMED|",
        "S2|CARDIO||NOT DONE|RESULT MISSING|",
        "S3|PEALL||NOT DONE|OVERSIGHT|",
    )


def test_electrocardiogram_with_an_abnormality(raw, records):
    from mappings.sdtm.eg import eg

    forms = raw(
        "eg",
        "VISIT EGYN EGREASND EGDAT EGTIM EGHR EGPR EGQRS EGQT EGQTCF EGINTP EGDESC",
        cells(
            "S1|Giorno 5|S||01/02/2022|09:00|69|ND|82|374|392|ANORMALE NCS"
            "|blocco di branca destra incompleto",
            "S1|Giorno 29|N|strumento guasto|25/02/2022||||||||",
        ),
    )
    words = coding(raw, "EG|blocco di branca destra incompleto|incomplete right bundle branch block||")
    made = eg(forms, raw("sv", "VISIT SVSTDAT", []), words)
    assert records(made, "EGTESTCD EGORRES EGORRESU EGREASND EGCLSIG EGDESCOR") == cells(
        "EGHRMN|69|beats/min|||",
        "PRAG|||NOT PERFORMED||",
        "QRSAG|82|ms|||",
        "QTAG|374|ms|||",
        "QTCFAG|392|ms|||",
        "INTP|ABNORMAL|||N|",
        "IVTIACD|INCOMPLETE RIGHT BUNDLE BRANCH BLOCK||||blocco di branca destra incompleto",
        "EGALL|||EQUIPMENT FAILURE||",
    )


def test_deviations_and_comments_in_english(raw, records):
    from mappings.sdtm.co import co
    from mappings.sdtm.dv import dv

    visits = raw("sv", "VISIT SVSTDAT", cells("S1|Giorno 8|10/01/2022", "S1|Non programmata 1|12/01/2022"))
    words = coding(raw, "DV|dose saltata|dose missed||", "CO|tutto bene|all well||")
    deviations = raw(
        "dv",
        "VISIT DVNO DVDAT DVCAT DVTERM DVCLASS",
        cells("S1|Giorno 8|1|10/01/2022|DOSE SALTATA|dose saltata|MAGGIORE"),
    )
    assert records(dv(deviations, visits, words), "DVTERM DVDECOD DVCAT DVSCAT VISIT DVTERMOR") == cells(
        "dose missed|NON-COMPLIANCE WITH STUDY INTERVENTION|STUDY INTERVENTION|MAJOR|DAY 8|dose saltata"
    )
    comments = raw(
        "co",
        "VISIT COFORM CODAT COMMENT",
        cells(
            "S1|Non programmata 1|lbhem|12/01/2022|tutto bene",
            "S1|Giorno 8|vs|10/01/2022|nuovo testo",
            "S1|Giorno 8|sv|10/01/2022|" + 40 * "parola " + "fine",
        ),
    )
    assert records(co(comments, visits, words), "COREF COVAL CODTC") == cells(
        "LBHEM, UNSCHEDULED 8.1|all well|2022-01-12",
        "VS, DAY 8|nuovo testo|2022-01-10",
        "SV, DAY 8|" + 40 * "parola " + "fine|2022-01-10",  # the complete step cuts it
    )


def test_clinical_scales_with_codes_of_the_sponsor(raw, records):
    from mappings.sdtm.rs import HAMD, MADRS, YMRS, rs

    def form(name: str, stem: str, items: dict[str, str], scores: str) -> pd.DataFrame:
        columns = [column.partition(".")[2] for column in items]
        head = f"VISIT {stem}YN {stem}REAS {stem}DAT {stem}TIM RATER {' '.join(columns)}"
        blank = "|" * (len(columns) - 1)
        not_done = f"S2|Giorno 5|0|paziente rifiuta|07/01/2022|||{blank}"
        return raw(name, head, cells(f"S1|Giorno 5|1||07/01/2022|09:00|RAT1|{scores}", not_done))

    hdrs = raw(
        "hdrs",
        "VISIT HDYN HDREAS HDDAT HDTIM RATER " + " ".join(c.partition(".")[2] for c in HAMD),
        [],
    )
    madrs = form("madrs", "MA", MADRS, "1|2|3|4|5|6|0|1|2||24")
    ymrs = form("ymrs", "YM", YMRS, "0|0|0|0|8|0|0|0|0|0|0|8")
    made = rs(hdrs, madrs, ymrs, raw("sv", "VISIT SVSTDAT", []))
    found = records(made, "USUBJID RSCAT RSTESTCD RSORRES RSREASND RSEVLINT")
    assert len(found) == 2 * (11 + 12)
    first = [row for row in found if row[0] == "S1"]
    assert first[:2] == cells("S1|MADRS|MADRS101|1||", "S1|MADRS|MADRS102|2||")
    assert first[9:11] == cells("S1|MADRS|MADRS110||ITEM NOT RATED|", "S1|MADRS|MADRS111|24||")
    assert [row for row in first if row[3] == "8"] == cells(
        "S1|YMRS|YMRS105|8||-PT48H", "S1|YMRS|YMRS112|8||-PT48H"
    )
    assert {row[4] for row in found if row[0] == "S2"} == {"SUBJECT REFUSED"}
