"""The jobs as they are typed, killed at random moments: the benchmark in small."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "corpus_jobs.py"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(("job", "kills"), [("convert", 5), ("prepare", 3)])
def test_killed_and_resumed(job, kills):
    options = ["--recordings=0", "--kill-recordings=12", f"--kills={kills}", "--jobs", job]
    done = subprocess.run(
        [sys.executable, str(BENCHMARK), *options], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"killed {kills} times and resumed" in done.stdout
    assert "byte for byte the same" in done.stdout
