"""Asks advisor for its predictions from a recorded profile; nothing is measured meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

ADVISOR = os.environ.get("ADVISOR", str(Path(__file__).parents[2] / "build/release/advisor"))

Document = dict[str, Any]


def advice_from(
    profile: bytes, calibration: bytes, specs: list[str], measured: Document | None = None
) -> Document:
    """The advice document of `advisor analyze`, which predicts all of `specs`. Its ranges are the
    model's own, since what they are stretched by comes from the same runs. `measured`: runs to
    learn from."""
    words = [ADVISOR, "analyze", "--json", "--quiet", "--model-ranges", "--profile", "-"]
    for spec in specs:
        words += ["--configuration", spec]
    with tempfile.TemporaryDirectory() as directory:
        given = {"calibration": calibration}
        if measured is not None:
            given["measured"] = json.dumps(measured).encode()
        for option, document in given.items():
            file = Path(directory) / f"{option}.json"
            file.write_bytes(document)
            words += [f"--{option}", str(file)]
        # Elsewhere than in a suite, and with no calibration to find.
        ended = subprocess.run(words, input=profile, cwd="/", capture_output=True, check=False)
    if ended.returncode not in (0, 3):
        raise SystemExit(f"advisor analyze exited with {ended.returncode}\n{ended.stderr.decode()}")
    advice: Document = json.loads(ended.stdout)
    return advice


def predictions_of(advice: Document) -> dict[str, Document]:
    return {each["configuration"]["spec"]: each for each in advice["predictions"]}
