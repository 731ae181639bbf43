"""ASCII for text that is not: science by its own spelling, letters as the people of a language write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

_SIGNS: dict[str, str] = {
    **dict.fromkeys("‘’‚‛′´ʼ", "'"),
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‹›", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys(map(chr, (0xA0, *range(0x2000, 0x200B), 0x202F, 0x3000)), " "),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
    **dict.fromkeys("\t\n\u2028\u2029\u0085\x0b\x0c", " "),
    "…": "...", "•": "-", "×": "x", "⁄": "/", "∕": "/", "∙": ".", "⋅": ".",
    "≤": "<=", "⩽": "<=", "≥": ">=", "⩾": ">=", "≠": "<>", "≈": "~", "∼": "~", "±": "+/-", "∓": "-/+",
    "∞": "infinity", "√": "sqrt", "∑": "sum", "→": "->", "←": "<-", "↑": "(up)", "↓": "(down)",
    "°": "deg", "℃": "degC", "℉": "degF", "‰": " per mille", "€": "EUR", "£": "GBP",
    "©": "(c)", "®": "(R)", "™": "(TM)", "§": "section ", "№": "No.", "ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff",
    "µ": "u",  "∆": "Delta",
}  # fmt: skip
_GREEK = {
    letter: name
    for letters, name in (
        ("α", "alpha"), ("β", "beta"), ("γ", "gamma"), ("δ", "delta"), ("ε", "epsilon"), ("ζ", "zeta"),
        ("η", "eta"), ("θ", "theta"), ("ι", "iota"), ("κ", "kappa"), ("λ", "lambda"), ("μ", "u"),
        ("ν", "nu"), ("ξ", "xi"), ("ο", "omicron"), ("π", "pi"), ("ρ", "rho"), ("σς", "sigma"),
        ("τ", "tau"), ("υ", "upsilon"), ("φϕ", "phi"), ("χ", "chi"), ("ψ", "psi"), ("ω", "omega"),
        ("Α", "Alpha"), ("Β", "Beta"), ("Γ", "Gamma"), ("Δ", "Delta"), ("Ε", "Epsilon"), ("Ζ", "Zeta"),
        ("Η", "Eta"), ("Θ", "Theta"), ("Ι", "Iota"), ("Κ", "Kappa"), ("Λ", "Lambda"), ("Μ", "Mu"),
        ("Ν", "Nu"), ("Ξ", "Xi"), ("Ο", "Omicron"), ("Π", "Pi"), ("Ρ", "Rho"), ("Σ", "Sigma"), ("Τ", "Tau"),
        ("Υ", "Upsilon"), ("Φ", "Phi"), ("Χ", "Chi"), ("Ψ", "Psi"), ("Ω", "Omega"),
    )
    for letter in letters
}  # fmt: skip
SCIENCE: Mapping[str, str] = {**_SIGNS, **_GREEK}
"""Spellings in every language: signs, quotes, dashes, blanks, Greek letters."""

_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-", strict=True))
_FRACTIONS = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅛": "1/8"}
_RAISED_RUN = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")


def _plain(letters: str) -> dict[str, str]:
    """Each letter, and its capital, without its accent."""
    both = letters + letters.upper()
    return {letter: unicodedata.normalize("NFD", letter)[0] for letter in both}


_GERMAN = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ẞ": "SS"}
_JOINED = {"œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae"}
LANGUAGES: Mapping[str, Mapping[str, str]] = {
    "de": {**_GERMAN, **_plain("àâçéèêëîïñôùû")},
    "en": {**_plain("àáâäçèéêëìíîïñòóôöùúûü"), **_JOINED},
    "es": {**_plain("áéíóúüñ"), "¿": "", "¡": "", "ª": "a", "º": "o"},
    "fr": {**_plain("àâäçéèêëîïôöùûüÿ"), **_JOINED},
    "it": {**_plain("àáèéìíîòóùú"), "ª": "a", "º": "o"},
    "nl": {**_plain("áàâäéèêëíìîïóòôöúùûü"), "ĳ": "ij", "Ĳ": "IJ"},
    "pl": {**_plain("ąćęńóśźż"), "ł": "l", "Ł": "L"},
    "pt": {**_plain("áàâãçéêíóôõúü"), "ª": "a", "º": "o"},
}
"""Language (ISO 639-1) → spellings of its letters."""
_WRITTEN_APART = {"it": "àáèéìíòóù"}
"""Language → letters whose accent is an apostrophe at the end of a word: e' for è, as its typists write."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A text in ASCII, and the characters for which there is no spelling (they are left as they are)."""

    text: str
    unknown: tuple[str, ...] = ()


def spelled(text: str, language: str = "", more: Mapping[str, str] | None = None) -> Spelling:
    """The ASCII spelling of a text: science first, then the language, then `more` (a character each).

    `spelled("β-hCG 10⁹/L", "it").text == "beta-hCG 10^9/L"`; `spelled("c'è", "it").text == "c'e'"`. A raised
    number after a digit is a power, after a letter it is written behind it (mm³ is mm3). Line breaks and tabs
    become blanks. Composed and decomposed accents are the same.
    """
    if text.isascii() and text.isprintable():
        return Spelling(text)
    plain = unicodedata.normalize("NFC", text).replace("\r\n", " ").replace("\r", " ")
    plain = _RAISED_RUN.sub(_raised, plain)
    table = {**LANGUAGES.get(language, {}), **SCIENCE, **(more or {})}
    apart = _WRITTEN_APART.get(language, "")
    out = [_letter(plain, place, table, apart) for place in range(len(plain))]
    unknown = dict.fromkeys(c for c, made in zip(plain, out, strict=True) if made == c and not _is_plain(c))
    return Spelling("".join(out), tuple(unknown))


def _raised(found: re.Match[str]) -> str:
    """A raised run: a power after a digit, where it holds a digit itself."""
    run = "".join(_RAISED[character] for character in found.group())
    before = found.string[found.start() - 1 : found.start()]
    power = before.isascii() and before.isdigit() and any(character.isdigit() for character in run)
    return f"^{run}" if power else run


def _is_plain(character: str) -> bool:
    return character.isascii() and character.isprintable()


def _known(character: str, table: Mapping[str, str]) -> str | None:
    for known in (table, _LOWERED, _FRACTIONS):
        if character in known:
            return known[character]
    return None


def _letter(text: str, place: int, table: Mapping[str, str], apart: str) -> str:
    """The spelling of one character, which may hang on its neighbours."""
    character = text[place]
    if _is_plain(character):
        return character
    before, after = text[place - 1 : place] if place else "", text[place + 1 : place + 2]
    if character == "º" and (
        after in ("C", "F") or (after == " " and text[place + 2 : place + 3] in ("C", "F"))
    ):
        return SCIENCE["°"]  # the sign for a degree, mistyped
    if character == "·" and character not in table and not (before.isdigit() and after.isdigit()):
        return "."  # between digits it may be a decimal point or a multiplication
    if character in _FRACTIONS and before.isdigit():
        return f" {_FRACTIONS[character]}"  # 2½ is not 21/2
    found = _known(character, table)
    if found is None:
        return character
    if apart and character.lower() in apart and not after.isalpha() and SCIENCE.get(after, after) != "'":
        return f"{found}'"
    upper = len(found) > 1 and found.isalpha() and character.isupper() and character not in SCIENCE
    return (
        found.upper() if upper and (after.isupper() or (not after.isalpha() and before.isupper())) else found
    )


_LOOSE: dict[str, str] = {
    "÷": "/", "·": ".", "¿": "?", "¡": "!", "¶": "", "º": "o", "ª": "a",
    "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D",
    "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ł": "l", "Ł": "L", "ı": "i",
}  # fmt: skip


def transliterate(text: str) -> str:
    """A proposal in ASCII for a name, label or value; what has no spelling becomes `?`.

    `transliterate("perché ≥ 5 µg") == "perche >= 5 ug"`. Without a language accents fall. Characters that are
    ASCII are kept, control characters too; the result may be longer than the text.
    """
    if text.isascii():
        return text
    kept = re.split(r"([\x00-\x7f]*[\x00-\x1f\x7f])", text)
    return "".join(part if part.isascii() else _proposed(part) for part in kept)


def _proposed(text: str) -> str:
    return "".join(c if c.isascii() else _without_accents(c) for c in spelled(text).text)


def _without_accents(character: str) -> str:
    if character in _LOOSE:
        return _LOOSE[character]
    parts = [part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part)]
    if "".join(parts) == character:
        return "" if unicodedata.combining(character) else "?"
    return "".join(part if part.isascii() else _LOOSE.get(part, SCIENCE.get(part, "?")) for part in parts)
