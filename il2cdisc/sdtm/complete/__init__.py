"""The complete step: what the workbook says of every domain alike."""

from il2cdisc.sdtm.complete.mapped import MappedDataset
from il2cdisc.sdtm.complete.run import complete

__all__ = ["MappedDataset", "complete"]
