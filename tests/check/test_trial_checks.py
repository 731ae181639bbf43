"""Checks of the sheet Checks as rules: what they say, their ids and causes, and one that is too wide."""

from __future__ import annotations

from typing import Any

import pytest

from il2cdisc.check.findings import Finding
from il2cdisc.check.run import run_rules
from il2cdisc.check.trial_checks import trial_rules
from il2cdisc.spec import sense
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.trial_models import TrialCheck


def check(name: str, condition: str = "", **more: Any) -> TrialCheck:
    given = {"dataset": "AE", "variable": "AETERM", "message": "wrong", "sense": "hard", **more}
    return TrialCheck(id=name, condition=parse(condition), **given)


def found(pack: Any, *checks: TrialCheck) -> list[Finding]:
    pack.sheets["checks"] = checks
    context = pack.context()
    return run_rules(context, rules=trial_rules(context.spec))


def test_a_message_holds_values_and_the_remedy_when_the_data_are_right(pack: Any) -> None:
    mild = check(
        "AB-1",
        "AESEV EQ MILD AND AESEQ EQ 1 AND AETERM NE FEVER",
        message="{AETERM} of {AEDUR}",
        right_when="It was short.",
    )
    (finding,) = found(pack, mild)
    assert (finding.code, finding.check, finding.what) == ("CHK320", "AB-1", "COUGH of PT2H (check AB-1)")
    assert finding.fix.endswith(" Right when: It was short.")


def test_data_in_a_message_are_never_a_pattern(pack: Any) -> None:
    pack.set("AE", "AETERM", 0, "{AESEV} {0.__class__}")
    (finding,) = found(
        pack, check("AB-1", "AESEV EQ MILD AND AESEQ EQ 1 AND AETERM NE FEVER", message="{AETERM}")
    )
    assert finding.what == "{AESEV} {0.__class__} (check AB-1)"


def test_two_checks_of_one_cell_have_ids_of_their_own(pack: Any) -> None:
    one, two = found(
        pack,
        check("AB-1", "AESEV EQ MILD AND AESEQ EQ 1 AND AETERM NE FEVER"),
        check("AB-2", "AESEV EQ MILD"),
    )
    assert {one.check, two.check} == {"AB-1", "AB-2"}
    assert one.records[0].id != two.records[0].id
    (again,) = found(
        pack, check("AB-1", "AESEV EQ MILD AND AESEQ EQ 1 AND AETERM NE FEVER", message="worded anew")
    )
    assert again.records[0].id in (one.records[0].id, two.records[0].id)


@pytest.mark.parametrize(
    ("kind", "code"),
    [("hard", "CHK320"), ("soft", "CHK321"), ("medical review", "CHK322"), ("programming", "CHK323")],
)
def test_the_class_is_the_code(pack: Any, kind: str, code: str) -> None:
    (finding,) = found(pack, check("AB-1", "AESEV EQ MILD AND AESEQ EQ 1 AND AETERM NE FEVER", sense=kind))
    assert finding.code == code


def test_a_join_that_is_too_wide_is_said_and_the_others_run(
    pack: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sense, "MOST_PAIRS", 1)
    join = {"join": "LB", "keys": (("Subject", "Subject"),), "join_condition": parse("LBSEQ GT AE.AESEQ")}
    wide, fine = found(
        pack, check("WIDE", **join), check("FINE", "AESEV EQ MILD AND AESEQ EQ 1 AND AETERM NE FEVER")
    )
    assert {wide.code, fine.code} == {"CHK324", "CHK320"}
    said = wide if wide.code == "CHK324" else fine
    assert said.what.startswith("check WIDE did not run: its join compares more than ")


def test_a_broken_check_and_one_of_another_package_do_not_run(pack: Any) -> None:
    assert found(pack, check("AB-1", "AESEV EQ MILD AND AESEQ EQ 1 AND AETERM NE FEVER", broken=True)) == []
    assert found(pack, check("AB-1", "AESEVX EQ MILD")) == []
    assert found(pack, check("AB-1", "", dataset="CM")) == []
