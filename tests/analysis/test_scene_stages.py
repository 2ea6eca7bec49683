"""The scene network in the one pass: what it finds, what comes along, what is not seen twice."""

from __future__ import annotations

import threading
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from otio_autoedit.analysis import device as devices
from otio_autoedit.analysis import watch
from otio_autoedit.analysis.device import Device
from otio_autoedit.analysis.pipeline import analyze
from otio_autoedit.analysis.record import Analysis
from otio_autoedit.analysis.stages import NEEDS
from otio_autoedit.analysis.store import Store
from otio_autoedit.errors import AutoEditError, Cancelled, OptionError, WeightsError
from otio_autoedit.media.footage import Footage
from otio_autoedit.models.scene_labels import MASKS, OBJECTS, SCENES
from otio_autoedit.models.scene_reader import SceneReader
from otio_autoedit.progress import Progress
from tests.analysis.conftest import CUTS
from tests.analysis.test_stage_entries import assert_same
from tests.support.movies import coded_movie
from tests.support.networks import constant_model

SCENE_NEEDS = tuple(need for need in NEEDS if need not in ("shots", "loudness", "sound"))
MIDDLE = (24 / 64, 10 / 36, 40 / 64, 26 / 36)  # of 16:9 in a square: see `_one_cup`
SAMPLED = list(range(0, 160, 8))


@pytest.fixture(autouse=True)
def _weights(scene_weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTIO_AUTOEDIT_WEIGHTS", str(scene_weights))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was decoded ("pictures", "sound"), and what looked at it ("scene")."""
    done: list[str] = []
    read, finish = Footage.read, SceneReader.finish

    def counted(self: Footage, pictures: bool = True, sound: bool = True, **how: Any) -> Any:
        done.append("pictures" if pictures else "sound")
        return read(self, pictures, sound, **how)

    def looked(self: SceneReader) -> Any:
        done.append("scene")
        return finish(self)

    monkeypatch.setattr(Footage, "read", counted)
    monkeypatch.setattr(SceneReader, "finish", looked)
    return done


@pytest.fixture(scope="module")
def whole(film: Path, scene_weights: Path) -> Analysis:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTIO_AUTOEDIT_WEIGHTS", str(scene_weights))
        return analyze(film, NEEDS, store=None, device="cpu")


# What is found


def test_objects_are_followed_within_each_shot(whole: Analysis) -> None:
    assert whole.tracks
    starts = [0, *(first for _, first in CUTS), 160]
    for track in whole.tracks:
        assert track.label in OBJECTS
        assert track.frames.tolist() == list(range(track.start, track.stop))
        assert track.boxes.shape == (len(track.frames), 4)
        assert ((track.boxes >= 0) & (track.boxes <= 1)).all()
        shots = {np.searchsorted(starts, frame, "right") for frame in track.frames}
        assert len(shots) == 1
    assert [track.id for track in whole.tracks] == list(range(1, len(whole.tracks) + 1))


def test_masks_are_of_every_eighth_frame(whole: Analysis) -> None:
    assert whole.masks
    assert {masks.label for masks in whole.masks} <= {*MASKS[1:], "foreground"}
    for masks in whole.masks:
        assert masks.frames.tolist() == SAMPLED
        assert masks.values.shape == (20, 36, 64)
        assert masks.values.max() >= 128  # those that nothing is in are left out


def test_curves_are_of_every_eighth_frame(whole: Analysis) -> None:
    names = {"score", "novelty", "motion", "subject_motion", *(f"scene_{name}" for name in SCENES)}
    sounds = {"loudness", "level", "onset", "speech", "cheer"}
    looks = {"brightness", "contrast", "change", "shake", "sharpness", "field"}
    assert whole.curves.keys() == names | sounds | looks
    for name in names:
        curve = whole.curves[name]
        assert (len(curve.values), curve.start) == (20, 0.0)
        assert curve.rate == pytest.approx(25 / 8)
    scenes = np.stack([whole.curves[f"scene_{name}"].values for name in SCENES])
    np.testing.assert_allclose(scenes.sum(0), 1, atol=1e-5)
    score = whole.curves["score"].values
    assert 0 <= score.min() < score.max() <= 1


def test_the_network_s_answers_are_those_of_the_pictures(film: Path, whole: Analysis) -> None:
    """What the pass gives is what the network says of the same pictures by itself."""
    from otio_autoedit.media.thumbnails import thumbnail

    reader = SceneReader()
    with av.open(str(film)) as box:
        frames = [thumbnail(frame, (256, 144)) for frame in box.decode(video=0)][::8]
    reader.push(np.stack(frames), np.array(SAMPLED))
    found = reader.finish()
    novelty = whole.curves["novelty"].values
    np.testing.assert_allclose(novelty, found.novelty, atol=0.02 * float(found.novelty.max()))
    assert whole.masks is not None
    (people,) = [masks for masks in whole.masks if masks.label == "person"]
    far = np.abs(people.values.astype(int) - found.masks[:, 0].astype(int))
    assert np.quantile(far, 0.99) <= 8  # the pass reads unfiltered edges of blocks


def test_who_made_it_is_said(whole: Analysis) -> None:
    made_by = whole.made_by
    assert set(made_by) == set(NEEDS)
    for need in ("objects", "masks", "novelty", "scene"):
        assert made_by[need]["network"] == "scene"
        assert len(str(made_by[need]["weights"])) == 64
        assert made_by[need]["precision"] == "float32"
        assert (made_by[need]["device"], made_by[need]["device_why"]) == ("cpu", "asked for")
    assert made_by["objects"]["shots"] == made_by["shots"]
    assert "sound" in made_by["score"]["parts"]  # type: ignore[operator]


def test_what_was_not_asked_for_is_not_told(film: Path) -> None:
    seen = analyze(film, ("scene",), store=None)
    assert (seen.transitions, seen.tracks, seen.masks) == (None, None, None)
    assert set(seen.curves) == {f"scene_{name}" for name in SCENES}


def test_torch_s_threads_are_as_they_were(film: Path) -> None:
    import torch

    before = torch.get_num_threads()
    analyze(film, SCENE_NEEDS, store=None)
    assert torch.get_num_threads() == before


def test_batches_of_another_size_give_the_same(
    film: Path, whole: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_SAMPLES", (3, 1))
    monkeypatch.setattr(watch, "_THUMBNAILS", (7, 1))
    again = analyze(film, NEEDS, store=None, device="cpu")
    for name in ("transitions", "jump_cuts", "curves", "tracks", "masks"):
        assert_same(getattr(again, name), getattr(whole, name))


# One pass, once


def test_all_comes_from_one_pass_and_is_kept(
    film: Path, store: Store, reads: list[str], whole: Analysis
) -> None:
    first = analyze(film, NEEDS, store=store, device="cpu")
    assert reads == ["pictures", "scene"]
    again = analyze(film, NEEDS, store=Store(store.folder), device="cpu")
    assert reads == ["pictures", "scene"]
    for name in ("transitions", "jump_cuts", "curves", "tracks", "masks", "made_by"):
        assert_same(getattr(first, name), getattr(again, name))
        assert_same(getattr(first, name), getattr(whole, name))


def test_what_comes_along_is_kept_and_masks_only_if_asked_for(
    film: Path, store: Store, reads: list[str], whole: Analysis
) -> None:
    analyze(film, ("novelty", "motion"), store=store)
    assert reads == ["pictures", "scene"]
    later = analyze(film, ("objects", "scene", "shots"), store=store)
    assert reads == ["pictures", "scene"]
    assert_same(later.tracks, whole.tracks)
    analyze(film, ("score",), store=store)
    assert reads == ["pictures", "scene", "sound"]
    assert_same(analyze(film, ("masks",), store=store).masks, whole.masks)
    assert reads == ["pictures", "scene", "sound", "pictures", "scene"]


def test_other_weights_are_another_result(
    film: Path, store: Store, reads: list[str], scene_weights: Path, tmp_path: Path
) -> None:
    analyze(film, ("scene",), store=store)
    raw = (scene_weights / "scene.safetensors").read_bytes()
    (tmp_path / "scene.safetensors").write_bytes(raw[:-4] + b"\x00\x00\x00\x3c")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTIO_AUTOEDIT_WEIGHTS", str(tmp_path))
        analyze(film, ("scene",), store=store)
    analyze(film, ("scene",), store=store)
    assert reads.count("pictures") == 2


# Networks by name


def test_two_detectors_do_not_throw_each_other_out(
    film: Path, store: Store, reads: list[str], tmp_path: Path, whole: Analysis
) -> None:
    theirs = _one_cup(tmp_path / "theirs.onnx")
    named = analyze(film, ("objects",), store=store, detector=str(theirs))
    assert named.tracks is not None
    assert {track.label for track in named.tracks} == {"cup"}
    assert len(named.tracks) == 4  # one a shot
    np.testing.assert_allclose(named.tracks[0].boxes[3], MIDDLE, atol=0.01)
    assert "scene" not in reads
    ours = analyze(film, ("objects",), store=store)
    assert_same(ours.tracks, whole.tracks)
    count = len(reads)
    assert_same(analyze(film, ("objects",), store=store, detector=str(theirs)).tracks, named.tracks)
    assert_same(analyze(film, ("objects",), store=store, detector="autoedit").tracks, ours.tracks)
    assert len(reads) == count


def test_another_s_objects_beside_our_own_scenes(film: Path, tmp_path: Path) -> None:
    theirs = _one_cup(tmp_path / "theirs.onnx")
    both = analyze(film, ("objects", "scene", "score"), store=None, detector=str(theirs))
    assert {track.label for track in both.tracks or ()} == {"cup"}
    assert both.made_by["scene"]["network"] == "scene"
    assert both.made_by["objects"]["network"] != "scene"


def test_another_s_masks(film: Path, tmp_path: Path) -> None:
    shares = np.zeros((1, 3, 32, 32), np.float32)
    shares[0, 0, :, :16] = shares[0, 2, :, 16:] = 9  # the right half is of class 2
    names = {"names": "{0: 'background', 1: 'sky', 2: 'grass'}"}
    path = constant_model(tmp_path / "halves.onnx", shares, metadata=names)
    seen = analyze(film, ("masks",), store=None, segmenter=str(path))
    assert seen.masks is not None
    (masks,) = seen.masks  # what is nowhere is left out
    assert (masks.label, masks.frames.tolist()) == ("grass", SAMPLED)
    left, right = masks.values[:, :, : masks.size[0] // 2], masks.values[:, :, masks.size[0] // 2 :]
    assert left.mean() < 10
    assert right.mean() > 245


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"needs": "object"}, "did you mean 'objects'"),
        ({"detector": "yolox_nan"}, "did you mean 'yolox_nano'"),
        ({"segmenter": "yolox_nano"}, "that is a detector"),
        ({"device": "gpu", "needs": "scene"}, "device 'gpu'"),
    ],
)
def test_wrong_names_are_said_before_anything_is_read(
    film: Path, reads: list[str], options: dict[str, Any], says: str
) -> None:
    needs = options.pop("needs", "objects")
    with pytest.raises(OptionError, match=says):
        analyze(film, needs, store=None, **options)
    assert "scene" not in reads


def test_a_detector_that_is_not_there_is_said(film: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"missing\.onnx"):
        analyze(film, ("objects",), store=Store(tmp_path), detector=str(tmp_path / "missing.onnx"))


# Files of all kinds


def test_a_sound_has_nothing_to_see(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "silence.wav"
    with av.open(str(path), "w") as box:
        stream = box.add_stream("pcm_s16le", rate=48000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.int16), "s16", "mono")
        frame.sample_rate, frame.time_base, frame.pts = 48000, Fraction(1, 48000), 0
        box.mux(stream.encode(frame))
        box.mux(stream.encode())
    for _ in range(2):
        seen = analyze(path, SCENE_NEEDS, store=store)
        assert (seen.tracks, seen.masks, dict(seen.curves)) == ((), (), {})
        assert {made_by["network"] for made_by in seen.made_by.values()} == {None}


def test_a_still_is_looked_at(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "still.png"
    with av.open(str(path), "w", format="image2") as box:
        stream = box.add_stream("png", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "rgb24"
        picture = np.random.default_rng(0).integers(0, 256, (180, 320, 3)).astype(np.uint8)
        box.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        box.mux(stream.encode())
    for _ in range(2):
        seen = analyze(path, SCENE_NEEDS, store=store)
        assert len(seen.curves["scene_indoor"].values) == 1
        assert "motion" not in seen.curves
        assert all((track.start, track.stop) == (0, 1) for track in seen.tracks or ())


def test_a_varying_rate_is_sampled_by_time(tmp_path: Path) -> None:
    pts = [*range(0, 1000, 40), 3000, *range(3010, 3400, 10)]
    path = coded_movie(
        tmp_path / "v.mkv", frames=len(pts), pts=pts, time_base=Fraction(1, 1000), sound=False
    )
    seen = analyze(path, ("masks", "novelty", "motion"), store=None)
    assert seen.media.variable_rate
    assert seen.masks
    times = [pts[frame] for frame in seen.masks[0].frames]
    assert 3000 in times
    assert max(sum(0 <= time - start < 1000 for time in times) for start in times) <= 4
    assert seen.curves["novelty"].rate == 3.0
    assert len(seen.curves["novelty"].values) == 11


# What goes wrong


@pytest.mark.parametrize("where", ["push", "finish"])
def test_an_error_in_the_network_is_one_line_about_the_file(
    film: Path, store: Store, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def fail(*args: object) -> None:
        raise ValueError("the network\nfell over")

    monkeypatch.setattr(SceneReader, where, fail)
    with pytest.raises(AutoEditError) as error:
        analyze(film, NEEDS, store=store)
    assert str(error.value) == f"{film}: the analysis failed (the network fell over)"
    assert store.usage().stages == 0


@pytest.mark.parametrize("at", [1, 80, 160])
def test_a_callback_can_stop_the_work(film: Path, store: Store, at: int) -> None:
    def stop(report: Progress) -> None:
        assert threading.current_thread() is threading.main_thread()
        if report.done >= at:
            raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        analyze(film, NEEDS, store=store, progress=stop)
    assert store.usage().stages == 0


def test_a_device_that_fails_is_left_for_the_processor(
    film: Path, monkeypatch: pytest.MonkeyPatch, whole: Analysis
) -> None:
    """No card here: the processor plays one that runs out of memory."""
    choose, push, init = devices.choose_device, SceneReader.push, SceneReader.__init__

    def found(wanted: str = "auto") -> Device:
        return Device("cuda", "found a card") if wanted == "auto" else choose(wanted)

    def made(self: Any, weights: Any = None, device: str = "cpu", **named: Any) -> None:
        init(self, weights, "cpu", **named)
        self.card = device == "cuda"

    def full(self: Any, *args: Any) -> None:
        if self.card:
            raise RuntimeError("CUDA out of memory")
        push(self, *args)

    monkeypatch.setattr(devices, "choose_device", found)
    monkeypatch.setattr(SceneReader, "__init__", made)
    monkeypatch.setattr(SceneReader, "push", full)
    seen = analyze(film, ("masks",), store=None)
    assert_same(seen.masks, whole.masks)
    assert seen.made_by["masks"]["device"] == "cpu"
    assert "CUDA out of memory" in str(seen.made_by["masks"]["device_why"])


def test_weights_that_are_not_there_are_said(
    film: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTIO_AUTOEDIT_WEIGHTS", str(tmp_path / "nowhere"))
    with pytest.raises(WeightsError, match="nowhere"):
        analyze(film, ("scene",), store=store)


def _one_cup(path: Path) -> Path:
    """A detector that finds a cup in the middle of whatever it sees, and something unnamed."""
    rows = np.zeros((1, 300, 6), np.float32)
    rows[0, 0] = 24, 24, 40, 40, 0.9, 1
    rows[0, 1] = 50, 20, 60, 40, 0.2, 7  # too unsure to be followed
    return constant_model(path, rows, metadata={"names": "{0: 'ball', 1: 'cup'}"})
