"""What a model refuses of a table of `study.toml`, as problems."""

from __future__ import annotations

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from il2cdisc.base.problems import Address, Problem, did_you_mean
from il2cdisc.study.checks import BAD_VALUE, MISSING_KEY, UNKNOWN_KEY, Key

OURS = ("folder", "lines", "options")
"""Fields of the models that are not keys of the file."""


def invalid_key(item: ErrorDetails, key: Key, where: Address, model: type[BaseModel] | None) -> Problem:
    """The problem of one key: unknown, missing, or with a value that is not allowed.

    `model` is that of the table: of its fields an unknown key may be a misspelt one, and the description of
    a field says why it can't be missing.
    """
    kind, name = item["type"], key[-1] if key else ""
    fields = model.model_fields if model is not None else {}
    if kind == "extra_forbidden":
        table = f"[{'.'.join(key[:-1])}]" if len(key) > 1 else "the study"
        hint = did_you_mean(name, [field for field in fields if field not in OURS])
        return UNKNOWN_KEY.at(where, f"'{name}' is not a key of {table}.", hint=hint)
    if kind == "missing":
        why = fields[name].description if name in fields else ""
        return MISSING_KEY.at(where, f"'{name}' is missing{f': {why}' if why else ''}.")
    if kind == "string_pattern_mismatch" and item["loc"][-1] == "[key]":
        what = f"The form name '{name}' is not lower-case letters, digits and underscores."
        return BAD_VALUE.at(where, what)
    if kind == "value_error":
        what = f"The value {item['msg'].removeprefix('Value error, ')}."
        return BAD_VALUE.at(where, what, values=[item["input"]])
    return BAD_VALUE.at(where, f"{item['msg']}.", values=[item["input"]])
