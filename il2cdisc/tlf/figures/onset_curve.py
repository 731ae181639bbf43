"""Curves of the time to the first event: drawn as Kaplan-Meier curves are."""

from __future__ import annotations

from il2cdisc.tlf.figures import kaplan_meier_curve
from il2cdisc.tlf.figures.kind import FigureKind

KIND = FigureKind("Onset curve", kaplan_meier_curve.draw)
