"""One template environment a target, each escaping every value on its own."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

_TEMPLATES = Path(__file__).parent / "templates"


class RtfCode(str):
    """RTF that is written as it stands."""

    __slots__ = ()


def rtf_text(text: str) -> RtfCode:
    r"""Text as RTF: backslash and braces escaped, `\uN` beyond ASCII, a line break as `\line`."""
    out: list[str] = []
    for character in text:
        code = ord(character)
        if character in "\\{}":
            out.append("\\" + character)
        elif character == "\n":
            out.append("\\line ")
        elif character == "\t":
            out.append("\\tab ")
        elif character == "/" and out and out[-1][-1:].isalnum():
            out.append("/\\zwbo ")  # a line may be broken behind it
        elif code < 32:
            continue
        elif code < 127:
            out.append(character)
        else:
            units = character.encode("utf-16-le")
            for i in range(0, len(units), 2):
                number = int.from_bytes(units[i : i + 2], "little", signed=True)
                out.append(f"\\u{number}?")
    return RtfCode("".join(out))


def _finalize_rtf(value: Any) -> str:
    return value if isinstance(value, RtfCode) else rtf_text(str(value))


@lru_cache(maxsize=1)
def html_environment() -> Environment:
    """HTML and XML: `<`, `>`, `&` and quotes are escaped."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["breakable"] = _breakable
    return environment


def _breakable(text: str) -> Markup:
    """Escaped text that may be broken behind a slash."""
    return escape(text).replace("/", Markup("/<wbr>"))


@lru_cache(maxsize=1)
def rtf_environment() -> Environment:
    r"""RTF: backslash, braces and all beyond ASCII are escaped; marks are `<< >>` and `<% %>`."""
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=False,  # noqa: S701 - not HTML: `finalize` is this target's escaping
        undefined=StrictUndefined,
        finalize=_finalize_rtf,
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
