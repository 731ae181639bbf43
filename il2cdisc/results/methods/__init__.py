"""Methods of analysis, one per module, found by listing this folder.

A module has one name, `METHOD`: its estimates, the rows that show them, its decimals, and the kind of problem
that its failure is. A new method is a new file here and a test; nothing else changes.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from il2cdisc.results.method import Method


@cache
def all_methods() -> Mapping[str, Method]:
    """Every method of this folder by its name, in the order of the names.

    Raises `ValueError` if two modules give one name.
    """
    found: dict[str, Method] = {}
    for item in pkgutil.iter_modules(__path__):
        method: Method = importlib.import_module(f"{__name__}.{item.name}").METHOD
        if method.name in found:
            raise ValueError(f"results/methods/{item.name}.py: there is a method {method.name!r} already")
        found[method.name] = method
    return dict(sorted(found.items()))
