"""The pure modules, tested by `node --test`."""

import subprocess
from pathlib import Path

HERE = Path(__file__).parent


def test_the_pure_modules() -> None:
    files = sorted(str(path) for path in HERE.glob("*.test.js"))
    ran = subprocess.run(["node", "--test", *files], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
