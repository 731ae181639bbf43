"""What the runner relies on in the library, where its environment is named."""

from __future__ import annotations

import os
import subprocess

import pytest

PYTHON = os.environ.get("IL2CDISC_CORE_PYTHON", "")


@pytest.mark.skipif(not PYTHON, reason="IL2CDISC_CORE_PYTHON is not set")
def test_the_names_that_the_runner_imports_are_there() -> None:
    code = (
        "from cdisc_rules_engine.config import config\n"
        "from cdisc_rules_engine.models import external_dictionaries_container as container\n"
        "assert hasattr(container, 'ExternalDictionariesContainer')\n"
        "from cdisc_rules_engine.models.library_metadata_container import LibraryMetadataContainer\n"
        "from cdisc_rules_engine.models.rule import Rule\n"
        "from cdisc_rules_engine.models.rule_conditions import ConditionCompositeFactory\n"
        "from cdisc_rules_engine.rules_engine import RulesEngine\n"
        "from cdisc_rules_engine.services.cache.in_memory_cache_service import InMemoryCacheService\n"
        "from cdisc_rules_engine.services.data_services import DataServiceFactory\n"
        "from cdisc_rules_engine.services.define_xml import define_xml_reader_factory as factory\n"
        "assert hasattr(factory, 'DefineXMLReaderFactory')\n"
        "assert hasattr(InMemoryCacheService, 'add_dataset')\n"
        "print('there')\n"
    )
    done = subprocess.run([PYTHON, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "there"
