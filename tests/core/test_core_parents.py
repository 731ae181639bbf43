"""The runner lets the library look for the parents of a subject once; what it finds is the same."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from il2cdisc.check.core.drive import RUNNER

CHILDREN = [
    {"USUBJID": "S-1", "IDVARVAL": "1"},
    {"USUBJID": "S-1", "IDVARVAL": "2"},
    {"USUBJID": "S-2", "IDVARVAL": "1"},
    {"USUBJID": "S-1", "IDVARVAL": "3"},
]
PARENTS = [("S-1", "1", "cough"), ("S-1", "2", "fever"), ("S-2", "1", "rash")]


def library(looked_for: list[str]) -> type[Any]:
    """The class of the library that joins records, as far as the runner knows it."""

    class DatasetPreprocessor:
        def _merge_standard_then_filter_idvar(
            self, children: Any, parents: Any, keys: list[str]
        ) -> list[str]:
            found = []
            for child in children:
                mine = self._filter_parents_by_standard_keys(parents, child, keys, "SUPPAE", "AE")
                found += [term for _, number, term in mine if number == child["IDVARVAL"]] or ["none"]
            return found

        def _filter_parents_by_standard_keys(
            self, parents: Any, child: Any, keys: list[str], left: str, right: str
        ) -> list[tuple[str, str, str]]:
            looked_for.append(child["USUBJID"])
            return [parent for parent in parents if parent[0] == child["USUBJID"]]

    return DatasetPreprocessor


@pytest.fixture
def remember(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Has the runner, loaded as a program of its own, change a class that plays the library's."""
    spec = importlib.util.spec_from_file_location("core_runner", RUNNER)
    assert spec is not None
    assert spec.loader is not None
    runner = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(runner)

    def change(preprocessor: object) -> None:
        module = SimpleNamespace(
            DatasetPreprocessor=preprocessor,
            get_sided_match_keys=lambda keys, side: list(keys),
            replace_pattern_in_list_of_strings=lambda keys, old, new: [key.replace(old, new) for key in keys],
        )
        for name in ("cdisc_rules_engine", "cdisc_rules_engine.utilities"):
            monkeypatch.setitem(sys.modules, name, ModuleType(name))
        monkeypatch.setattr(
            sys.modules["cdisc_rules_engine.utilities"], "dataset_preprocessor", module, raising=False
        )
        runner._remember_parents()

    return change


def test_parents_are_looked_for_once_a_subject_and_found_as_before(
    remember: Callable[[object], None],
) -> None:
    looked_for: list[str] = []
    preprocessor = library(looked_for)
    before = preprocessor()._merge_standard_then_filter_idvar(CHILDREN, PARENTS, ["USUBJID"])
    assert looked_for == ["S-1", "S-1", "S-2", "S-1"]
    looked_for.clear()
    remember(preprocessor)
    after = preprocessor()._merge_standard_then_filter_idvar(CHILDREN, PARENTS, ["USUBJID"])
    assert after == before == ["cough", "fever", "rash", "none"]
    assert looked_for == ["S-1", "S-2"]
    # nothing is kept for the next dataset
    assert preprocessor()._merge_standard_then_filter_idvar(CHILDREN[:1], [], ["USUBJID"]) == ["none"]


def test_a_library_that_joins_otherwise_is_left_as_it_is(remember: Callable[[object], None]) -> None:
    class Other:
        pass

    before = dict(vars(Other))
    remember(Other)
    assert dict(vars(Other)) == before
