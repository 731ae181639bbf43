"""The models of the trial's own checks and of its planned doses: rows of Checks and of Protocol Doses."""

from __future__ import annotations

from il2cdisc.spec.conditions import Condition as ConditionText
from il2cdisc.spec.placed import Placed


class TrialCheck(Placed):
    """A row of Checks: records of `dataset` (or of a raw form) that satisfy `condition`, and for which `join`
    has `least` to `most` records (None: any number) with the same `keys` that satisfy `join_condition`.

    `keys`: pairs of a word of `sheets_sense.KEY_WORDS` or a variable on each side. A value that is written
    `NAME.VARIABLE`, with the name of one of the two sides, is that variable. `variable` is where the finding
    is placed. `sense` is the class. `computed`: names, and their formulas. `broken`: a condition can't be
    read, which has been reported; it does not run.
    """

    id: str
    dataset: str
    condition: tuple[ConditionText, ...] = ()
    join: str = ""
    keys: tuple[tuple[str, str], ...] = ()
    join_condition: tuple[ConditionText, ...] = ()
    least: int = 1
    most: int | None = None
    computed: tuple[tuple[str, str], ...] = ()
    variable: str = ""
    message: str = ""
    question: str = ""
    sense: str = ""
    right_when: str = ""
    broken: bool = False

    @property
    def lacks(self) -> bool:
        """Whether it fires where joined records are too few: there may be none that a message could name."""
        return self.most is not None

    @property
    def counts(self) -> bool:
        """Whether it asks for more than whether there is a joined record."""
        return self.least > 1 or self.most not in (None, 0)


class DoseRow(Placed):
    """A row of Protocol Doses: a planned dose (`Dose`), how often a kit is used (`Kit`), or a procedure in
    the sequence of those of a dosing visit (`Procedure`).

    `visit` and `arm_code`: "" for each. `count`: doses a visit, or uses of a kit. `records` chooses the
    records of `dataset`; `order` is the place in the sequence, `earliest` and `latest` the minutes after the
    dose (negative: before it) in which the procedure is planned.
    """

    item: str
    visit: str = ""
    arm_code: str = ""
    dataset: str = ""
    treatment: str = ""
    dose: float | None = None
    unit: str = ""
    count: int | None = None
    records: tuple[ConditionText, ...] = ()
    order: int | None = None
    earliest: float | None = None
    latest: float | None = None
