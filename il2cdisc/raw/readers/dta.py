"""Stata files → text, with their labels."""

from __future__ import annotations

from il2cdisc.raw.readers._sound import check_dta
from il2cdisc.raw.readers._stat import StatFormat, stat_reader
from il2cdisc.raw.readers._statdates import stata_format

FORMAT = StatFormat("Stata", "read_dta", stata_format, check_dta)
READER = stat_reader("dta", (".dta",), FORMAT)
