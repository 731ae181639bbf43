"""The column of a variable that the workbook gives one value: for SDTM and ADaM alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from il2cdisc.base.datasets import repeated
from il2cdisc.base.numbers import number_of
from il2cdisc.spec.models import VariableSpec


def assigned_column(variable: VariableSpec, rows: int) -> ExtensionArray | NDArray[np.float64]:
    """Assigned Value on all of the `rows`: text, or of a Num variable the number; missing without one."""
    value = variable.assigned_value
    if variable.type == "Num":
        return np.full(rows, number_of(value))
    return repeated(value or None, rows)
