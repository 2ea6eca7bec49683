"""Every recipe's edit in every format."""

from __future__ import annotations

import warnings
from pathlib import Path

import opentimelineio as otio
import pytest

from otio_autoedit.edit.decide import make_plan
from otio_autoedit.edit.recipes import recipe, recipes
from otio_autoedit.errors import AutoEditLossWarning
from otio_autoedit.timeline.build import build_timeline
from tests.support.lively import lively
from tests.support.movies import shots_movie

SUFFIXES = (
    ".otio",
    ".xml",
    ".fcpxml",
    ".edl",
    ".aaf",
    ".mlt",
    ".kdenlive",
    ".xges",
    ".ale",
    ".svg",
)
ADAPTERS = {".fcpxml": "fcpx_xml"}


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shots_movie(tmp_path_factory.mktemp("films") / "match.mp4", [(1, 0, 600), (2, 0, 400)])


@pytest.mark.parametrize("name", [one.name for one in recipes()])
def test_every_recipe_converts_to_every_format(name: str, media: Path, tmp_path: Path) -> None:
    pytest.importorskip("otio_aaf_adapter")
    analysis = lively(11, seconds=40, path=str(media))
    target = {"target": "8s"} if name not in ("shots", "stringout") else {}
    plan = make_plan([analysis], recipe(name), target)
    assert plan.pieces
    for suffix in SUFFIXES:
        path = tmp_path / f"{name}{suffix}"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AutoEditLossWarning)
            otio.adapters.write_to_file(build_timeline(plan), str(path), ADAPTERS.get(suffix))
        assert path.stat().st_size > 100
