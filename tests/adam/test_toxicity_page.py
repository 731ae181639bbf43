"""docs/toxicity-grades.md: its table and its call give the grades that it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from il2cdisc.adam import derive_vars_toxicity
from il2cdisc.base.problems import Stopped

PAGE = (Path(__file__).parents[2] / "docs" / "toxicity-grades.md").read_text("utf-8")
BLOCKS = dict(re.findall(r"^```(csv|python|text)\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL))


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, pd.DataFrame]:
    monkeypatch.chdir(tmp_path)
    Path("criteria.csv").write_text(BLOCKS["csv"], encoding="utf-8")
    names: dict[str, pd.DataFrame] = {}
    exec(BLOCKS["python"], names)  # the code of the page
    return names


def shown(graded: pd.DataFrame) -> list[list[str]]:
    columns = ["PARAMCD", "AVAL", "BASE", "ATOXGRL", "ATOXGRH", "ATOXGR"]
    rows = graded[columns].astype(object).where(graded[columns].notna(), ".")
    return [columns, *([str(value) for value in row] for row in rows.itertuples(index=False))]


def test_the_page_shows_what_its_call_gives(ran: dict[str, pd.DataFrame]) -> None:
    assert shown(ran["graded"]) == [line.split() for line in BLOCKS["text"].splitlines()]


def test_each_bound_of_the_page_matters(ran: dict[str, pd.DataFrame]) -> None:
    """Without a row of the table some grade of the page is another one: no row is there for show."""
    criteria, same = ran["criteria"], shown(ran["graded"])
    unused = []
    for row in range(len(criteria)):
        fewer = criteria.drop(index=row).reset_index(drop=True)
        if shown(derive_vars_toxicity(ran["lb"], fewer, unit="AVALU")) == same:
            unused.append(
                " ".join(str(text) for text in criteria.iloc[row][["PARAMCD", "DIRECTION", "GRADE"]])
            )
    assert unused == ["K L 2", "ALT H 2", "ALT H 2"]  # grades that no value of the page has


def test_values_in_another_unit_are_refused_as_the_page_says(ran: dict[str, pd.DataFrame]) -> None:
    other = ran["lb"].assign(AVALU=ran["lb"]["AVALU"].replace("U/L", "ukat/L"))
    with pytest.raises(Stopped, match="ALT is judged in U/L; its values are in ukat/L") as stopped:
        derive_vars_toxicity(other, ran["criteria"], unit="AVALU")
    assert [problem.code for problem in stopped.value.problems] == ["ADM044"]
