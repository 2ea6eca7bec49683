"""The test settings themselves: a skip is seen, and in strict runs it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"

SKIPS = {
    "test_calls_skip.py": "import pytest\ndef test_it(): pytest.skip('not here')\n",
    "test_has_a_mark.py": "import pytest\n@pytest.mark.skip(reason='x')\ndef test_it(): pass\n",
    "test_misses_a_module.py": "import pytest\npytest.importorskip('no_such')\ndef test_it(): 0\n",
    "test_misses_the_footage.py": "def test_it(data_dir): pass\n",
}


@pytest.mark.parametrize("workers", ["0", "1"])
def test_strict_turns_every_skip_into_a_failure(tmp_path: Path, workers: str) -> None:
    said = run(tmp_path, SKIPS, workers, strict="1")
    assert "1 failed, 3 errors" in said  # pytest calls it an error before the test's own lines
    assert said.count("allows no skip") >= 4
    assert "skipped" not in said.splitlines()[-1]


def test_otherwise_a_skip_says_why(tmp_path: Path) -> None:
    said = run(tmp_path, SKIPS, "0", strict="0")
    assert "4 skipped" in said
    assert "OTIO_AUTOEDIT_DATA names another folder" in said


def test_strict_leaves_expected_failures_alone(tmp_path: Path) -> None:
    source = "import pytest\n@pytest.mark.xfail\ndef test_it(): assert 0\n"
    assert "1 xfailed" in run(tmp_path, {"test_it.py": source}, "0", strict="1")


def test_each_session_has_a_cache_of_its_own(tmp_path: Path) -> None:
    source = (
        "import os\ndef test_it():\n"
        "    assert os.path.isdir(os.environ['OTIO_AUTOEDIT_CACHE'])\n"
        "    assert os.environ['OTIO_AUTOEDIT_CACHE'] != '/mine'\n"
    )
    said = run(tmp_path, {"test_it.py": source}, "0", strict="1", OTIO_AUTOEDIT_CACHE="/mine")
    assert "1 passed" in said


def run(folder: Path, sources: dict[str, str], workers: str, strict: str, **more: str) -> str:
    """What pytest says of these test files under our settings."""
    (folder / "conftest.py").write_text(CONFTEST.read_text())
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -rs\nmarkers =\n    data: x\n")
    for name, source in sources.items():
        (folder / name).write_text(source)
    settings = {"OTIO_AUTOEDIT_STRICT": strict, "OTIO_AUTOEDIT_DATA": str(folder / "none"), **more}
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-n",
            workers,
            "--continue-on-collection-errors",
            str(folder),
        ],
        env={k: v for k, v in os.environ.items() if not k.startswith("PYTEST")} | settings,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return result.stdout + result.stderr
