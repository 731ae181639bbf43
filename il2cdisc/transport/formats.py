"""SAS formats as transport files hold them: a name, a width and decimals (`DATE9.`, `8.2`, `$20.`)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORMAT = re.compile(
    r"(?P<name>\$?(?:[A-Z_](?:[A-Z0-9_]*[A-Z_])?)?)(?P<width>\d{0,4})\.(?P<decimals>\d{0,2})"
)


@dataclass(frozen=True, slots=True)
class SasFormat:
    """A format in parts; width 0 and decimals 0 mean that none is given."""

    name: str = ""
    width: int = 0
    decimals: int = 0

    def __str__(self) -> str:
        if not self.name and not self.width:
            return ""
        width = str(self.width) if self.width else ""
        decimals = str(self.decimals) if self.decimals else ""
        return f"{self.name}{width}.{decimals}"


def parse_format(text: str) -> SasFormat:
    """The parts of a format as SAS writes it, with its full stop; empty text gives no format.

    Raises `ValueError` when the text is no format or its name is above 8 characters.
    """
    if not text:
        return SasFormat()
    match = _FORMAT.fullmatch(text)
    if match is None or text == ".":
        raise ValueError(f"{text!r} is no SAS format")
    name = match["name"]
    if len(name) > 8:
        raise ValueError(f"the format name {name!r} has more than 8 characters")
    return SasFormat(name, int(match["width"] or 0), int(match["decimals"] or 0))
