"""The kinds of problems of the room: codes are unique and every kind says what to do."""

from __future__ import annotations

from il2cdisc.base.problems import Kind
from il2cdisc.spec import problems


def test_codes_are_unique_and_every_kind_has_a_remedy() -> None:
    kinds = [item for item in vars(problems).values() if isinstance(item, Kind)]
    codes = [kind.code for kind in kinds]
    assert len(codes) == len(set(codes))
    assert all(code.startswith("SPC") and len(code) == 6 for code in codes)
    assert all(kind.title and kind.fix for kind in kinds)
