"""Records at the time of a dose: whether they count as before or after it.

SDTMIG 3.4 section 4.4.9 leaves it to the sponsor. --LOBXFL and EPOCH in SDTM and the baseline of ADaM ask
here, so that they agree.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2cdisc.base.moments import SAME, Flags, Moments, in_order


def no_plan(index: pd.Index) -> pd.Series:
    """Rows of which the protocol does not say whether they come before the dose of their day."""
    return pd.Series(None, index=index, dtype="boolean")


def counts_as_after(
    record: Moments, dose: Moments, planned_before: pd.Series, *, finding: Flags | bool = True
) -> Flags:
    """Where a record counts as after a dose, if their times do not decide.

    As the protocol plans it, where it does (`planned_before`: True, False, or missing without a plan).
    Without a plan an event or intervention counts as after, a finding as after where both have a time and as
    before where one has none.
    """
    unplanned = ~np.asarray(finding) | (record.has_time & dose.has_time)
    return np.where(planned_before.isna(), unplanned, ~planned_before.fillna(False).to_numpy(dtype=bool))


def undecided_ties(record: Moments, dose: Moments, planned_before: pd.Series) -> Flags:
    """Records that have the very time of the dose, and no plan that says which was first."""
    timed = record.has_time & dose.has_time
    return (in_order(record, dose) == SAME) & timed & planned_before.isna().to_numpy()
