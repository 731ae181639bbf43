"""Conformance rules, one a module, found by listing this folder.

A rule's module has its page as docstring (what, why, example, fix) and three names: `KIND` (code, title,
remedy), `LEVEL`, and `check(context)`, which yields a `RuleHit` for every message (and `Compared` for what it
compared records with). A rule that rests on a
sheet of the workbook names it in `NEEDS`: without the sheet it does not run, and is not listed as run. A
check of the data's sense has a fourth name, `SENSE`: its class says whether the site is asked.
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
from il2cdisc.check.sense import Sense, SenseKind


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
    sense: Sense | None = None
    """Of a check of the data's sense: its class, tolerance, scope, source, and when a hit is right."""
    of: str = ""
    """Id of the check of the sheet Checks that it runs; empty for a rule of this folder."""


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of this folder, in the order of the codes."""
    found = [_rule(item.name) for item in pkgutil.iter_modules(__path__)]
    return tuple(sorted(found, key=lambda rule: rule.kind.code))


def explain(code: str) -> str:
    """The page of a rule: what, why, example, fix; empty when there is no such rule."""
    return next((f"{code} {rule.page}" for rule in all_rules() if rule.kind.code == code), "")


@cache
def sense_questions() -> dict[str, str]:
    """Code → template of the question of each check whose findings the site is asked about."""
    asked = {rule.kind.code: rule.sense.asked for rule in all_rules() if rule.sense is not None}
    return {code: question for code, question in asked.items() if question}


@cache
def codes_of_class(kind: SenseKind) -> frozenset[str]:
    """Codes of the checks of a class, such as those for medical review."""
    return frozenset(rule.kind.code for rule in all_rules() if rule.sense and rule.sense.kind is kind)


def _rule(name: str) -> Rule:
    module = importlib.import_module(f"{__name__}.{name}")
    needs, sense = tuple(getattr(module, "NEEDS", ())), getattr(module, "SENSE", None)
    page = (module.__doc__ or "") + (f"\n{sense.page}\n" if sense else "")
    return Rule(name, module.KIND, module.LEVEL, page, module.check, needs, sense)


def rules_for(absent: Iterable[str]) -> tuple[Rule, ...]:
    """The rules that can run where some sheets are absent."""
    missing = set(absent)
    return tuple(rule for rule in all_rules() if missing.isdisjoint(rule.needs))
