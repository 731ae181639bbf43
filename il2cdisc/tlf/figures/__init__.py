"""Kinds of figures, one module per method of analysis, found by listing this folder.

A module that draws a kind has one name that is looked for, `KIND`. A new kind is a new file here, its method
in `results/methods/`, and a test; nothing else changes.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from il2cdisc.tlf.figures.kind import FigureKind


@cache
def all_figures() -> dict[str, FigureKind]:
    """Every kind of figure by the name of its method.

    Raises `ValueError` if two modules draw one method.
    """
    found: dict[str, FigureKind] = {}
    for item in pkgutil.iter_modules(__path__):
        kind = getattr(importlib.import_module(f"{__name__}.{item.name}"), "KIND", None)
        if not isinstance(kind, FigureKind):
            continue
        if kind.method in found:
            raise ValueError(f"tlf/figures/{item.name}.py: there is a figure of {kind.method!r} already")
        found[kind.method] = kind
    return found
