"""CORE that behaves, hangs, crashes, is too old or is not there: always told, the rest goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from il2cdisc.base.problems import at_line
from il2cdisc.check.core import (
    CoreOutcome,
    CoreRequest,
    laid_beside,
    rules_not_run,
    rules_run,
    run_core,
    worse,
)
from il2cdisc.check.core.drive import RUNNER
from il2cdisc.check.core.outcome import CoreHit, RuleResult, rule_result
from il2cdisc.check.findings import grouped

Asked = Callable[..., CoreRequest]


def told(outcome: CoreOutcome) -> list[tuple[str, str, str]]:
    return [(item.rule, item.status, item.reason) for item in outcome.rules]


def problems(outcome: CoreOutcome) -> str:
    return "\n".join(map(str, outcome.problems))


def test_every_rule_is_asked_and_progress_is_told(asked: Asked) -> None:
    seen: list[tuple[int, int]] = []
    outcome = run_core(asked(), lambda done, total: seen.append((done, total)))
    assert told(outcome) == [
        ("CORE-000001", "findings", ""),
        ("CORE-000002", "clean", ""),
        ("CORE-000003", "not run", "Outside scope"),
    ]
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert outcome.complete
    assert outcome.by == "CDISC CORE 0.17.1"
    assert (
        outcome.summary() == "CDISC CORE 0.17.1: 3 rules: 1 clean, 1 findings, 0 error, 1 not run; 1 findings"
    )
    assert rules_run(outcome) == "CORE-000001\tCG0001\nCORE-000002\tCG0001\n"
    assert rules_not_run(outcome) == "CORE-000003\tOutside scope\tCG0001\n"


def test_findings_stand_in_our_form_with_the_raw_line(asked: Asked) -> None:
    outcome = run_core(asked())
    laid = laid_beside(outcome, lambda dataset, row, variable: [at_line(f"{dataset}.csv", row, variable)])
    (finding,) = laid.findings
    assert (finding.code, finding.by, finding.level.value) == ("CORE-000001", "CDISC CORE 0.17.1", "error")
    assert finding.where == "AE USUBJID=S-1 AESEQ=2"
    assert (finding.dataset, finding.variable, *finding.first[4:7]) == (
        "AE",
        "AEDECOD",
        "S-1",
        2,
        3,
    )
    assert finding.first.value == "AEDECOD=''"
    assert tuple(map(str, finding.first.source)) == ("AE.csv:2 AEDECOD",)
    assert laid.codes == ("CORE-000001", "CORE-000002")


def test_a_rule_that_hangs_is_ended_with_all_that_it_started(asked: Asked, tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    begin = "child = subprocess.Popen(['sleep', '600']); "
    second = f"{begin}open({str(mark)!r}, 'w').write(str(child.pid)); time.sleep(600)"
    start = time.monotonic()
    outcome = run_core(asked(second=second, seconds=2.0))
    assert time.monotonic() - start < 15
    assert told(outcome)[1] == ("CORE-000002", "error", "after 2 seconds it was ended")
    assert told(outcome)[0][1] == "findings"
    assert told(outcome)[2][1] == "not run"
    codes = [(item.code, item.where) for item in laid_beside(outcome).findings]
    assert ("CHK083", "CORE-000002") in codes
    for _ in range(50):
        if not Path(f"/proc/{mark.read_text()}").exists() or not _runs(int(mark.read_text())):
            break
        time.sleep(0.1)
    else:
        pytest.fail("what the rule had started still runs")


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (OSError, IndexError):
        return False
    return state != "Z"


def test_a_rule_that_takes_its_process_down_is_told_and_the_rest_goes_on(asked: Asked) -> None:
    outcome = run_core(asked(second="sys.stderr.write('out of memory\\n'); os._exit(9)"))
    assert told(outcome)[1] == ("CORE-000002", "error", "its process ended: exit code 9, out of memory")
    assert [item.status for item in outcome.rules] == ["findings", "error", "not run"]
    assert outcome.complete  # the rule is told; CORE itself could run
    assert rules_not_run(outcome).splitlines()[0] == "CORE-000002\tbroke\t"


def test_a_rule_that_raises_or_says_nonsense_is_told(asked: Asked) -> None:
    outcome = run_core(asked(second="say(rule=rule, failed='KeyError: x', ids=['CG0002']); continue"))
    assert told(outcome)[1] == ("CORE-000002", "error", "KeyError: x")
    outcome = run_core(asked(second="print('Traceback', flush=True); continue"))
    assert told(outcome)[1][2] == "its process ended: it wrote something that is not an answer ('Traceback')"
    outcome = run_core(asked(second="say(rule=rule, results=[{}]); continue"))
    assert told(outcome)[1][2] == "its answer can't be understood"


@pytest.mark.parametrize(
    ("body", "code", "what"),
    [
        ("say(ready=[], library='0.9.2', python='3.12')", "CHK081", "it is version 0.9.2; 0.17 or later"),
        ("say(ready=[], python='3.12')", "CHK081", "it is version unknown"),
        ("say(refused='library', text='cdisc-rules-engine is not installed')", "CHK080", "is not installed"),
        ("say(refused='cache', text='there is no rules.pkl')", "CHK082", "there is no rules.pkl"),
        ("sys.exit('no module named x')", "CHK080", "CORE ended as it began: exit code 1, no module named x"),
        ("time.sleep(600)", "CHK080", "CORE was not ready after 2 seconds"),
        ("say(ready=[], library='0.17.1', python='3.12')", "", ""),
    ],
)
def test_a_core_that_can_not_begin_is_told(asked: Asked, body: str, code: str, what: str) -> None:
    outcome = run_core(asked(body, start_seconds=2.0 if "sleep" in body else 20.0))
    assert outcome.rules == ()
    assert not outcome.complete
    assert (code in problems(outcome)) and (what in problems(outcome))


def test_a_core_that_is_not_there_is_told(asked: Asked, tmp_path: Path) -> None:
    request = asked()
    found = {
        "no python": run_core(CoreRequest("", request.cache, request.folder)),
        "no file": run_core(CoreRequest(str(tmp_path / "none"), request.cache, request.folder)),
        "no cache": run_core(CoreRequest(request.python, "", request.folder)),
        "no folder": run_core(CoreRequest(request.python, str(tmp_path / "none"), request.folder)),
        "no data": run_core(CoreRequest(request.python, request.cache, tmp_path)),
    }
    shown = {
        name: problems(outcome).split("\n")[0].replace(str(tmp_path), "") for name, outcome in found.items()
    }
    assert shown["no python"] == "CHK080: IL2CDISC_CORE_PYTHON is not set"
    assert shown["no file"] == "CHK080: /none can't be started (No such file or directory)"
    assert shown["no cache"] == "CHK082: IL2CDISC_CORE_CACHE is not set"
    assert shown["no folder"] == "CHK082: /none is not a folder"
    assert shown["no data"].startswith("CHK080: there is no transport file in ")


def test_a_second_process_that_can_not_begin_leaves_its_rules_to_the_first(
    asked: Asked, tmp_path: Path
) -> None:
    once = f"os.mkdir({str(tmp_path / 'once')!r})\n"  # fails for the second
    body = (
        once
        + "say(ready=['CORE-000001', 'CORE-000004'], library='0.17.1')\n"
        + ("while (m := hear()) is not None:\n    time.sleep(0.5)\n    say(rule=m['rule'], results=[])")
    )
    outcome = run_core(asked(body))
    assert [item.status for item in outcome.rules] == ["not run", "not run"]
    assert outcome.rules[0].reason == "no dataset in scope"
    assert "CORE ended as it began" in problems(outcome)
    assert not outcome.complete


def test_the_reason_nearest_to_running_is_given() -> None:
    def skipped(error: str) -> dict[str, object]:
        return {"status": "skipped", "dataset": "AE", "message": "", "errors": [{"error": error}]}

    answer = {"rule": "CORE-1", "results": [skipped("Outside scope"), skipped("Column not found in data")]}
    assert rule_result(answer).reason == "Column not found in data"


def test_all_findings_of_a_rule_are_held() -> None:
    hits = tuple(CoreHit("AE", "x is y", "S-1", seq) for seq in range(1, 3001))
    outcome = CoreOutcome("CORE", (RuleResult("CORE-1", "findings", count=3000, hits=hits),))
    (finding,) = grouped(laid_beside(outcome).findings).findings
    assert finding.count == 3000


def test_ids_do_not_hang_on_the_order_in_which_core_names_values() -> None:
    values = (("AEBODSYS", "Eye disorders"), ("AEBDSYCD", ""), ("$count", "1"))
    found = []
    for told in (values, values[::-1]):
        hit = CoreHit("AE", "x is y", "S-1", 3, values=told)
        outcome = CoreOutcome("CORE", (RuleResult("CORE-1", "findings", count=1, hits=(hit,)),))
        found += grouped(laid_beside(outcome).findings).findings
    assert found[0].id == found[1].id
    assert found[0].variable == found[1].variable == "AEBDSYCD"


def test_lists_may_only_improve() -> None:
    assert worse("CORE-1\tCG1\nCORE-2\t\n", "CORE-2\t\nCORE-3\t\n") == ["CORE-1"]


def test_the_runner_itself_refuses_in_words(tmp_path: Path) -> None:
    """In a Python without the library it says so, on one line, and ends."""
    done = subprocess.run(
        [sys.executable, "-I", str(RUNNER)],
        input='{"cache": ".", "files": []}\n',
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert (
        done.stdout
        == '{"refused": "library", "text": "cdisc-rules-engine is not installed in this Python"}\n'
    )


def test_the_runner_ends_with_whoever_asked(tmp_path: Path) -> None:
    """A killed check leaves no process behind: here one that waits to be asked, its pipe held open."""
    code = (
        "import os, subprocess, sys, time\n"
        "quiet = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
        f"runner = [sys.executable, '-I', {str(RUNNER)!r}]\n"
        "child = subprocess.Popen(runner, stdin=subprocess.PIPE, **quiet)\n"
        "print(child.pid, flush=True)\n"
        "os.set_inheritable(child.stdin.fileno(), True)\n"
        "subprocess.Popen(['sleep', '30'], close_fds=False, **quiet)\n"
        "time.sleep(1)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True, timeout=25
    )
    number = int(done.stdout.split()[0])
    for _ in range(200):
        if not _runs(number):
            return
        time.sleep(0.1)
    pytest.fail("the runner still waits")
