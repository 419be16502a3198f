"""The programs that are measured; script/bench and script/campaign build them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bench.keep import ROOT


def advisor() -> str:
    path = os.environ.get("ADVISOR")
    if not path:
        name = Path(sys.argv[0]).resolve().parent.name
        sys.exit(
            "error: $ADVISOR does not name the binary\n"
            f"hint: script/bench {name} sets it, or script/campaign {name}"
        )
    return path


def driver(bench: str) -> Path:
    """A program of the benchmark's own, built beside the binary."""
    binary = os.environ.get("ADVISOR")
    tree = Path(binary).parent if binary else ROOT / "build/release"
    command = ["cmake", "--build", str(tree), "--target", f"{bench}_driver", "--", "--quiet"]
    subprocess.run(command, check=True, stdout=sys.stderr)
    return tree / f"bench/{bench}/{bench}_driver"
