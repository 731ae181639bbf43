"""Reference values of R that are stored beside the project; tests that need them say why they skip."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

_PLACES = [parent / "shared" / "oracles" / "stats" for parent in Path(__file__).resolve().parents[2:]]
ORACLES = next((place for place in _PLACES if place.is_dir()), None)


@pytest.fixture(scope="session")
def r_values() -> dict[str, Any]:
    """Values computed by R 4.2 and stored beside the project."""
    if ORACLES is None:
        pytest.skip("the reference values from R are not here")
    return json.loads((ORACLES / "stats_reference.json").read_text())


@pytest.fixture(scope="session")
def r_data() -> Path:
    """The folder with the data of the stored reference values."""
    if ORACLES is None:
        pytest.skip("the data of the reference values are not here")
    return ORACLES
