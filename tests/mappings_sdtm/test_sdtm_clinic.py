"""Rules with a twist of the forms that the site fills in, before and after."""

from __future__ import annotations

import pandas as pd
import pytest

from il2cdisc.base.problems import Address, Problems
from il2cdisc.sdtm.columns import Context
from il2cdisc.sdtm.mapping import Mapped, evaluate
from il2cdisc.spec.models import Spec


@pytest.fixture
def records(spec: Spec):
    """Columns of the records that a mapping makes, as tuples."""

    def of(mapped: Mapped, *columns: str) -> list[tuple[object, ...]]:
        context = Context(spec, Problems(), lambda form, row, column: Address(file=form, line=row))
        made = evaluate(mapped, context)
        both = pd.concat([made.frame, made.supplemental], axis=1)
        return [
            tuple(None if pd.isna(value) else value for value in row)
            for row in both[list(columns)].itertuples(index=False)
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
    found = records(vs(forms, visits, doses), *columns.split())
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
