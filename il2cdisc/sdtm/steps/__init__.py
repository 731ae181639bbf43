"""The complete step: what the workbook says of every domain alike."""

from il2cdisc.sdtm.steps.complete import complete
from il2cdisc.sdtm.steps.mapped import MappedDataset

__all__ = ["MappedDataset", "complete"]
