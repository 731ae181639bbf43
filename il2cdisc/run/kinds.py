"""Every kind of problem and every rule that il2cdisc reports, found by listing the package."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import il2cdisc
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.rules import all_rules

SEVERITIES = {
    Severity.STOP: "stops a build",
    Severity.FINDING: "a finding: the build goes on",
    Severity.INFORMATION: "for information: nothing is to be done",
}


@cache
def all_kinds() -> dict[str, Kind]:
    """Code → its kind, in the order of the codes."""
    found: dict[str, Kind] = {}
    for item in pkgutil.walk_packages(il2cdisc.__path__, "il2cdisc."):
        if item.name.endswith("__main__") or item.name.startswith("il2cdisc.check.core.runner"):
            continue  # what runs when it is imported, and what another Python runs
        for value in vars(importlib.import_module(item.name)).values():
            if isinstance(value, Kind):
                found.setdefault(value.code, value)
    return dict(sorted(found.items()))


def page_of(code: str) -> str:
    """What a code means: title, whether it stops a build, the page of its rule or what to do; "" for none."""
    kind = all_kinds().get(code)
    if kind is None:
        return ""
    own = next((rule.page.strip() for rule in all_rules() if rule.kind.code == code), "")
    rest = own or (f"Fix: {kind.fix}" if kind.fix else "")
    return "\n".join(
        [f"{code} {kind.title}", f"({SEVERITIES[kind.severity]})", *(["", rest] if rest else [])]
    )
