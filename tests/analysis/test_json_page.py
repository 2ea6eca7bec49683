"""The page that people read says what the program writes: no key more, none less."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from otio_autoedit.analysis.export import SCHEMA, from_json, to_json
from otio_autoedit.analysis.pipeline import analyze
from otio_autoedit.analysis.stages import NEEDS
from otio_autoedit.models.transition import TYPES
from tests.support.movies import coded_movie

PAGE = Path(__file__).resolve().parents[2] / "docs" / "analysis-json.md"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text("utf-8")


@pytest.fixture(scope="module")
def real(
    film: Path, scene_weights: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """A document with everything in it: a film with cuts and sound, and one of variable rate."""
    variable = coded_movie(
        tmp_path_factory.mktemp("variable") / "v.mkv",
        frames=6,
        pts=[0, 40, 80, 200, 240, 400],
        time_base=Fraction(1, 1000),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTIO_AUTOEDIT_WEIGHTS", str(scene_weights))
        document = to_json(analyze(path, NEEDS, store=None) for path in (film, variable))
    document["analyses"][1]["media"]["notes"].append("as a repair would leave one")
    document["analyses"][1]["jump_cuts"].append({"last_before": 3, "confidence": 0.5})
    return json.loads(json.dumps(document))


def keys_of(value: object, place: str = "") -> Iterator[str]:
    """Every key of a document as the page names it: ``a[].b``; curves and stages by ``*``."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if place.endswith("made_by"):
                continue  # differs by network
            step = f"{place}.*" if place.endswith("curves") else f"{place}.{name}".lstrip(".")
            if not place.endswith("curves"):
                yield step
            yield from keys_of(inner, step)
    elif isinstance(value, list) and not place.endswith((".size", ".boxes[]")):
        yield f"{place}[]"
        for inner in value:
            yield from keys_of(inner, f"{place}[]")


def test_every_key_is_on_the_page_and_the_page_has_no_other(
    page: str, real: dict[str, Any]
) -> None:
    written = set(keys_of(real))
    listed = set(re.findall(r"^\| `((?:schema|analyses)[^`]*)` \|", page, flags=re.MULTILINE))
    written -= {key.removesuffix("[]") for key in written if key.endswith("[]")} - listed
    assert listed == written


def test_the_example_is_a_document_of_this_schema(page: str, real: dict[str, Any]) -> None:
    (text,) = re.findall(r"```json\n(.*?)```", page, flags=re.DOTALL)
    example = json.loads(text)
    assert example["schema"] == SCHEMA
    assert f"**schema {SCHEMA}**" in page
    (analysis,) = from_json(example)
    assert to_json([analysis])["analyses"][0].keys() == example["analyses"][0].keys()
    assert set(keys_of(example)) <= set(keys_of(real))
    assert (
        example["analyses"][0]["made_by"]["shots"].keys()
        == real["analyses"][0]["made_by"]["shots"].keys()
    )
    assert (
        example["analyses"][0]["made_by"]["loudness"] == real["analyses"][0]["made_by"]["loudness"]
    )


def test_every_curve_is_named(page: str, real: dict[str, Any]) -> None:
    rows = [line for line in page.splitlines() if line.startswith("| `") and "analyses" not in line]
    curves = real["analyses"][0]["curves"]
    assert set(re.findall(r"`(\w+)`", "".join(row.split("|")[1] for row in rows))) == (
        curves.keys() - {"loudness"} | {"schema"}
    )
    for name, curve in curves.items():
        assert f"`{curve['unit']}`" in "".join(rows) or name == "loudness"


def test_every_kind_of_transition_is_named(page: str) -> None:
    assert all(f'`"{type_}"`' in page for type_ in TYPES)


def test_the_script_on_the_page_prints_the_shots(
    page: str, real: dict[str, Any], tmp_path: Path
) -> None:
    script = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)[-1]
    (tmp_path / "reel.json").write_text(json.dumps(real))
    out = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    shots = [tuple(map(int, line.split()[-2:])) for line in out if "Käfer" in line]
    assert shots == [(0, 39), (40, 79), (80, 119), (120, 159)]
