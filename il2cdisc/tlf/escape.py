"""One template environment a target, each escaping every value on its own."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

_SPECIAL = re.compile(r"[\\{}]|[^\x20-\x7e]")
_SLASH = re.compile(r"(?<=\w)/(?=\w)")
_TEMPLATES = Path(__file__).parent / "templates"


class RtfCode(str):
    """RTF that is written as it is."""

    __slots__ = ()


def rtf_text(text: str) -> RtfCode:
    r"""Text as RTF: backslash and braces escaped, `\uN` beyond ASCII, a line break as `\line`."""
    return RtfCode(_SPECIAL.sub(_rtf_character, text))


def _rtf_character(match: re.Match[str]) -> str:
    character = match[0]
    if character in "\\{}":
        return "\\" + character
    if character in "\n\t":
        return "\\line " if character == "\n" else "\\tab "
    if ord(character) < 128:  # other control characters mean nothing on a page
        return ""
    units = character.encode("utf-16-le")
    numbers = (int.from_bytes(units[i : i + 2], "little", signed=True) for i in range(0, len(units), 2))
    return "".join(f"\\u{number}?" for number in numbers)


def rtf_breakable(text: str) -> RtfCode:
    """Text as RTF that may be broken behind a slash inside a word."""
    return RtfCode(_SLASH.sub(r"/\\zwbo ", rtf_text(text)))


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
    environment.filters["css_text"] = css_text
    return environment


def _breakable(text: str) -> Markup:
    """Escaped text that may be broken behind a slash."""
    return escape(text).replace("/", Markup("/<wbr>"))


def css_text(text: str) -> Markup:
    r"""Text within the quotes of a style sheet: all but letters, figures and blanks by its number.

    >>> print(css_text('a "b" </style'))
    a \22 b\22  \3c \2f style
    """
    shown = "".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in text)
    return Markup(shown)  # noqa: S704 - no character of it can end the text


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
