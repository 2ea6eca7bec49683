"""One pass over a file, once: what is kept is not made again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from otio_autoedit.analysis import device as devices
from otio_autoedit.analysis import pipeline, watch
from otio_autoedit.analysis.device import Device
from otio_autoedit.analysis.pipeline import analyze
from otio_autoedit.analysis.record import Analysis, JumpCut
from otio_autoedit.analysis.shot_network import ShotNetwork
from otio_autoedit.analysis.store import Store, StoreWarning
from otio_autoedit.errors import AutoEditError, Cancelled, MediaError, OptionError
from otio_autoedit.media.footage import Footage, Picture, Sound
from otio_autoedit.models.shots import ShotDetector
from otio_autoedit.models.transition import Shots
from otio_autoedit.progress import Progress
from tests.analysis.conftest import CUTS
from tests.support.movies import coded_movie, shots_movie


class Decoded:
    """How often files were opened to be read, and what came out of them."""

    def __init__(self) -> None:
        self.opened = self.pictures = self.sounds = 0


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> Decoded:
    count = Decoded()
    read = Footage.read

    def counted(self: Footage, pictures: bool = True, sound: bool = True, **how: Any) -> Any:
        count.opened += 1
        for each in read(self, pictures, sound, **how):
            count.pictures += isinstance(each, Picture)
            count.sounds += isinstance(each, Sound)
            yield each

    monkeypatch.setattr(Footage, "read", counted)
    return count


def same(one: Analysis, other: Analysis) -> bool:
    """Whether two analyses say the same of a file, wherever it lies."""
    assert one.index.pts.tolist() == other.index.pts.tolist()
    assert one.index.keys.tolist() == other.index.keys.tolist()
    assert one.index.end == other.index.end
    assert one.curves.keys() == other.curves.keys()
    for name, curve in one.curves.items():
        np.testing.assert_array_equal(curve.values, other.curves[name].values)
        assert curve.start == other.curves[name].start
    assert one.jump_cuts == other.jump_cuts
    return (one.transitions, one.made_by) == (other.transitions, other.made_by)


# What is seen and heard


def test_the_cuts_of_a_film_are_found_to_the_frame(film: Path) -> None:
    seen = analyze(film, store=None, device="cpu")
    assert seen.transitions is not None
    assert [(t.last_before, t.first_after) for t in seen.transitions] == CUTS
    assert {t.type for t in seen.transitions} == {"cut"}
    assert seen.media.frame_count == len(seen.index.pts) == 160
    assert seen.media.path == str(film)
    assert not seen.curves


def test_shots_and_loudness_come_from_one_pass(film: Path, decoded: Decoded) -> None:
    both = analyze(film, ("shots", "loudness"), store=None)
    assert (decoded.opened, decoded.pictures) == (1, 160)
    assert both.transitions == analyze(film, store=None).transitions
    loudness = both.curves["loudness"]
    assert (loudness.unit, loudness.rate) == ("LUFS", 10.0)
    assert len(loudness.values) == pytest.approx(6.4 * 10, abs=2)


def test_who_made_it_is_said(film: Path) -> None:
    made_by = analyze(film, ("shots", "loudness"), store=None, device="cpu").made_by
    assert made_by["shots"]["network"] == "shots"
    assert len(str(made_by["shots"]["weights"])) == 64
    assert made_by["shots"]["device"] == "cpu"
    assert made_by["shots"]["device_why"] == "asked for"
    assert "R 128" in str(made_by["loudness"]["measure"])


def test_asked_for_nothing_the_index_is_made(film: Path, store: Store) -> None:
    seen = analyze(film, (), store=store)
    assert (seen.transitions, seen.jump_cuts) == (None, None)
    assert len(seen.index.pts) == 160


def test_a_sound_has_no_transitions(tmp_path: Path, store: Store) -> None:
    path = _sound_file(tmp_path / "voice.wav", seconds=3)
    for _ in range(2):
        seen = analyze(path, ("shots", "loudness"), store=store)
        assert seen.media.kind == "audio"
        assert seen.transitions == ()
        assert seen.media.duration_frames == 3 * seen.media.edit_rate
        assert seen.made_by["shots"]["network"] is None
        assert len(seen.curves["loudness"].values) == 31


def test_a_still_has_no_transitions_and_no_sound(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "still.png"
    with av.open(str(path), "w", format="image2") as box:
        stream = box.add_stream("png", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "rgb24"
        picture = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
        box.mux(stream.encode(picture))
        box.mux(stream.encode())
    for _ in range(2):
        seen = analyze(path, ("shots", "loudness"), store=store)
        assert seen.media.kind == "still"
        assert seen.transitions == ()
        assert not seen.curves
        assert "loudness" in seen.made_by


# The store


def test_the_second_time_nothing_is_decoded(
    film: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = analyze(film, ("shots", "loudness"), store=store)

    def refuse(*args: object, **named: object) -> None:
        raise AssertionError("a file was opened")

    monkeypatch.setattr(av, "open", refuse)
    assert same(first, analyze(film, ("shots", "loudness"), store=store))
    assert same(first, analyze(film, ("loudness", "shots"), store=Store(store.folder)))
    assert analyze(film, ("loudness",), store=store).transitions is None


def test_what_is_kept_is_taken_without_torch_or_a_decoder(film: Path, store: Store) -> None:
    first = analyze(film, ("shots", "loudness"), store=store)
    script = (
        "import sys\n"
        "from otio_autoedit.analysis.pipeline import analyze\n"
        "from otio_autoedit.analysis.store import Store\n"
        "seen = analyze(sys.argv[1], ('shots', 'loudness'), store=Store(sys.argv[2]))\n"
        "print(len(seen.transitions), {'torch', 'av'} & set(sys.modules))\n"
    )
    command = [sys.executable, "-c", script, str(film), str(store.folder)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said == f"{len(first.transitions or ())} set()\n"


def test_what_is_missing_is_all_that_is_made(film: Path, store: Store, decoded: Decoded) -> None:
    analyze(film, ("shots",), store=store)
    pictures = decoded.pictures
    analyze(film, ("shots", "loudness"), store=store)
    assert decoded.pictures == pictures
    assert decoded.sounds > 0


def test_a_moved_file_is_still_known(
    film: Path, tmp_path: Path, store: Store, decoded: Decoded
) -> None:
    first = analyze(film, store=store)
    moved = Path(shutil.copyfile(film, tmp_path / "moved.mp4"))
    second = analyze(moved, store=store)
    assert decoded.opened == 1
    assert second.media.path == str(moved)
    assert same(first, second)


def test_a_changed_file_is_another_one(tmp_path: Path, store: Store) -> None:
    path = coded_movie(tmp_path / "a.mp4", frames=30)
    assert analyze(path, store=store).media.frame_count == 30
    coded_movie(path, frames=45)
    assert analyze(path, store=store).media.frame_count == 45


def test_a_change_between_the_samples_is_noticed(
    tmp_path: Path, store: Store, decoded: Decoded
) -> None:
    """A long file is known by samples; one whose date changed is read whole."""
    path = tmp_path / "long.wav"
    _sound_file(path, seconds=30)
    quiet = analyze(path, ("loudness",), store=store).curves["loudness"]
    size = path.stat().st_size
    with path.open("r+b") as file:  # 3,000 samples of silence, where no sample was taken
        file.seek(size // 30)
        file.write(bytes(6000))
    os.utime(path, ns=(1, 1))
    changed = analyze(path, ("loudness",), store=store)
    assert decoded.opened == 2
    assert not np.array_equal(changed.curves["loudness"].values, quiet.values)
    elsewhere = Path(shutil.copyfile(path, tmp_path / "copy.wav"))  # samples do not tell them apart
    again = analyze(elsewhere, ("loudness",), store=store)
    assert again.media.fingerprint == changed.media.fingerprint
    assert decoded.opened == 2


def test_another_threshold_is_another_result(film: Path, store: Store, decoded: Decoded) -> None:
    own = analyze(film, store=store)
    strict = analyze(film, threshold=0.9999999, store=store)
    assert decoded.opened == 2
    assert strict.made_by["shots"]["threshold"] == 0.9999999
    assert len(strict.transitions or ()) < len(own.transitions or ())
    assert same(own, analyze(film, store=store))
    assert decoded.opened == 2


def test_jump_cuts_are_kept_beside_the_transitions(
    film: Path, store: Store, decoded: Decoded, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = ShotDetector.finish

    def with_one(self: ShotDetector) -> Shots:  # whether it finds one here is for its own tests
        return Shots(finish(self).transitions, (JumpCut(20, float(np.float32(0.7))),))

    monkeypatch.setattr(ShotDetector, "finish", with_one)
    seen = analyze(film, store=store)
    assert seen.jump_cuts == (JumpCut(20, 0.7),)  # the digits that are kept
    assert same(seen, analyze(film, store=store))
    assert decoded.opened == 1


def test_another_network_is_another_result_and_neither_throws_the_other_out(
    tmp_path: Path, store: Store, decoded: Decoded
) -> None:
    film = shots_movie(tmp_path / "short.mp4", [(1, 0, 30), (2, 0, 28)], sound=False)
    own = analyze(film, store=store, device="cpu")
    theirs = analyze(film, store=store, device="cpu", shot_network="transnetv2")
    assert theirs.made_by["shots"]["network"] == "transnetv2"
    assert theirs.made_by["shots"]["threshold"] == 0.5
    assert [(t.last_before, t.first_after) for t in theirs.transitions or ()] == [(29, 30)]
    assert own.jump_cuts is not None
    assert theirs.jump_cuts is None  # not "none": it does not tell them
    assert decoded.opened == 2
    assert same(theirs, analyze(film, store=store, shot_network="transnetv2"))
    assert same(own, analyze(film, store=store))
    assert decoded.opened == 2


def test_transnetv2_is_not_run_on_apple_graphics_unless_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(devices, "choose_device", lambda wanted: Device("mps", "found"))
    network = ShotNetwork("transnetv2", "auto", None)
    network.detector()
    made_by = network.stage(Shots()).made_by
    assert (made_by["device"], made_by["device_why"]) == (
        "cpu", "TransNetV2 is not exact on Apple graphics",
    )  # fmt: skip


def test_a_file_that_changes_while_it_is_read_is_not_kept(
    film: Path, tmp_path: Path, store: Store
) -> None:
    growing = Path(shutil.copyfile(film, tmp_path / "growing.mp4"))

    def touch(report: Progress) -> None:
        os.utime(growing, ns=(report.done + 1, report.done + 1))

    analyze(growing, store=store, progress=touch)
    assert store.usage().files == 0


@pytest.mark.parametrize("harm", ["torn", "other values", "foreign"])
def test_a_damaged_entry_is_made_again(
    film: Path, store: Store, decoded: Decoded, harm: str
) -> None:
    first = analyze(film, ("shots", "loudness"), store=store)
    for path in store.folder.rglob("*.entry"):
        raw = path.read_bytes()
        if harm == "torn":
            path.write_bytes(raw[:-20])
        elif harm == "other values":
            path.write_bytes(raw.replace(b"cut", b"cat").replace(b"LUFS", b"LULU"))
        else:
            path.write_bytes(b'{"sha256": "", "data": "{}"}')
    assert same(first, analyze(film, ("shots", "loudness"), store=store))
    assert decoded.opened == 2
    assert same(first, analyze(film, ("shots", "loudness"), store=store))
    assert decoded.opened == 2


def test_without_a_place_to_keep_it_the_work_is_done(film: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.warns(StoreWarning) as said:
        seen = analyze(film, ("shots", "loudness"), store=Store(tmp_path / "taken" / "cache"))
    assert seen.transitions
    assert len(said) == 1


def test_the_variable_names_the_store(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTIO_AUTOEDIT_CACHE", str(tmp_path / "named"))
    analyze(film, ("loudness",))
    assert Store(tmp_path / "named").usage().files == 1


# Progress, cancelling, errors


def test_progress_counts_to_the_end_and_not_too_often(film: Path) -> None:
    reports: list[Progress] = []
    analyze(film, ("shots", "loudness"), store=None, progress=reports.append)
    assert {(r.stage, r.path, r.total) for r in reports} == {("analyze", str(film), 160)}
    assert [r.done for r in reports] == sorted(r.done for r in reports)
    assert reports[-1].done == 160
    assert len(reports) <= reports[-1].elapsed * 10 + 2


@pytest.mark.parametrize("at", [1, 80, 160])
def test_a_callback_can_stop_the_work(film: Path, store: Store, at: int) -> None:
    def stop(report: Progress) -> None:
        assert threading.current_thread() is threading.main_thread()
        if report.done >= at:
            raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        analyze(film, ("shots", "loudness"), store=store, progress=stop)
    assert store.usage().stages == 0


def test_a_callbacks_own_error_comes_through_as_it_is(film: Path, store: Store) -> None:
    def fail(report: Progress) -> None:
        raise RuntimeError("the bar is broken")

    with pytest.raises(RuntimeError, match=r"^the bar is broken$"):
        analyze(film, store=store, progress=fail)
    assert store.usage().stages == 0


@pytest.mark.parametrize("where", ["push", "finish"])
def test_an_error_in_a_thread_is_one_line_about_the_file(
    film: Path, store: Store, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def fail(*args: object) -> None:
        raise ValueError("the network\nfell over")

    monkeypatch.setattr(ShotDetector, where, fail)
    with pytest.raises(AutoEditError) as error:
        analyze(film, ("shots", "loudness"), store=store)
    assert str(error.value) == f"{film}: the analysis failed (the network fell over)"
    assert store.usage().stages == 0


def test_a_device_that_fails_is_left_for_the_processor(
    film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No card here: the processor plays one that runs out of memory."""
    choose, push = devices.choose_device, ShotDetector.push
    cards: list[str] = []

    def found(wanted: str = "auto") -> Device:
        cards.append(wanted)
        return Device("cuda", "found a card") if wanted == "auto" else choose(wanted)

    def made(self: ShotDetector, weights: object = None, device: str = "cpu", **named: Any) -> None:
        init(self, None, "cpu", **named)
        self._card = device == "cuda"

    def full(self: ShotDetector, thumbs: Any) -> None:
        if self._card:
            raise RuntimeError("CUDA out of memory")
        push(self, thumbs)

    init = ShotDetector.__init__
    monkeypatch.setattr(devices, "choose_device", found)
    monkeypatch.setattr(ShotDetector, "__init__", made)
    monkeypatch.setattr(ShotDetector, "push", full)
    seen = analyze(film, store=None)
    assert cards == ["auto", "cpu"]
    assert [(t.last_before, t.first_after) for t in seen.transitions or ()] == CUTS
    assert seen.made_by["shots"]["device"] == "cpu"
    assert "CUDA out of memory" in str(seen.made_by["shots"]["device_why"])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"needs": ("shot",)}, "did you mean 'shots'"),
        ({"needs": "shtos"}, "did you mean 'shots'"),
        ({"threshold": 1.5}, "threshold=1.5"),
        ({"threshold": float("nan")}, "threshold=nan"),
        ({"shot_network": "transnet"}, "did you mean 'transnetv2'"),
        ({"device": "gpu"}, "device 'gpu'"),
        ({"device": "cuda:99"}, "cuda:99"),
        ({"device": "cpu:1"}, "cpu:1"),
    ],
)
def test_wrong_options_are_said(film: Path, options: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError) as error:
        analyze(film, store=None, **options)
    assert says in str(error.value)


@pytest.mark.parametrize("content", [None, b"", b"no movie, but a letter\n" * 100], ids=str)
def test_what_is_no_media_is_said_and_leaves_nothing(
    tmp_path: Path, store: Store, content: bytes | None
) -> None:
    path = tmp_path / "letter.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MediaError, match=r"letter\.mp4"):
        analyze(path, ("shots", "loudness"), store=store)
    assert not list(store.folder.rglob("*.entry"))


def test_a_folder_is_no_media(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="folder"):
        analyze(tmp_path)


def test_memory_is_bounded_by_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never more frames in hand than a few, never more than 64 MiB of large ones."""
    assert watch.frames_that_may_wait((640, 360)) == 16
    assert watch.frames_that_may_wait((3840, 2160)) == 4
    assert watch.frames_that_may_wait((16384, 16384)) == 2
    assert watch.frames_that_may_wait((0, 0)) == 16


def test_torch_has_its_threads_again(film: Path) -> None:
    import torch

    before = torch.get_num_threads()
    analyze(film, store=None)
    assert torch.get_num_threads() == before


def test_the_door_is_in_the_package() -> None:
    import otio_autoedit

    assert otio_autoedit.analyze is pipeline.analyze


def _sound_file(path: Path, seconds: int) -> Path:
    """A swelling tone, 48 kHz mono, 16 bit."""
    time = np.arange(48000 * seconds) / 48000
    tone = np.sin(2 * np.pi * 440 * time) * (0.2 + 0.1 * np.sin(time))
    with av.open(str(path), "w") as box:
        stream = box.add_stream("pcm_s16le", rate=48000, layout="mono")
        frame = av.AudioFrame.from_ndarray(
            (tone * 32767).astype(np.int16)[None], format="s16", layout="mono"
        )
        frame.sample_rate, frame.time_base, frame.pts = 48000, Fraction(1, 48000), 0
        box.mux(stream.encode(frame))
        box.mux(stream.encode())
    return path
