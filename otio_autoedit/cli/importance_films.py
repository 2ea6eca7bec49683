"""Which films, and whose marks: what ``train importance`` and ``evaluate importance`` both take."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.device import choose_device
from otio_autoedit.cli.arguments import CommandParser
from otio_autoedit.cli.speaking import Speaker
from otio_autoedit.cli.telling import teller
from otio_autoedit.errors import OptionError

if TYPE_CHECKING:
    from otio_autoedit.models.evaluate.film_vectors import FilmVectors, Seeing
    from otio_autoedit.models.evaluate.importance_sets import MarkedFilm

Floats = npt.NDArray[np.float32]


def add_films(result: CommandParser) -> None:
    """The films, their marks, and what looks at them."""
    group = result.add_argument_group("films")
    group.add_argument(
        "--features", type=Path, metavar="FILE.h5",
        help="vectors in the usual HDF5 form (eccv16_dataset_tvsum_google_pool5.h5)",
    )  # fmt: skip
    group.add_argument(
        "--videos", type=Path, metavar="DIR", help="videos, named as the annotations name them"
    )
    group.add_argument(
        "--annotations", type=Path, metavar="FILE",
        help="what people marked: ydata-tvsum50-anno.tsv, ydata-tvsum50.mat, SumMe's GT folder, or "
        ".npz; with --features only where the file has people's summaries alone, as TVSum's has",
    )  # fmt: skip
    group = result.add_argument_group("what looks at videos")
    group.add_argument(
        "--by", default="scene", metavar="NETWORK",
        help="whose vectors: scene or shots (default: scene)",
    )  # fmt: skip
    group.add_argument("--detector", help="a network of `models` that finds people in its place")
    group.add_argument("--device", default="cpu", help="cpu, cuda, mps or auto (default: cpu)")


def check_films(given: Namespace, needed: bool) -> None:
    """Raises OptionError where the films or their marks are not named as they must be."""
    if given.features and given.videos:
        raise OptionError("--features and --videos: name one of them")
    if given.videos and not given.annotations:
        raise OptionError("--videos needs --annotations, the file of what people marked in them")
    if given.annotations and not (given.features or given.videos):
        raise OptionError("--annotations goes with --videos or with --features")
    if needed and not (given.features or given.videos):
        raise OptionError("which films? --features FILE.h5, or --videos DIR --annotations FILE")


def films_of(given: Namespace, speaker: Speaker) -> list[MarkedFilm]:
    """The films that the command names, read and looked at."""
    from otio_autoedit.models.evaluate.importance_marks import read_marks
    from otio_autoedit.models.evaluate.importance_sets import hdf5_films, video_films

    marks = read_marks(given.annotations) if given.annotations else None
    if given.features:
        return hdf5_films(given.features, marks)
    assert marks is not None
    reader = _reader(given, speaker)
    return list(video_films(given.videos, marks, reader))


def films_of_data(
    data: Path, given: Namespace, speaker: Speaker
) -> dict[str, Sequence[MarkedFilm]]:
    """The films and key frames of the data folder, by what the table says over them."""
    from otio_autoedit.models.evaluate.film_vectors import read_pictures
    from otio_autoedit.models.evaluate.importance_marks import read_marks
    from otio_autoedit.models.evaluate.importance_sets import key_frame_films, renamed, video_films

    summe = renamed(read_marks(data / "summe" / "summe_user_summary.npz"), SUMME_NAMES)
    tvsum = read_marks(data / "tvsum" / "tvsum_anno_per_frame.npz")
    videos = list(video_films(data / "summe", summe, _reader(given, speaker)))
    seeing, names = _seeing(given)

    def read(pictures: Sequence[tuple[int, bytes]], frames: int, rate: float) -> FilmVectors:
        return read_pictures(pictures, frames, rate, seeing, names)

    pictures = list(key_frame_films(data / "tvsum" / "keyframes_320.tar", tvsum, read))
    return {"SumMe, whole videos": videos, "TVSum, key frames": pictures}


SUMME_NAMES = {"video_24": "paluma_jump", "video_25": "playing_ball"}
"""What the feature files call these two of SumMe's videos, and what they are."""


def loudness_at(path: Path, seconds: npt.NDArray[np.float64]) -> Floats | None:
    """How loud a film's first sound is at these seconds, LUFS; None where it has no sound."""
    from otio_autoedit.analysis.loudness import LoudnessMeter
    from otio_autoedit.media.footage import Sound, open_footage

    meter = LoudnessMeter()
    with open_footage(path) as footage:
        if not footage.info.audio:
            return None
        for sound in footage.read(pictures=False):
            if isinstance(sound, Sound) and sound.stream == footage.info.audio[0].number:
                meter.push(sound.frame)
        curve = meter.finish(footage.info.audio[0].start)
    if curve is None:
        return None
    times = curve.start + np.arange(len(curve.values)) / curve.rate
    return np.interp(seconds, times, curve.values).astype(np.float32)


class SubjectMotion:
    """How much moves by itself in the samples of a film, as `analyze` measures it: the camera's
    motion taken out, and nothing said across a change of shot, NaN."""

    def __init__(self, path: Path) -> None:
        from otio_autoedit.analysis.camera_motion import MotionMeter

        self._path = path
        self._meter = MotionMeter()

    def push(
        self,
        frames: npt.NDArray[np.uint8],
        positions: npt.NDArray[np.int64],
        times: npt.NDArray[np.float64],
    ) -> None:
        self._meter.push(frames, positions.tolist(), times.tolist())

    def finish(self) -> Floats:
        from otio_autoedit.analysis.camera_motion import within_shots
        from otio_autoedit.models.evaluate.films import thumbnails_of
        from otio_autoedit.models.shots import ShotDetector

        detector = ShotDetector()
        for thumbnails in thumbnails_of(self._path, detector.size, rough=True):
            detector.push(thumbnails)
        motion = within_shots(self._meter.finish(), detector.finish().transitions)
        return np.where(motion.across, np.float32("nan"), motion.subject)


def _seeing(given: Namespace) -> tuple[Seeing, Sequence[str]]:
    from otio_autoedit.models.evaluate.film_vectors import seeing_by

    return seeing_by(given.by, detector=given.detector, device=choose_device(given.device).name)


def _reader(given: Namespace, speaker: Speaker) -> Callable[[Path], FilmVectors]:
    from otio_autoedit.models.evaluate.film_vectors import Measures, read_film

    seeing, names = _seeing(given)
    measures = Measures(SubjectMotion, loudness_at)
    tell = teller(given, speaker)

    def read(path: Path) -> FilmVectors:
        tell(path.name)
        return read_film(path, seeing, names, measures)

    return read
