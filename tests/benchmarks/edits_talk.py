"""The talk case: clips joined with silences of known length, beside auto-editor's rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from otio_autoedit import cut
from tests.benchmarks.edit_pieces import kept_pieces
from tests.benchmarks.edit_sounds import Samples, Spans, levels, loud_spans, read_sound

RATE, SAMPLE_RATE = 25, 48_000
_SIZE = (320, 180)
_PAUSES = (0.7, 1.2, 2.0, 3.0, 1.5, 0.9, 4.0)
_ROOM_DB = -58.0
_STEP = 0.01
_BESIDE = 8  # steps: 80 ms on each side of a cut
_SPOKEN_DB = 25.0  # under the clip's loud parts: what is quieter is breath and room


@dataclass(frozen=True, slots=True, eq=False)
class Talk:
    """A film of talk. `spoken` says for each 10 ms whether a word sounds, of the clips as they
    were before any noise was added; `pauses` are the silences put between them, in seconds."""

    path: Path
    spoken: NDArray[np.bool_]
    pauses: Spans


@dataclass(frozen=True, slots=True)
class Heard:
    """What an edit does to a talk: edges at which a word is cut, seconds."""

    pieces: int
    edges: int
    cut_words: int
    silence_left: float
    speech_lost: float
    seconds: float


def talk(folder: Path, data: Path) -> None:
    """Prints what is cut and what is left of the joined talk and of the film with six pauses."""
    made = join_talk(folder / "talk.mp4", sorted((data / "clips").glob("talk_?.mp4")))
    samples, rate = read_sound(made.path)
    ours = tuple((one.start, one.stop) for one in kept_pieces(cut(made.path, "talk")))
    theirs = loud_spans(samples, rate, RATE)
    total = sum(stop - start for start, stop in made.pauses)
    print(f"\na talk of {len(samples) / rate:.1f} s with {total:.1f} s of silence put in")
    print("| edit | pieces | seconds | edges | words cut | silence left s | speech lost s |")
    print("|---" * 7 + "|")
    for name, spans in (("talk", ours), ("auto-editor's rule", theirs)):
        one = measure(spans, made)
        print(f"| {name} | {one.pieces} | {one.seconds:.1f} | {one.edges} | {one.cut_words} "
              f"| {one.silence_left:.2f} | {one.speech_lost:.2f} |")  # fmt: skip
    plot_edges(folder / "talk-ours.png", samples, rate, ours, made)
    plot_edges(folder / "talk-rule.png", samples, rate, theirs, made)
    _pauses(data / "clips" / "autoeditor_example_pauses.mp4")


def measure(spans: Sequence[tuple[float, float]], made: Talk) -> Heard:
    """Returns what keeping `spans` does to the talk."""
    kept = np.zeros(len(made.spoken), bool)
    cut_words = edges = 0
    for start, stop in spans:
        kept[round(start / _STEP) : round(stop / _STEP)] = True
    for start, stop in spans:
        for edge, outwards in ((start, -1), (stop, 1)):
            at = round(edge / _STEP)
            if not 0 < at < len(kept):
                continue
            edges += 1
            before, after = made.spoken[max(0, at - _BESIDE) : at], made.spoken[at : at + _BESIDE]
            cut_words += bool(before.any() and after.any() and _is_lost(kept, at, outwards))
    pause = np.zeros(len(kept), bool)
    for start, stop in made.pauses:
        pause[round(start / _STEP) : round(stop / _STEP)] = True
    return Heard(
        len(spans), edges, cut_words, float((kept & pause).sum() * _STEP),
        float((made.spoken & ~kept).sum() * _STEP), float(kept.sum() * _STEP),
    )  # fmt: skip


def join_talk(path: Path, clips: Sequence[Path]) -> Talk:
    """Writes the clips, twice, with silences between and room noise under all."""
    rng = np.random.default_rng(5)
    sound: list[Samples] = []
    spoken: list[NDArray[np.bool_]] = []
    pauses, pictures, at = [], [], 0.0
    for number, clip in enumerate([*clips, *reversed(clips)]):
        samples, shots = _sound(clip), _frames(clip)
        frames = len(samples) * RATE // SAMPLE_RATE
        samples = samples[: frames * SAMPLE_RATE // RATE]
        rest = round(_PAUSES[number % len(_PAUSES)] * RATE)
        sound += [samples, np.zeros(rest * SAMPLE_RATE // RATE, np.float32)]
        spoken += [_spoken(samples), np.zeros(round(rest / RATE / _STEP), bool)]
        pictures += [shots[min(n, len(shots) - 1)] for n in range(frames + rest)]
        pauses.append((at + frames / RATE, at + (frames + rest) / RATE))
        at = pauses[-1][1]
    joined = np.concatenate(sound)
    joined = joined + rng.normal(0, 10 ** (_ROOM_DB / 20), len(joined)).astype(np.float32)
    _write(path, pictures, joined.clip(-1, 1).astype(np.float32))
    return Talk(path, np.concatenate(spoken), tuple(pauses))


def plot_edges(path: Path, samples: Samples, rate: int, spans: Spans, made: Talk) -> None:
    """Draws the sound a third of a second around each edge: what is kept blue, what goes red."""
    from matplotlib.figure import Figure

    edges = [(edge, side) for span in spans for edge, side in zip(span, (1, -1), strict=True)]
    columns = 8
    rows = max(1, -(-len(edges) // columns))
    figure = Figure((20, 1.5 * rows), layout="constrained")
    for number, (edge, side) in enumerate(edges):
        axes = figure.add_subplot(rows, columns, number + 1)
        first = max(0, int((edge - 0.35) * rate))
        part = samples[first : int((edge + 0.35) * rate)]
        seconds = first / rate + np.arange(len(part)) / rate - edge
        kept = seconds * side >= 0
        axes.plot(seconds, np.where(kept, part, np.nan), "tab:blue", lw=0.4)
        axes.plot(seconds, np.where(kept, np.nan, part), "tab:red", lw=0.4)
        axes.axvline(0, color="black", lw=0.6)
        axes.set(ylim=(-0.3, 0.3), yticks=(), title="")
        axes.set_title(f"{edge:.2f} {'in' if side > 0 else 'out'}", fontsize=7, pad=1)
        axes.tick_params(labelsize=5)
    figure.savefig(path, dpi=70)


def _pauses(path: Path) -> None:
    samples, rate = read_sound(path)
    level = levels(samples, rate, _STEP)
    quiet = level < -60
    print(f"\n{path.name}: {len(level) * _STEP:.1f} s, {quiet.sum() * _STEP:.1f} s of it silent")
    print("| edit | pieces | seconds | silence left s | tone lost s |")
    print("|---" * 5 + "|")
    edits = {
        "talk": tuple((one.start, one.stop) for one in kept_pieces(cut(path, "talk"))),
        "auto-editor's rule": loud_spans(samples, rate, 30),
    }
    for name, spans in edits.items():
        kept = np.zeros(len(level), bool)
        for start, stop in spans:
            kept[round(start / _STEP) : round(stop / _STEP)] = True
        print(f"| {name} | {len(spans)} | {kept.sum() * _STEP:.1f} "
              f"| {(kept & quiet).sum() * _STEP:.2f} "
              f"| {(~kept & ~quiet).sum() * _STEP:.2f} |")  # fmt: skip


def _is_lost(kept: NDArray[np.bool_], at: int, outwards: int) -> bool:
    """Whether what lies beyond the edge is left out, not kept by the piece beside."""
    beyond = kept[max(0, at - _BESIDE) : at] if outwards < 0 else kept[at : at + _BESIDE]
    return not bool(beyond.all())


def _spoken(samples: Samples) -> NDArray[np.bool_]:
    level = levels(samples, SAMPLE_RATE, _STEP)
    loud = float(np.percentile(level, 95))
    return level > max(loud - _SPOKEN_DB, float(np.percentile(level, 5)) + 6)


def _sound(path: Path) -> Samples:
    return read_sound(path, SAMPLE_RATE)[0]


def _frames(path: Path) -> list[NDArray[np.uint8]]:
    """Returns the clip's pictures at 25 a second, small."""
    frames: list[NDArray[np.uint8]] = []
    with av.open(str(path)) as box:
        for frame in box.decode(video=0):
            picture = frame.reformat(*_SIZE, "rgb24").to_ndarray()
            due = round(float(frame.time or 0) * RATE)
            frames += [picture] * max(0, due + 1 - len(frames))
    return frames


def _write(path: Path, pictures: Sequence[NDArray[np.uint8]], samples: Samples) -> None:
    with av.open(str(path), "w") as box:
        video = box.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "crf": "23"})
        video.width, video.height, video.pix_fmt = *_SIZE, "yuv420p"
        audio = box.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            box.mux(video.encode(frame))
        box.mux(video.encode())
        for start in range(0, len(samples), 1024):
            piece = np.ascontiguousarray(samples[None, start : start + 1024])
            sound = av.AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
            sound.sample_rate, sound.pts = SAMPLE_RATE, start
            sound.time_base = Fraction(1, SAMPLE_RATE)
            box.mux(audio.encode(sound))
        box.mux(audio.encode())
