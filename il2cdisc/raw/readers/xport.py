"""SAS transport files of version 5 or 8 → text, with their labels."""

from __future__ import annotations

from il2cdisc.raw.readers._stat import StatFormat, stat_reader
from il2cdisc.raw.readers._statdates import sas_format

FORMAT = StatFormat("SAS transport", "read_xport", sas_format, has_user_missing=False)
READER = stat_reader("xport", (".xpt",), FORMAT)
