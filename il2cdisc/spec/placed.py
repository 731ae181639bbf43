"""A model that is made from one row of a workbook, and knows its cells."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from il2cdisc.base.problems import Address
from il2cdisc.spec.workbook import Place


class Placed(BaseModel):
    """A model made from one row of a workbook."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    place: Place = Field(default_factory=Place, repr=False)

    def at(self, header: str = "") -> Address:
        """Address of the cell under a header, e.g. `variable.at("Label")`."""
        return self.place.at(header)
