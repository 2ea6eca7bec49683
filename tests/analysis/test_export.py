"""The JSON for people's scripts: stable, documented, and read back as it was."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from otio_autoedit.analysis import export
from otio_autoedit.analysis.export import from_json, to_json
from otio_autoedit.analysis.record import (
    Analysis,
    Curve,
    FrameIndex,
    JumpCut,
    Masks,
    MediaInfo,
    Track,
    Transition,
)
from otio_autoedit.errors import AutoEditError
from otio_autoedit.media.info import AudioStream

FILM = MediaInfo(
    path="/rushes/Käfer 1.mov",
    fingerprint="abc123",
    kind="video",
    container="mov",
    codec="prores",
    edit_rate=Fraction(24000, 1001),
    frame_count=5,
    duration_frames=5,
    start_timecode="01:00:00:00",
    start_frame=86400,
    reel="A001",
    recorded="2026-07-01T10:00:00.000Z",
    size=(1920, 1080),
    sample_aspect=Fraction(4, 3),
    rotation=90,
    field_order="top",
    pixel_format="yuv422p10le",
    color_primaries="bt709",
    color_transfer="bt709",
    color_matrix="bt709",
    color_range="tv",
    audio=(AudioStream(0, "pcm_s24le", 48000, 2, "stereo", Fraction(-1, 48), Fraction(5, 24)),),
    notes=("a note",),
)
SEEN = Analysis(
    media=FILM,
    index=FrameIndex(
        np.arange(5, dtype=np.int64) * 1001, Fraction(1, 24000), FILM.edit_rate, False, end=5005
    ),
    transitions=(Transition(-1, 1, "fade", 0.1), Transition(2, 3, "cut", 1.0)),
    jump_cuts=(JumpCut(0, 0.1), JumpCut(3, 1.0)),
    curves={"loudness": Curve("LUFS", 10.0, -0.02, np.array([-70, -23.1], np.float32))},
    made_by={"shots": {"network": "shots", "sha256": "00ff", "threshold": 0.5}},
)
FOLLOWED = Analysis(
    media=FILM,
    index=SEEN.index,
    tracks=(
        Track(
            1,
            "person",
            np.array([1, 2]),
            np.array([[0.1, 0.2, 0.33333, 1], [0.1, 0.2, 0.4, 1]], np.float32),
            np.array([0.9, 0.87501], np.float32),
        ),
    ),
    masks=(
        Masks.of("person", np.array([0, 4]), np.full((2, 9, 16), 200, np.uint8)),
        Masks("foreground", np.array([0, 4]), (16, 9), (), "masks/film-foreground.npz"),
    ),
    made_by={"objects": {"network": "scene"}, "masks": {"network": "scene"}},
)
SOUND = Analysis(
    media=MediaInfo("a.wav", "f", "audio", "wav", "pcm_s16le", Fraction(25), 0, 250),
    index=FrameIndex(np.zeros(0, np.int64), Fraction(1, 25), Fraction(25), False),
)
STILL = Analysis(
    media=MediaInfo("a.png", "f", "still", "png_pipe", "png", Fraction(25), 1, 1, size=(4, 4)),
    index=FrameIndex(np.zeros(1, np.int64), Fraction(1, 25), Fraction(25), False, end=1),
    transitions=(),
)
VARIABLE = Analysis(
    media=MediaInfo("v.mp4", "f", "video", "mov", "h264", Fraction(30), 3, 7, variable_rate=True),
    index=FrameIndex(
        np.array([0, 33, 200], np.int64), Fraction(1, 1000), Fraction(30), True, end=233
    ),
)


def through_text(analyses: list[Analysis]) -> Any:
    return json.loads(json.dumps(to_json(analyses), allow_nan=False))


@pytest.mark.parametrize("analysis", [SEEN, SOUND, STILL, VARIABLE], ids=lambda a: a.media.kind)
def test_what_is_written_reads_back(analysis: Analysis) -> None:
    (back,) = from_json(through_text([analysis]))
    assert back.media == analysis.media
    assert back.made_by == analysis.made_by
    assert back.jump_cuts == analysis.jump_cuts
    assert back.curves.keys() == analysis.curves.keys()
    for name, curve in analysis.curves.items():
        again = back.curves[name]
        assert (again.unit, again.rate, again.start) == (curve.unit, curve.rate, curve.start)
        np.testing.assert_array_equal(again.values, curve.values)
    seconds, before = (each.index.pts * each.index.time_base for each in (back, analysis))
    assert list(seconds) == list(before)
    assert back.index.end * back.index.time_base == analysis.index.end * analysis.index.time_base
    if analysis.transitions is None:
        assert back.transitions is None
    else:
        assert back.transitions is not None
        assert [t.type for t in back.transitions] == [t.type for t in analysis.transitions]
        assert [t.confidence for t in back.transitions] == pytest.approx(
            [0.1, 1.0][: len(back.transitions)]
        )


def test_the_document_is_the_published_one() -> None:
    """Schema 1, written out: whoever changes this breaks people's scripts."""
    assert through_text([SEEN]) == {
        "schema": 1,
        "analyses": [
            {
                "media": {
                    "path": "/rushes/Käfer 1.mov",
                    "fingerprint": "abc123",
                    "kind": "video",
                    "container": "mov",
                    "codec": "prores",
                    "rate": "24000/1001",
                    "frames": 5,
                    "duration_frames": 5,
                    "variable_rate": False,
                    "start_timecode": "01:00:00:00",
                    "start_frame": 86400,
                    "reel": "A001",
                    "recorded": "2026-07-01T10:00:00.000Z",
                    "size": [1920, 1080],
                    "sample_aspect": "4/3",
                    "rotation": 90,
                    "field_order": "top",
                    "pixel_format": "yuv422p10le",
                    "color": {
                        "primaries": "bt709",
                        "transfer": "bt709",
                        "matrix": "bt709",
                        "range": "tv",
                    },
                    "audio": [
                        {
                            "number": 0,
                            "codec": "pcm_s24le",
                            "sample_rate": 48000,
                            "channels": 2,
                            "layout": "stereo",
                            "start": "-1/48",
                            "duration": "5/24",
                            "language": "",
                            "title": "",
                        }
                    ],
                    "notes": ["a note"],
                },
                "frame_times": None,
                "transitions": [
                    {"last_before": -1, "first_after": 1, "type": "fade", "confidence": 0.1},
                    {"last_before": 2, "first_after": 3, "type": "cut", "confidence": 1.0},
                ],
                "jump_cuts": [
                    {"last_before": 0, "confidence": 0.1},
                    {"last_before": 3, "confidence": 1.0},
                ],
                "curves": {
                    "loudness": {
                        "unit": "LUFS",
                        "rate": 10.0,
                        "start": -0.02,
                        "values": [-70.0, -23.1],
                    }
                },
                "tracks": [],
                "masks": [],
                "made_by": {"shots": {"network": "shots", "sha256": "00ff", "threshold": 0.5}},
            }
        ],
    }


def test_tracks_and_masks_as_published() -> None:
    (analysis,) = through_text([FOLLOWED])["analyses"]
    assert analysis["tracks"] == [
        {
            "id": 1,
            "label": "person",
            "start": 1,
            "stop": 3,
            "boxes": [[1, 0.1, 0.2, 0.33333, 1.0, 0.9], [2, 0.1, 0.2, 0.4, 1.0, 0.87501]],
        }
    ]
    assert analysis["masks"] == [
        {"label": "person", "frames": [0, 4], "size": [16, 9], "file": None},
        {
            "label": "foreground",
            "frames": [0, 4],
            "size": [16, 9],
            "file": "masks/film-foreground.npz",
        },
    ]


def test_tracks_and_masks_read_back() -> None:
    (back,) = from_json(through_text([FOLLOWED]))
    assert back.tracks is not None
    assert FOLLOWED.tracks is not None
    for ours, theirs in zip(back.tracks, FOLLOWED.tracks, strict=True):
        assert (ours.id, ours.label, ours.start, ours.stop) == (1, "person", 1, 3)
        np.testing.assert_array_equal(ours.boxes, theirs.boxes)
        np.testing.assert_array_equal(ours.confidence, theirs.confidence)
    assert back.masks is not None
    assert [(m.label, m.size, m.file) for m in back.masks] == [
        ("person", (16, 9), ""),
        ("foreground", (16, 9), "masks/film-foreground.npz"),
    ]
    assert back.masks[0].frames.tolist() == [0, 4]
    with pytest.raises(ValueError, match="not here"):
        _ = back.masks[0].values


def test_nothing_found_is_not_the_same_as_not_asked_for() -> None:
    asked = Analysis(
        media=FILM, index=SEEN.index, tracks=(), masks=(), made_by={"objects": {}, "masks": {}}
    )
    (back, other) = from_json(through_text([asked, SEEN]))
    assert (back.tracks, back.masks) == ((), ())
    assert (other.tracks, other.masks) == (None, None)


def test_a_document_from_before_jump_cuts_is_read() -> None:
    document = through_text([SEEN])
    del document["analyses"][0]["jump_cuts"]
    (back,) = from_json(document)
    assert back.jump_cuts is None
    assert back.transitions is not None


def test_a_document_from_before_times_of_recording_is_read() -> None:
    document = through_text([SEEN])
    del document["analyses"][0]["media"]["recorded"]
    (back,) = from_json(document)
    assert back.media == replace(FILM, recorded="")


def test_variable_rate_says_when_each_frame_is_shown() -> None:
    document = through_text([VARIABLE])
    assert document["analyses"][0]["frame_times"] == {
        "time_base": "1/1000",
        "pts": [0, 33, 200],
        "end": 233,
    }


def test_several_files_stand_in_one_document() -> None:
    assert [a.media.path for a in from_json(through_text([SEEN, SOUND, STILL]))] == [
        "/rushes/Käfer 1.mov",
        "a.wav",
        "a.png",
    ]
    assert from_json(through_text([])) == []


_MISSING = object()


@pytest.mark.parametrize(
    ("where", "value", "says"),
    [
        (["media", "rate"], "25/0", "media.rate"),
        (["media", "rate"], 25, "media.rate"),
        (["media", "rate"], "-25", "media.rate"),
        (["media", "rate"], "1" * 10000, "media.rate"),
        (["media", "frames"], -1, "media.frames"),
        (["media", "frames"], True, "media.frames"),
        (["media", "size"], [1, 2, 3], "media.size"),
        (["media", "kind"], "film", "media.kind"),
        (["media", "recorded"], "yesterday", "media.recorded"),
        (["media", "recorded"], 20260701, "media.recorded"),
        (["media", "path"], _MISSING, "media.path is missing"),
        (["media", "audio"], {}, "media.audio"),
        (["media"], None, "media"),
        (["transitions"], _MISSING, "transitions is missing"),
        (["transitions", 0, "type"], "cutt", "transitions[0].type"),
        (["transitions", 0, "confidence"], float("nan"), "transitions[0].confidence"),
        (["transitions", 1, "first_after"], 99, "transitions[1].first_after"),
        (["transitions", 1, "last_before"], 0, "overlaps"),
        (["transitions", 0, "first_after"], "1", "transitions[0].first_after"),
        (["jump_cuts"], {}, "jump_cuts"),
        (["jump_cuts", 0], 3, "jump_cuts[0]"),
        (["jump_cuts", 1, "last_before"], 4, "jump_cuts[1].last_before"),
        (["jump_cuts", 1, "last_before"], 0, "jump_cuts[1] is not after"),
        (["jump_cuts", 0, "confidence"], 1.5, "jump_cuts[0].confidence"),
        (["jump_cuts", 0, "confidence"], _MISSING, "jump_cuts[0].confidence is missing"),
        (["curves", "loudness", "values"], ["loud"], "curves.loudness.values"),
        (["curves", "loudness", "rate"], 0, "curves.loudness.rate"),
        (["made_by"], [], "made_by"),
        (["frame_times"], {"time_base": "1/25", "pts": [0, 1], "end": 2}, "frame_times.pts"),
    ],
)
def test_what_departs_from_the_schema_is_said(
    where: list[str | int], value: object, says: str
) -> None:
    document = through_text([SEEN])
    place = document["analyses"][0]
    for step in where[:-1]:
        place = place[step]
    if value is _MISSING:
        del place[where[-1]]
    else:
        place[where[-1]] = value
    with pytest.raises(AutoEditError) as error:
        from_json(document)
    assert says in str(error.value)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 300


@pytest.mark.parametrize(
    ("where", "value", "says"),
    [
        (["tracks"], None, "tracks"),
        (["tracks", 0, "id"], 0, "tracks[0].id"),
        (["tracks", 0, "label"], 7, "tracks[0].label"),
        (["tracks", 0, "stop"], 9, "tracks[0].stop"),
        (["tracks", 0, "stop"], 4, "tracks[0].boxes"),
        (["tracks", 0, "boxes"], [], "tracks[0].boxes"),
        (["tracks", 0, "boxes", 1], [2, 0.1, 0.2, 0.4, 1.0], "tracks[0].boxes[1]"),
        (["tracks", 0, "boxes", 1, 2], "left", "tracks[0].boxes[1]"),
        (["tracks", 0, "boxes", 1, 2], float("inf"), "tracks[0].boxes[1]"),
        (["tracks", 0, "boxes", 1, 0], 1, "tracks[0].boxes"),
        (["masks", 0, "frames"], [4, 0], "masks[0]"),
        (["masks", 0, "frames"], [0, 5], "masks[0].frames"),
        (["masks", 0, "size"], [16], "masks[0]"),
        (["masks", 0, "size"], [16, 1 << 20], "masks[0].size"),
        (["masks", 0, "file"], 3, "masks[0].file"),
    ],
)
def test_tracks_and_masks_that_depart_from_the_schema_are_said(
    where: list[str | int], value: object, says: str
) -> None:
    document = through_text([FOLLOWED])
    place = document["analyses"][0]
    for step in where[:-1]:
        place = place[step]
    place[where[-1]] = value
    with pytest.raises(AutoEditError) as error:
        from_json(document)
    assert says in str(error.value)


@pytest.mark.parametrize("document", [None, [], {}, {"schema": "1"}, {"schema": 0, "analyses": []}])
def test_what_is_no_analysis_is_said(document: object) -> None:
    with pytest.raises(AutoEditError, match="schema"):
        from_json(document)


def test_a_later_schema_asks_for_an_update() -> None:
    with pytest.raises(AutoEditError, match="update otio-autoedit"):
        from_json({"schema": 2, "analyses": []})


def test_older_schemas_climb_one_step_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    document = through_text([SOUND])
    before = copy.deepcopy(document)
    monkeypatch.setattr(export, "SCHEMA", 3)
    monkeypatch.setitem(export.UPGRADES, 1, lambda old: {**old, "steps": ["one"]})
    monkeypatch.setitem(export.UPGRADES, 2, lambda old: {**old, "steps": [*old["steps"], "two"]})
    newest = export.upgrade(document)
    assert newest["steps"] == ["one", "two"]
    assert newest["schema"] == 3
    assert document == before


def test_every_older_schema_has_its_step() -> None:
    assert set(export.UPGRADES) == set(range(1, export.SCHEMA))
