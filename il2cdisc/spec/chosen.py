"""One record of each subject: the highest, lowest, first or last of a variable."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

HIGHEST, LOWEST, FIRST, LAST = WORDS = ("highest", "lowest", "first", "last")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which record of a subject is taken: the `word` of a `variable`; of equal ones the first in the dataset.

    The text is read back by `parse_choice`:

    >>> str(parse_choice("highest AVAL"))
    'highest AVAL'
    """

    word: str
    variable: str

    def __str__(self) -> str:
        return f"{self.word} {self.variable}"


def parse_choice(text: str) -> Choice:
    """`highest AVAL`, `last ADT`. Raises `ValueError` with a sentence."""
    words = text.split()
    if len(words) != 2 or words[0].casefold() not in WORDS:
        raise ValueError(f"a choice of records is one of {', '.join(WORDS)} and a variable")
    return Choice(words[0].casefold(), words[1])


def chosen_rows(rows: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """Of each subject (USUBJID) the row that is chosen, in the order of the rows; none without a value.

    >>> rows = pd.DataFrame({"USUBJID": ["1", "1", "2"], "AVAL": [4.0, 7.0, 5.0]})
    >>> chosen_rows(rows, parse_choice("highest AVAL"))["AVAL"].tolist()
    [7.0, 5.0]
    """
    known = rows.loc[rows[choice.variable].notna()]
    down = choice.word in (HIGHEST, LAST)
    # a stable sort: of equal values the first in the dataset comes first
    ordered = known.sort_values(choice.variable, ascending=not down, kind="stable")
    return rows.loc[ordered.drop_duplicates("USUBJID").index.sort_values()]
