"""What pictures look like, measured on drawn ones where the answer is known."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from otio_autoedit.analysis.picture_curves import picture_curves
from otio_autoedit.analysis.picture_ground import ground_share
from otio_autoedit.analysis.picture_sharpness import sharpness
from otio_autoedit.analysis.picture_source import DetailSource, LightSource
from otio_autoedit.analysis.pipeline import analyze
from otio_autoedit.analysis.record import Curve, FrameIndex
from otio_autoedit.analysis.results import Measured
from otio_autoedit.analysis.source import Batch
from otio_autoedit.analysis.stages import DETAIL, LIGHT

Frames = npt.NDArray[np.uint8]
RATE = Fraction(25)
H, W = 63, 112
DIAGONAL = float(np.hypot(H, W))


def clouds(height: int, width: int, seed: int = 0, finest: int = 1) -> npt.NDArray[np.float64]:
    """Noise of all scales, 0..255: what a natural picture's spectrum is like."""
    chance = np.random.default_rng(seed)
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    size = np.hypot(fy, fx)
    size[0, 0] = 1
    spectrum = np.fft.rfft2(chance.standard_normal((height, width))) / size
    spectrum *= np.exp(-((size * finest) ** 2))
    picture = np.fft.irfft2(spectrum, (height, width))
    return np.clip(128 + 45 * picture / picture.std(), 0, 255)


def seen_from(path: Sequence[tuple[float, float]], seed: int = 0) -> Frames:
    """A large scene through a window that lies at each (x, y) of ``path``, in pixels."""
    scene = np.fft.rfft2(clouds(256, 256, seed, finest=2))
    fy, fx = np.fft.fftfreq(256)[:, None], np.fft.rfftfreq(256)[None]
    frames = []
    for x, y in path:
        moved = np.fft.irfft2(scene * np.exp(2j * np.pi * (fx * x + fy * y)), (256, 256))
        frames.append(np.clip(np.round(moved[:H, :W]), 0, 255).astype(np.uint8))
    return np.repeat(np.stack(frames)[..., None], 3, 3)


def light_of(frames: Frames, batch: int = 64) -> Measured:
    watcher = LightSource().watcher((LIGHT,))
    for at in range(0, len(frames), batch):
        part = frames[at : at + batch]
        positions = np.arange(at, at + len(part))
        watcher.push(Batch(part, positions, positions / 25.0))
    result = watcher.finish()[LIGHT]
    assert isinstance(result, Measured)
    return result


def curves_of(frames: Frames, rate: Fraction = RATE) -> dict[str, Curve]:
    index = FrameIndex(np.arange(len(frames), dtype=np.int64), 1 / rate, rate, False)
    return picture_curves(index, light_of(frames), Measured.none({}))


def test_black_has_neither_light_nor_spread_and_a_night_has_spread() -> None:
    black = np.full((4, H, W, 3), 4, np.uint8)
    night = np.full((4, H, W, 3), 4, np.uint8)
    night[:, 20:24, 30:36] = 220  # a window with light in it
    dark, lit = light_of(black).values, light_of(night).values
    assert dark["brightness"].max() < 0.02
    assert dark["contrast"].max() < 0.001
    assert lit["brightness"].max() < 0.05
    assert lit["contrast"].min() > 0.04
    white = light_of(np.full((1, H, W, 3), 255, np.uint8)).values
    assert white["brightness"][0] == pytest.approx(1, abs=1e-6)


def test_a_film_handed_over_in_other_pieces_measures_the_same() -> None:
    frames = seen_from([(0.3 * n, 0.1 * n) for n in range(30)])
    whole = light_of(frames)
    for batch in (1, 7):
        pieces = light_of(frames, batch)
        for name, values in whole.values.items():
            np.testing.assert_array_equal(pieces.values[name], values)


def test_the_shift_of_the_camera_is_measured_finely() -> None:
    path = np.cumsum(np.random.default_rng(5).uniform(-2, 2, (20, 2)), 0)
    light = light_of(seen_from([(x, y) for x, y in path.tolist()]))
    assert light.values["known"][1:].mean() > 0.9
    known = light.values["known"][1:] > 0
    found = np.stack([light.values["x"], light.values["y"]], 1)[1:][known] * DIAGONAL
    assert np.abs(found + np.diff(path, axis=0)[known]).max() < 0.15


def test_a_smooth_pan_is_no_shake_and_a_trembling_hand_is() -> None:
    still = curves_of(seen_from([(0, 0)] * 60))["shake"].values
    pan = curves_of(seen_from([(1.5 * n, 0.4 * n) for n in range(60)]))["shake"].values
    hand = [(1.5 * n + np.sin(2 * np.pi * 6 * n / 25), 0.0) for n in range(60)]
    shaken = curves_of(seen_from(hand))["shake"].values
    assert still.max() == 0
    assert pan.max() < 0.02
    speed = 2 * np.pi * 6 / DIAGONAL / np.sqrt(2)  # of the sine, root mean square
    assert shaken[15:45].mean() == pytest.approx(speed, rel=0.35)


def test_a_pan_on_twos_and_one_across_a_cut_are_smooth() -> None:
    twos = curves_of(seen_from([(3.0 * (n // 2), 0) for n in range(60)]))["shake"].values
    assert twos.max() < 0.03
    cut = np.concatenate([seen_from([(n, 0.0) for n in range(30)], seed) for seed in (1, 2)])
    assert curves_of(cut)["shake"].values.max() < 0.05


@pytest.mark.parametrize("crf", [18, 32])
def test_a_freeze_survives_the_encoder(tmp_path: Path, crf: int) -> None:
    path = tmp_path / "freeze.mp4"
    moving = [clouds(360, 640, finest=3)]
    pictures = [np.roll(moving[0], 3 * n, 1) for n in range(25)]
    write(path, [*pictures, *[pictures[-1]] * 50, *pictures[::-1]], crf)
    change = analyze(path, ("picture",), store=None).curves["change"].values
    assert len(change) == 100
    assert change[1:24].min() > 0.002
    assert change[76:].min() > 0.002
    assert (change[30:74] == 0).mean() > 0.9
    assert change[30:74].max() < 0.001


def test_a_slow_zoom_is_not_frozen() -> None:
    path = [(0.02 * n, 0.0) for n in range(150)]  # 0.6 % of the width in six seconds
    change = curves_of(seen_from(path))["change"].values
    longest = np.diff(np.flatnonzero(np.append(change, 1) > 0)).max()
    assert longest < 50


def test_sharpness_is_about_focus_not_contrast() -> None:
    crisp = clouds(288, 512).astype(np.float32)
    soft = clouds(288, 512, finest=24).astype(np.float32)
    pale = 100 + crisp * 0.4
    assert sharpness(crisp) > sharpness(soft) + 0.3
    assert sharpness(pale) == pytest.approx(sharpness(crisp), abs=0.02)
    assert sharpness(np.full((288, 512), 90, np.float32)) == 0
    subject = soft.copy()
    subject[:160, :256] = crisp[:160, :256]  # in focus before a soft background
    assert sharpness(subject) > sharpness(soft) + 0.3


def test_a_pitch_is_ground_and_leaves_grey_and_a_far_sky_are_not() -> None:
    chance = np.random.default_rng(1)
    crowd = chance.integers(0, 255, (72, 128, 3)).astype(np.uint8)
    pitch = crowd.copy()
    pitch[24:] = np.clip(chance.normal([60, 130, 50], 4, (48, 128, 3)), 0, 255)
    assert ground_share(pitch) == pytest.approx(2 / 3, abs=0.06)
    assert ground_share(crowd) < 0.1
    leaves = np.clip(chance.uniform(0.1, 1, (72, 128, 1)) * [70, 160, 60], 0, 255)
    assert ground_share(leaves.astype(np.uint8)) < 0.1
    assert ground_share(np.full((72, 128, 3), 120, np.uint8)) == 0
    sky = crowd.copy()
    sky[:24] = (90, 140, 230)
    assert ground_share(sky) < 0.1


def test_pictures_of_any_size_are_measured() -> None:
    for size in ((1, 1), (2, 300), (300, 2), (9, 16)):
        frames = np.random.default_rng(0).integers(0, 255, (3, *size, 3)).astype(np.uint8)
        assert np.isfinite(list(light_of(frames).values.values())).all()
        watcher = DetailSource().watcher((DETAIL,))
        watcher.push(Batch(frames, np.arange(3), np.arange(3.0)))
        detail = watcher.finish()[DETAIL]
        assert isinstance(detail, Measured)
        assert all(((v >= 0) & (v <= 1)).all() for v in detail.values.values())


def test_a_film_of_variable_rate_is_measured_on_an_even_grid() -> None:
    frames = seen_from([(0, 0), (3, 0), (6, 0)])
    pts = np.array([0, 40, 200], np.int64)
    index = FrameIndex(pts, Fraction(1, 1000), RATE, True, end=240)
    curves = picture_curves(index, light_of(frames), Measured.none({}))
    assert {len(curve.values) for curve in curves.values()} == {6}
    assert (curves["change"].values > 0).tolist() == [False, True, False, False, False, True]


def write(path: Path, lumas: Sequence[npt.NDArray[np.float64]], crf: int) -> None:
    with av.open(str(path), "w") as box:
        video = box.add_stream("libx264", rate=25)
        video.height, video.width = lumas[0].shape
        video.pix_fmt = "yuv420p"
        video.options = {"crf": str(crf), "preset": "veryfast", "threads": "1", "g": "25"}
        for luma in lumas:
            frame = av.VideoFrame.from_ndarray(luma.astype(np.uint8), format="gray")
            box.mux(video.encode(frame.reformat(format="yuv420p")))
        box.mux(video.encode())
