"""Settings of every test run: where the shared footage is, what a skip means, a cache of its own.

- ``OTIO_AUTOEDIT_DATA`` names the footage (default: ``../shared/data`` beside the checkout); tests
  that ask for ``data_dir`` skip with a reason where it is absent.
- ``OTIO_AUTOEDIT_STRICT=1`` turns every skip into a failure, so that CI cannot pass by leaving out.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# What a person may have set for their own work, and would change what the tests see.
_PERSONAL = (
    "OTIO_AUTOEDIT_DEBUG",
    "OTIO_AUTOEDIT_SUFFIXES",
    "OTIO_DEFAULT_MEDIA_LINKER",
    "OTIO_DEFAULT_TARGET_VERSION_FAMILY_LABEL",
    "OTIO_PLUGIN_MANIFEST_PATH",
    "OTIO_DISABLE_ENTRYPOINTS_PLUGINS",
)
_room: str | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Before anything of ours is imported: a cache of the session's own, nobody's settings.

    What tests and the programs they start leave among temporary files goes with the session; only
    pytest's own ``tmp_path`` folders stay where it keeps them, to be looked at.
    """
    global _room
    for name in _PERSONAL:
        os.environ.pop(name, None)
    # OTIO finds plugins by sys.path; this one claims a suffix of another's and so comes last.
    sys.path.append(os.path.join(sys.prefix, "lite"))
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        # Started in the background, as CI may: the programs that tests interrupt must hear it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
    _room = tempfile.mkdtemp(prefix="otio-autoedit-tests-")
    tempfile.tempdir = os.environ["TMPDIR"] = os.path.join(_room, "tmp")
    os.environ["OTIO_AUTOEDIT_CACHE"] = os.path.join(_room, "cache")
    for folder in ("tmp", "cache"):
        os.mkdir(os.path.join(_room, folder))
    if os.environ.get("PYTEST_XDIST_WORKER"):
        # Workers share the cores; a pool of threads in each would only make them wait for another.
        os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_unconfigure(config: pytest.Config) -> None:
    if _room:
        shutil.rmtree(_room, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who asks for the shared footage carries the mark that says so (``-m "not data"``)."""
    for item in items:
        if "data_dir" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.data)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The shared footage and labels; the tests that need them skip where they are absent."""
    named = os.environ.get("OTIO_AUTOEDIT_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no shared footage at {folder}; OTIO_AUTOEDIT_DATA names another folder")
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if _strict() and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = _refusal(report.longrepr)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if _strict() and report.skipped:
        report.outcome = "failed"
        report.longrepr = _refusal(report.longrepr)
    return report


def _strict() -> bool:
    return os.environ.get("OTIO_AUTOEDIT_STRICT", "") not in ("", "0")


def _refusal(skip: object) -> str:
    where = f"{skip[0]}:{skip[1]}: {skip[2]}" if isinstance(skip, tuple) else str(skip)
    return f"OTIO_AUTOEDIT_STRICT allows no skip.\n{where}"
