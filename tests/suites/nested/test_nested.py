import os
import subprocess
import sys

INNER = "def test_inner_one(): pass\ndef test_inner_two(): assert False"


def test_in_process(pytester):
    pytester.makepyfile(INNER)
    pytester.runpytest_inprocess().assert_outcomes(passed=1, failed=1)


def test_in_subprocess(pytester):
    pytester.makepyfile(INNER)
    pytester.runpytest_subprocess().assert_outcomes(passed=1, failed=1)


def test_by_hand(tmp_path):
    (tmp_path / "test_inner.py").write_text(INNER)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(tmp_path)]
    assert subprocess.run(command, capture_output=True).returncode == 1


def test_process_looks_untouched():
    assert not [name for name in os.environ if name.startswith("ADVISOR_")]
    assert os.environ.get("PYTHONPATH") == os.environ.get("EXPECTED_PYTHONPATH")
    assert "advisor_recorder" not in sys.argv
    assert not any(os.path.exists(os.path.join(p, "advisor_recorder.py")) for p in sys.path)


def test_last():
    pass
