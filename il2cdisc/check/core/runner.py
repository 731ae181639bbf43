# pyright: reportMissingImports=false
"""Runs rules of CDISC CORE one by one; executed by another Python, that has cdisc-rules-engine.

It imports nothing of il2cdisc and is never imported by it. It speaks JSON lines: on standard input first what
to check, then the id of a rule a line; on standard output one answer a line. What the library prints goes to
standard error. Whoever asks bounds the time of a rule, and ends this process when it is over.
"""

from __future__ import annotations

import copy
import json
import os
import pickle
import platform
import sys
import threading
import time
from importlib import metadata
from pathlib import Path

PACKAGE = "cdisc-rules-engine"


class Refused(Exception):  # noqa: N818 - a verdict
    """This can't be done: `why` is library or cache."""

    def __init__(self, why, text):
        super().__init__(text)
        self.why = why


class Store:
    """The folder of pickles that holds rules, library metadata and terminology."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.loaded = {}

    def get(self, name):
        if name not in self.loaded:
            path = self.folder / f"{name}.pkl"
            try:
                self.loaded[name] = pickle.loads(path.read_bytes())  # noqa: S301 - the user's own, trusted
            except FileNotFoundError:
                raise Refused("cache", f"there is no {path.name}") from None
            except Exception as error:  # noqa: BLE001 - a damaged pickle may raise anything
                raise Refused("cache", f"{path.name} can't be read ({type(error).__name__})") from None
        return self.loaded[name]

    def published(self):
        return {path.stem for path in self.folder.glob("*ct-*.pkl")}


class Session:
    """The datasets of one folder and the rules of one standard, ready to run."""

    def __init__(self, asked):
        try:
            self.version = metadata.version(PACKAGE)
        except metadata.PackageNotFoundError:
            raise Refused("library", f"{PACKAGE} is not installed in this Python") from None
        self.asked = asked
        self.store = Store(asked["cache"])
        self.rules = self._rules()
        absent = sorted(set(asked["terminology"]) - self.store.published())
        if absent:
            raise Refused("cache", f"the terminology {', '.join(absent)} is not there")
        self.paths = asked["files"]
        self._open()

    def _rules(self):
        key = f"{self.asked['standard']}/{self.asked['version']}"
        listed = self.store.get("rules_dictionary")
        if not listed.get(key):
            known = ", ".join(sorted(name for name, ids in listed.items() if ids))
            raise Refused("cache", f"there are no rules for {key}; there are for {known}")
        known = self.store.get("rules")
        found = [known[name] for name in listed[key] if name in known]
        return {rule["core_id"]: rule for rule in found}

    def _open(self):
        from cdisc_rules_engine.config import config
        from cdisc_rules_engine.services import logger
        from cdisc_rules_engine.services.cache.in_memory_cache_service import InMemoryCacheService
        from cdisc_rules_engine.services.data_services import DataServiceFactory

        logger.disabled = True
        self.common = {
            "standard": self.asked["standard"],
            "standard_version": self.asked["version"],
            "standard_substandard": None,
            "library_metadata": self._library(),
            "encoding": self.asked["encoding"],
        }

        class Memory(InMemoryCacheService):
            """Keeps copies: the library hands out, once, the object that it keeps, and rules add columns."""

            def add_dataset(self, cache_key, data):
                super().add_dataset(cache_key, data.copy() if hasattr(data, "copy") else data)

        _remember_parents()
        self.memory = Memory()
        largest = max((Path(path).stat().st_size for path in self.paths), default=1)
        factory = DataServiceFactory(config, self.memory, max_dataset_size=largest, **self.common)
        self.data = factory.get_data_service(self.paths)

    def _library(self):
        from cdisc_rules_engine.models.library_metadata_container import LibraryMetadataContainer
        from cdisc_rules_engine.utilities import utils

        name, version = self.asked["standard"], self.asked["version"]
        details = self.store.get("standards_details").get(
            utils.get_standard_details_cache_key(name, version, None), {}
        )
        model = {}
        if details:
            key = utils.get_model_details_cache_key_from_ig(details)
            model = self.store.get("standards_models").get(key, {})
        variables = utils.get_library_variables_metadata_cache_key(name, version, None)
        lists = utils.get_standard_codelist_cache_key(name, version)
        return LibraryMetadataContainer(
            standard_metadata=details,
            model_metadata=model,
            variables_metadata=self.store.get("variables_metadata").get(variables, {}),
            variable_codelist_map=self.store.get("variable_codelist_maps").get(lists, {}),
            ct_package_metadata=self._packages(),
            published_ct_packages=self.store.published(),
            cache_path=str(self.store.folder),
        )

    def _packages(self):
        """Terminology by package: what was asked for and what define.xml names, and its extended terms."""
        packages = {name: self.store.get(name) for name in self.asked["terminology"]}
        if self.asked["define"]:
            from cdisc_rules_engine.services.define_xml.define_xml_reader_factory import (
                DefineXMLReaderFactory,
            )

            reader = DefineXMLReaderFactory.from_filename(self.asked["define"])
            named, merged, _, several = reader.get_ct_standards_metadata()
            names = {f"{item.publishing_set.lower()}ct-{item.version}" for item in named}
            for name in sorted(names & self.store.published()):
                packages[name] = self.store.get(name)
            if several:
                packages["define_XML_merged_CT"] = merged
            packages["extensible"] = reader.get_extensible_codelist_mappings()
        return packages

    def run(self, name):
        """The answer for one rule: its ids and, by dataset, what the library says."""
        from cdisc_rules_engine.models.external_dictionaries_container import ExternalDictionariesContainer
        from cdisc_rules_engine.models.rule import Rule
        from cdisc_rules_engine.models.rule_conditions import ConditionCompositeFactory
        from cdisc_rules_engine.rules_engine import RulesEngine

        start = time.monotonic()
        rule = copy.deepcopy(Rule.from_cdisc_metadata(self.rules[name]))
        rule["conditions"] = ConditionCompositeFactory.get_condition_composite(rule["conditions"])
        engine = RulesEngine(
            cache=self.memory,
            data_service=self.data,
            dataset_paths=self.paths,
            define_xml_path=self.asked["define"],
            ct_packages=list(self.asked["terminology"]),
            validate_xml=True,
            external_dictionaries=ExternalDictionariesContainer(),
            max_dataset_size=1,
            **self.common,
        )
        told = engine.validate_single_rule(rule)
        return {
            "rule": name,
            "ids": self._ids(name),
            "seconds": round(time.monotonic() - start, 2),
            "results": [_short(item) for items in told.values() for item in items],
        }

    def _ids(self, name):
        """The ids that CDISC's and FDA's catalogues give the rule."""
        references = self.rules[name].get("reference") or []
        return sorted({item["Rule_Identifier"]["Id"] for group in references for item in group or []})


def _remember_parents():
    """Let the library look for the parents of a subject once, not once for each of its child records.

    To join SUPP--, CO and RELREC to their parents it filters the whole parent dataset for every child record,
    by keys that most of them share: without this two rules take half of CORE's time. Where a version of the
    library does it otherwise, nothing is changed.
    """
    from cdisc_rules_engine.utilities import dataset_preprocessor as module

    preprocessor = module.DatasetPreprocessor
    try:
        merge, look = (
            preprocessor._merge_standard_then_filter_idvar,
            preprocessor._filter_parents_by_standard_keys,
        )
        sided, replaced = module.get_sided_match_keys, module.replace_pattern_in_list_of_strings
    except AttributeError:
        return

    def merged(self, *arguments, **more):
        self._parents = {}
        try:
            return merge(self, *arguments, **more)
        finally:
            del self._parents

    def looked(self, parents, child, standard_keys, left_domain, right_domain):
        names = replaced(sided(standard_keys, "left"), "--", left_domain)
        key = tuple(child[name] for name in names if name in child)
        if key not in self._parents:
            self._parents[key] = look(self, parents, child, standard_keys, left_domain, right_domain)
        return self._parents[key]

    preprocessor._merge_standard_then_filter_idvar = merged
    preprocessor._filter_parents_by_standard_keys = looked


def _short(result):
    """One dataset's result with all of its findings."""
    errors = result.get("errors") or []
    return {
        "status": str(result.get("executionStatus")),
        "dataset": result.get("dataset") or "",
        "message": result.get("message") or "",
        "variables": result.get("variables") or [],
        "count": len(errors),
        "errors": errors,
    }


def _end_with(parent):
    """End when whoever asked is gone, even in the middle of a rule."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def main():
    """Answer until standard input ends."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(**told):
        answers.write(json.dumps(told, default=str) + "\n")
        answers.flush()

    try:
        session = Session(json.loads(sys.stdin.readline()))
    except Refused as refused:
        answer(refused=refused.why, text=str(refused))
        return
    except Exception as error:  # noqa: BLE001 - whoever asked is told
        answer(refused="start", text=f"{type(error).__name__}: {error}")
        return
    answer(ready=sorted(session.rules), library=session.version, python=platform.python_version())
    for line in sys.stdin:
        name = json.loads(line)["rule"]
        try:
            answer(**session.run(name))
        except Exception as error:  # noqa: BLE001 - whoever asked is told, the next rule may do
            answer(rule=name, failed=f"{type(error).__name__}: {error}", ids=session._ids(name))


if __name__ == "__main__":
    main()
