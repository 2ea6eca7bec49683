"""``otio-autoedit recipes``, ``cache``, ``doctor``: what there is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from otio_autoedit.cli.health import examine
from otio_autoedit.edit.recipes import recipes
from otio_autoedit.models import zoo
from tests.cli.conftest import Call


def test_every_recipe_is_listed_and_shown(call: Call) -> None:
    listed = call("recipes")[1]
    for one in recipes():
        assert one.name in listed
        assert f'name = "{one.name}"' in call("recipes", one.name)[1]
        code, out, _ = call("recipes", one.name, "--options")
        assert code == 0
        assert all(option.flag in out for option in one.all_options)


def test_recipes_as_json(call: Call) -> None:
    shown = json.loads(call("recipes", "--json")[1])
    assert [one["name"] for one in shown] == [one.name for one in recipes()]
    assert {"name", "kind", "default", "choices", "help"} == set(shown[0]["options"][0])


def test_a_wrong_recipe_gets_the_nearest(call: Call) -> None:
    code, _, err = call("recipes", "shost")
    assert code != 0
    assert "did you mean 'shots'" in err


def test_a_recipe_of_ones_own(here: Path, call: Call) -> None:
    mine = 'name = "mine"\nsummary = "No short ones."\nextends = "shots"\n[set]\nmin_clip = "35f"\n'
    (here / "mine.toml").write_text(mine)
    assert call("recipes", "mine.toml")[1] == mine
    assert "mine: No short ones." in call("recipes", "mine.toml", "--options")[1]
    code, out, _ = call("cut", "film.mp4", "-r", "mine.toml", "-o", "a.otio")
    assert code == 0
    assert out.startswith("a.otio: 2 clips")


def test_the_cache_is_shown_and_cleared(
    here: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTIO_AUTOEDIT_CACHE", str(here / "kept"))
    assert call("cache", "path")[1] == f"{here / 'kept'}\n"
    assert "0 stages of 0 files" in call("cache")[1]
    call("analyze", "film.mp4")
    assert " of 1 file, " in call("cache")[1]
    assert "cleared" in call("cache", "clear")[1]
    assert "0 stages of 0 files" in call("cache", "show")[1]
    assert (here / "film.mp4").is_file()


def test_all_is_well_here(call: Call) -> None:
    code, out, _ = call("doctor")
    assert code == 0, out
    for word in (
        "torch",
        "autoedit_media",
        "autoedit_conform",
        "mp4 mov mkv",
        "weights shots",
        "weights scene",
        "weights transnetv2",
    ):
        assert word in out
    assert out.splitlines()[-1] == "all well"
    names = [one["name"] for one in json.loads(call("doctor", "--json")[1])]
    assert "device" in names


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("OTIO_AUTOEDIT_CACHE", "/proc/cache", "cannot be written"),
        ("OTIO_PLUGIN_MANIFEST_PATH", "/nowhere.json", "does not exist"),
        ("OTIO_DISABLE_ENTRYPOINTS_PLUGINS", "1", "OTIO does not find autoedit_media"),
    ],
)
def test_what_is_broken_is_said(name: str, value: str, says: str) -> None:
    found = looked_at(**{name: value})
    assert any(one["state"] == "broken" and says in one["text"] for one in found)
    assert all(one["remedy"] for one in found if one["state"] == "broken")


def test_missing_weights_are_said(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTIO_AUTOEDIT_WEIGHTS", "/nowhere")
    code, out, _ = call("doctor")
    assert code == 1
    assert " ! weights shots" in out
    assert " ! weights scene" in out
    assert out.splitlines()[-1] == "2 to mend (marked !)"


def test_a_detector_of_others_is_worth_fetching(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    name = "ssdlite320_mobilenet_v3_large"
    assert f"otio-autoedit models {name} fetches one" in call("doctor")[1]
    file = zoo.describe(name).weights.name
    (tmp_path / "hub" / "checkpoints").mkdir(parents=True)
    (tmp_path / "hub" / "checkpoints" / file).touch()
    assert f"{name}, for `detector=`" in call("doctor")[1]


def test_another_plugin_before_us_is_named(tmp_path: Path) -> None:
    manifest = {
        "OTIO_SCHEMA": "PluginManifest.1",
        "adapters": [
            {
                "OTIO_SCHEMA": "Adapter.1",
                "name": "thief",
                "filepath": "thief.py",
                "suffixes": ["mov"],
            }
        ],
    }
    (tmp_path / "thief.py").write_text('"""Takes mov."""\ndef read_from_file(filepath): ...\n')
    (tmp_path / "thief.json").write_text(json.dumps(manifest))
    found = looked_at(OTIO_PLUGIN_MANIFEST_PATH=str(tmp_path / "thief.json"))
    broken = [one for one in found if one["state"] == "broken"]
    assert [one["text"] for one in broken] == ["thief takes it before us"]
    assert "-I autoedit_media" in broken[0]["remedy"]


def test_suffixes_can_be_switched_off() -> None:
    found = looked_at(OTIO_AUTOEDIT_SUFFIXES="off")
    assert any("none claimed" in one["text"] for one in found)
    assert all(one["state"] != "broken" for one in found)


def test_a_look_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("otio_autoedit.analysis.device.choose_device", lambda _: 1 / 0)
    assert any("ZeroDivisionError" in one.text for one in examine() if one.state == "broken")


def looked_at(**more: str) -> list[dict[str, str]]:
    """What the doctor finds of OTIO and the cache in an environment of its own."""
    code = (
        "import json, dataclasses; from otio_autoedit.cli import health as h;"
        "looks = h.examine([h.plugin, h.suffixes, h.store]);"
        "print(json.dumps([dataclasses.asdict(one) for one in looks]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **more},
        check=True,
    )
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found
