"""SAS datasets → text, with their labels."""

from __future__ import annotations

from il2cdisc.raw.readers._stat import StatFormat, stat_reader
from il2cdisc.raw.readers._statdates import sas_format

FORMAT = StatFormat("SAS", "read_sas7bdat", sas_format)
READER = stat_reader("sas7bdat", (".sas7bdat",), FORMAT)
