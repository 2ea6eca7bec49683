"""What holds for every command: help, exit codes, no traceback ever."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import otio_autoedit
from otio_autoedit.cli import main
from otio_autoedit.cli.commands import COMMANDS
from tests.cli.conftest import Call


def test_the_front_door(call: Call) -> None:
    code, out, _ = call("--help")
    assert code == 0
    assert all(name in out for name in COMMANDS)
    assert call("help") == (0, out, "")
    assert call() == (2, out, "")
    assert call("--version") == (0, f"otio-autoedit {otio_autoedit.__version__}\n", "")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_with_examples(call: Call, command: str) -> None:
    code, out, err = call(command, "--help")
    assert (code, err) == (0, "")
    assert f"examples:\n  otio-autoedit {command}" in out
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_flag_gets_the_nearest(call: Call, command: str) -> None:
    code, out, err = call(command, "--hepl")
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert len(err.splitlines()) == 1


def test_a_wrong_command_gets_the_nearest(call: Call) -> None:
    code, out, err = call("anaylze", "film.mp4")
    assert (code, out) == (2, "")
    assert "did you mean 'analyze'?" in err


def test_help_costs_nothing() -> None:
    code = (
        "import sys, otio_autoedit.cli as c; c.main(['cut', '--help']); c.main(['cache']);"
        "sys.exit(bool({'torch', 'av', 'rich'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_unforeseen_is_one_line_too(
    here: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("no\nluck")

    monkeypatch.setattr("otio_autoedit.cli.cut.cut", broken)
    code, out, err = call("cut", "film.mp4", "-o", "a.otio")
    assert (code, out) == (1, "")
    assert err == "error: ZeroDivisionError: no luck; OTIO_AUTOEDIT_DEBUG=1 shows where\n"
    monkeypatch.setenv("OTIO_AUTOEDIT_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["cut", "film.mp4", "-o", "a.otio"])


def test_a_full_disk_is_one_line(here: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "a.otio")

    monkeypatch.setattr("otio_autoedit.cli.cut.cut", full)
    assert call("cut", "film.mp4", "-o", "a.otio")[2] == "error: a.otio: No space left on device\n"


def test_who_reads_may_go_away(film: Path) -> None:
    """As in ``otio-autoedit analyze ... --json - | head``."""
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "otio_autoedit.cli", "analyze", str(film), "--json", "-"],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)
    assert done.returncode == 1
    assert done.stderr == ""


def test_names_cannot_speak_to_the_terminal(here: Path, call: Call) -> None:
    name = "a\x1b[31mred\nerror: fake.mp4"
    code, _, err = call("cut", name, "-o", "a.otio")
    assert code == 1
    assert "\x1b" not in err
    assert len(err.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "darwin", reason="names are always UTF-8 there")
def test_names_need_not_be_text(here: Path, film: Path) -> None:
    name = b"caf\xe9.mp4"
    os.link(here / "film.mp4", os.path.join(os.fsencode(here), name))
    done = subprocess.run(
        [sys.executable, "-m", "otio_autoedit.cli", "cut", name, "-o", "a.otio"],
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, 1)
    assert b"Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 1
    assert (done.returncode == 0) == (here / "a.otio").exists()


def test_both_ways_to_start() -> None:
    script = Path(sys.executable).with_name("otio-autoedit")
    for start in ([str(script)], [sys.executable, "-m", "otio_autoedit.cli"]):
        done = subprocess.run([*start, "--version"], capture_output=True, text=True, check=False)
        assert done.stdout == f"otio-autoedit {otio_autoedit.__version__}\n"
