"""A proposal in ASCII for text that is not: accents fall, symbols get their usual spelling."""

from __future__ import annotations

import unicodedata

_TABLE: dict[str, str] = {
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "´": "'", "ʼ": "'",
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "″": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
    "…": "...", "•": "-", "·": ".", "×": "x", "÷": "/", "⁄": "/",
    "≤": "<=", "≥": ">=", "≠": "<>", "≈": "~", "±": "+/-", "∞": "infinity", "√": "sqrt",
    "→": "->", "←": "<-", "↑": "increased", "↓": "decreased",
    "°": "deg", "º": "o", "ª": "a", "‰": "/1000", "€": "EUR", "£": "GBP",
    "©": "(c)", "®": "(R)", "™": "(TM)", "§": "section ", "¶": "", "¿": "?", "¡": "!",
    "µ": "u", "μ": "u", "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon",
    "ζ": "zeta", "η": "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "ν": "nu",
    "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau",
    "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Α": "Alpha", "Β": "Beta",
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Π": "Pi", "Σ": "Sigma", "Φ": "Phi",
    "Ψ": "Psi", "Ω": "Omega",
    "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D",
    "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ł": "l", "Ł": "L", "ı": "i",
    "\u00ad": "", "\u200b": "", "\u200c": "", "\u200d": "", "\u2060": "", "\ufeff": "",
}  # fmt: skip


def transliterate(text: str) -> str:
    """ASCII text that a person would accept for `text`; what has no spelling becomes `?`.

    `transliterate("perché ≥ 5 µg") == "perche >= 5 ug"`. Characters that are ASCII are kept, control
    characters too; the result may be longer than the text.
    """
    if text.isascii():
        return text
    return "".join(character if character.isascii() else _spelling(character) for character in text)


def _spelling(character: str) -> str:
    known = _TABLE.get(character)
    if known is not None:
        return known
    parts = [
        part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part)
    ]  # a compatibility form may hold characters of the table: ½ is 1, fraction slash, 2
    if "".join(parts) == character:
        return "" if unicodedata.combining(character) else "?"
    return "".join(part if part.isascii() else _TABLE.get(part, "?") for part in parts)
