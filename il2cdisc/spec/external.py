"""Codes of external dictionaries, as a user gives them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class DictionaryCode(BaseModel):
    """The code of a test, or of a trial summary parameter (`dataset` TS), in an external dictionary."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    key: str
    specimen: str = ""
    dictionary: str = ""
    version: str = ""
    code: str = ""
    term: str = ""
