"""Cheap until used: what a fresh interpreter loads, and what OTIO must find."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

HEAVY = ("torch", "torchvision", "av", "safetensors")


def fresh(code: str, **environment: str) -> str:
    """What ``code`` prints in an interpreter of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "work",
    [
        "import otio_autoedit, otio_autoedit.adapters",
        "import otio_autoedit.cutting, otio_autoedit.edit.decide, otio_autoedit.edit.recipes",
        "import otio_autoedit.timeline.build, otio_autoedit.timeline.flat",
        "import otio_autoedit.analysis.record",
        "import opentimelineio as otio; otio.plugins.ActiveManifest()",
        "import opentimelineio as otio;"
        "text = otio.adapters.write_to_string(otio.schema.Timeline(), 'otio_json');"
        "otio.adapters.read_from_string(text, 'otio_json')",
        "import opentimelineio as otio;"
        "[plugin.module() for kind in ('adapters', 'media_linkers', 'hook_scripts')"
        " for plugin in getattr(otio.plugins.ActiveManifest(), kind) if 'autoedit' in plugin.name]",
        "import otio_autoedit.cutting; assert otio_autoedit.cut is otio_autoedit.cutting.cut",
        "from otio_autoedit.cutting import read_cut_options; read_cut_options({'min_clip': 3})",
    ],
)
def test_nothing_heavy_is_loaded(work: str) -> None:
    code = f"import sys\n{work}\nprint([name for name in {HEAVY!r} if name in sys.modules])"
    assert fresh(code).strip() == "[]"


def test_listing_the_plugin_loads_nothing_but_its_list() -> None:
    code = (
        "import sys, opentimelineio as otio\nbefore = set(sys.modules)\n"
        "otio.plugins.ActiveManifest()\n"
        "new = sorted(set(sys.modules) - before)\n"
        "print([name for name in new if name.startswith(('otio_autoedit', 'numpy'))])"
    )
    assert fresh(code).strip() == "['otio_autoedit', 'otio_autoedit.adapters']"


MANIFEST = """
import json, opentimelineio as otio
manifest = otio.plugins.ActiveManifest()
ours = {kind: {p.name: p for p in getattr(manifest, kind) if "autoedit" in p.name}
        for kind in ("adapters", "media_linkers", "hook_scripts")}
print(json.dumps({
    "suffixes": list(ours["adapters"]["autoedit_media"].suffixes),
    "docs": {name: p.module().__doc__ for kind in ours.values() for name, p in kind.items()},
    "hooks": {point: list(names) for point, names in manifest.hooks.items()},
    "scripts": [p.name for p in manifest.hook_scripts],
    "linkers": list(ours["media_linkers"]),
}))
"""


def test_otio_finds_the_plugin_whole() -> None:
    found = json.loads(fresh(MANIFEST))
    assert found["suffixes"] == [
        *("mp4", "mov", "mkv", "webm", "avi", "m4v", "mxf", "mpg", "mpeg"),
        *("ts", "mts", "m2ts", "wmv", "flv", "ogv", "3gp"),
    ]
    assert found["linkers"] == ["autoedit"]
    # A module without a docstring ends `otiopluginfo` for every plugin after it.
    assert all(found["docs"].values())
    # A hook that no script has makes every read and write of any file fail.
    for names in found["hooks"].values():
        assert set(names) <= set(found["scripts"])
    assert any("autoedit" in name for name in found["hooks"]["pre_adapter_write"])
    assert any("autoedit" in name for name in found["hooks"]["post_adapter_write"])


@pytest.mark.parametrize("off", ["off", "OFF", "0", "no"])
def test_the_suffixes_can_be_given_up(off: str) -> None:
    found = json.loads(fresh(MANIFEST, OTIO_AUTOEDIT_SUFFIXES=off))
    assert found["suffixes"] == []
    assert "autoedit_media" in found["docs"]


def test_the_suffixes_stay_where_the_variable_says_nothing_of_the_kind() -> None:
    assert json.loads(fresh(MANIFEST, OTIO_AUTOEDIT_SUFFIXES=""))["suffixes"]
    assert json.loads(fresh(MANIFEST, OTIO_AUTOEDIT_SUFFIXES="on"))["suffixes"]
