"""Instructions of an empty test under each tool, counted by valgrind's callgrind.

Of user space only, and without caches; but the same on every day and every machine.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from bench.overhead.tools import HERE, Tool, command, environment

FEW, MANY = 20, 120
# advisor calls a recording with still clocks incomplete, as it is; all tests have run.
OF_STILL_CLOCKS = b"the suite's clock is not that of the machine"


def is_available() -> bool:
    return shutil.which("valgrind") is not None


def still_clocks(base: Path) -> Path:
    library = base / "still_clocks.so"
    if not library.exists():
        make = ("cc", "-shared", "-fPIC", "-O2", "-o", library, HERE / "still_clocks.c")
        subprocess.run(make, check=True)
    return library


def of_run(tool: Tool, tests: int, base: Path, python: Path, advisor: str) -> int:
    suite, log = base / f"instructions_{tests}", base / "callgrind.log"
    if not suite.exists():
        suite.mkdir()
        (suite / "pytest.ini").write_text("[pytest]\n")
        body = "".join(f"def test_{number}(): pass\n" for number in range(tests))
        (suite / "test_empty.py").write_text(body)
    log.unlink(missing_ok=True)
    count = ("--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-file={log}")
    done = subprocess.run(
        command(tool, python, advisor, ("valgrind", *count), ("-p", "no_garbage")),
        cwd=suite,
        env=environment(PYTHONPATH=str(HERE), LD_PRELOAD=str(still_clocks(base))),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    found = re.search(r"Collected : (\d+)", log.read_text() if log.exists() else "")
    has_run = done.returncode == 0 or (tool.is_recorder and OF_STILL_CLOCKS in done.stdout)
    if not has_run or found is None:
        raise RuntimeError(f"{tool.label}: {done.stdout.decode('utf-8', 'replace')[-1000:]}")
    return int(found[1])


def of_a_test(tool: Tool, base: Path, python: Path, advisor: str) -> float:
    few, many = (of_run(tool, tests, base, python, advisor) for tests in (FEW, MANY))
    return (many - few) / (MANY - FEW)
