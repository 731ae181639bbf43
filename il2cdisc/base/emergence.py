"""Up to when an event counts as treatment-emergent."""

from __future__ import annotations

from typing import Literal

EmergentUntil = int | Literal["participation"]
"""Days after the last dose, or "participation": the day on which participation in the trial ended."""
PARTICIPATION: Literal["participation"] = "participation"
