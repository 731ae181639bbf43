"""Conformance rules, one a module, found by listing this folder.

A rule's module has its page as docstring (what, why, example, fix) and three names: `KIND` (code, title,
remedy), `LEVEL`, and `check(context)`, which yields a `RuleHit` for every message (and `Compared` for what it
compared records with). A rule that rests on a
sheet of the workbook names it in `NEEDS`: without the sheet it does not run, and is not listed as run.
A new rule is a new file here and a test; nothing else changes.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from il2cdisc.base.problems import Kind
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it was found: its code and title in `kind`, its page, and the function that checks."""

    name: str
    kind: Kind
    level: Level
    page: str
    check: Callable[[CheckContext], Iterable[RuleHit | Compared]]
    needs: tuple[str, ...] = ()
    """Sheets of the workbook without which it has nothing to hold the data against."""


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of this folder, in the order of the codes."""
    found = [_rule(item.name) for item in pkgutil.iter_modules(__path__)]
    return tuple(sorted(found, key=lambda rule: rule.kind.code))


def explain(code: str) -> str:
    """The page of a rule: what, why, example, fix; empty when there is no such rule."""
    return next((f"{code} {rule.page}" for rule in all_rules() if rule.kind.code == code), "")


def _rule(name: str) -> Rule:
    module = importlib.import_module(f"{__name__}.{name}")
    needs = tuple(getattr(module, "NEEDS", ()))
    return Rule(name, module.KIND, module.LEVEL, module.__doc__ or "", module.check, needs)


def rules_for(absent: Iterable[str]) -> tuple[Rule, ...]:
    """The rules that can run where some sheets are absent."""
    missing = set(absent)
    return tuple(rule for rule in all_rules() if missing.isdisjoint(rule.needs))
