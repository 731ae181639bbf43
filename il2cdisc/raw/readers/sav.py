"""SPSS files, plain or compressed → text, with their labels."""

from __future__ import annotations

from il2cdisc.raw.readers._sound import check_sav
from il2cdisc.raw.readers._stat import StatFormat, stat_reader
from il2cdisc.raw.readers._statdates import spss_format

FORMAT = StatFormat("SPSS", "read_sav", spss_format, check_sav)
READER = stat_reader("sav", (".sav", ".zsav"), FORMAT)
