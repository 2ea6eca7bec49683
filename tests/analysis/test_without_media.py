"""Cutting again where the media is not: from what the store has of a file that is gone."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from otio_autoedit.analysis.assemble import assembled
from otio_autoedit.analysis.export import from_json, to_json
from otio_autoedit.analysis.pipeline import analyze
from otio_autoedit.analysis.record import FrameIndex, MediaInfo
from otio_autoedit.analysis.results import Index, Vectors
from otio_autoedit.analysis.store import Store
from otio_autoedit.errors import MediaError


@pytest.fixture
def away(film: Path, tmp_path: Path) -> Path:
    """A film of one's own, to remove."""
    path = tmp_path / "away.mp4"
    path.write_bytes(film.read_bytes())
    return path


def test_a_file_that_is_gone_is_had_from_what_is_kept(away: Path, store: Store) -> None:
    first = analyze(away, ("shots", "picture"), store=store)
    away.unlink()
    again = analyze(away, ("shots", "picture"), store=store)
    assert again.media == first.media
    assert again.transitions == first.transitions
    assert again.curves.keys() == first.curves.keys()
    for name, curve in first.curves.items():
        np.testing.assert_array_equal(again.curves[name].values, curve.values)


def test_what_can_be_made_of_what_is_kept_is_made(away: Path, store: Store) -> None:
    first = analyze(away, ("picture",), store=store)
    (made,) = store.folder.glob("media-*/picture-*.entry")
    made.unlink()
    away.unlink()
    again = analyze(away, ("picture",), store=store)
    for name, curve in first.curves.items():
        np.testing.assert_array_equal(again.curves[name].values, curve.values)


def test_what_is_not_kept_is_named(away: Path, store: Store) -> None:
    analyze(away, ("shots",), store=store)
    away.unlink()
    with pytest.raises(MediaError, match=r"no such file; .* lacks loudness: bring it back"):
        analyze(away, ("shots", "loudness"), store=store)
    with pytest.raises(MediaError, match="lacks shots"):
        analyze(away, ("shots",), threshold=0.25, store=store)


def test_a_file_never_seen_and_no_store_are_as_before(away: Path, store: Store) -> None:
    analyze(away, ("shots",), store=store)
    away.unlink()
    for path, kept in ((away, None), (away.with_name("never.mp4"), store)):
        with pytest.raises(MediaError, match=r"there is no such file$"):
            analyze(path, ("shots",), store=kept)


def test_another_file_in_its_place_is_not_taken_for_it(away: Path, store: Store) -> None:
    analyze(away, ("shots",), store=store)
    away.write_bytes(b"no film")
    with pytest.raises(MediaError):
        analyze(away, ("shots",), store=store)


def test_features_are_for_who_asks_and_not_in_json() -> None:
    rate = Fraction(25)
    media = MediaInfo("a.mp4", "f", "video", "mov", "h264", rate, 20, 20)
    frames = FrameIndex(np.arange(20, dtype=np.int64), 1 / rate, rate, False)
    vectors = np.arange(9, dtype=np.float32).reshape(3, 3)
    seen = Vectors(np.array([0, 8, 16]), vectors, np.ones(3, np.float32), {"network": "scene"})
    results = {"index": Index(media, frames), "vectors": seen}
    asked, not_asked = assembled(results, ("features",)), assembled(results, ("novelty",))
    assert not_asked.features is None
    assert list(not_asked.curves) == ["novelty"]
    assert asked.features is not None
    assert not asked.curves
    assert asked.features.frames.tolist() == [0, 8, 16]
    np.testing.assert_array_equal(asked.features.vectors, vectors)
    (back,) = from_json(json.loads(json.dumps(to_json([asked]))))
    assert back.features is None
