"""Examples in docstrings run and give what they say; every public verb of mapping modules has one."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from types import ModuleType

import pandas as pd
import pytest

import il2cdisc
import il2cdisc.adam
import il2cdisc.sdtm

SKIPPED = ("il2cdisc.__main__", "il2cdisc.check.core.runner")
"""What runs when it is imported, and what another Python runs."""
EVERY = [item.name for item in pkgutil.walk_packages(il2cdisc.__path__, "il2cdisc.")]
NAMES = [name for name in EVERY if not name.startswith(SKIPPED)]
ROOMS = (il2cdisc.adam, il2cdisc.sdtm)
VERBS = [
    (package, name)
    for package in ROOMS
    for name in package.__all__
    if inspect.isfunction(verb := getattr(package, name)) or verb.__module__.startswith(package.__name__)
]
"""What mapping authors call; types that they name in signatures are apart."""


def examples(module: ModuleType) -> list[doctest.DocTest]:
    found = doctest.DocTestFinder(exclude_empty=True).find(module, module.__name__)
    return [test for test in found if test.examples]


def test_examples_of_the_engine_give_what_they_say() -> None:
    runner = doctest.DocTestRunner(verbose=False)
    told: list[str] = []
    with pd.option_context("display.width", 80, "display.max_columns", 20):
        for test in (test for name in NAMES for test in examples(importlib.import_module(name))):
            runner.run(test, out=told.append, clear_globs=True)
    assert not runner.failures, "".join(told)
    assert runner.tries > len(VERBS)


@pytest.mark.parametrize(("package", "name"), VERBS, ids=lambda value: getattr(value, "__name__", value))
def test_a_verb_has_an_example_and_a_docstring_of_its_own(package: ModuleType, name: str) -> None:
    verb = getattr(package, name)
    assert ">>> " in (inspect.getdoc(verb) or ""), f"{package.__name__}.{name} has no example"
