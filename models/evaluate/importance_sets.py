"""Films and pictures together with what people marked in them, from wherever they are.

- the usual HDF5 features (`eccv16_dataset_tvsum_google_pool5.h5` and its likes), a group a video:
  `features` of every `picks` frame, `user_summary`, `change_points`, `n_frames`, `gtscore`;
- a folder of videos, beside a file of marks;
- key frames in a tar, `ID__FRAME.jpg`, beside a file of marks.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from otio_autoedit.errors import AutoEditError
from otio_autoedit.models.evaluate.film_vectors import FilmVectors, read_pictures
from otio_autoedit.models.evaluate.importance_marks import Floats, Marks, open_hdf5
from otio_autoedit.models.evaluate.summaries import Segments, even_segments

VIDEOS = (".mp4", ".webm", ".mkv", ".mov", ".avi", ".m4v")
RATE = 30.0  # where a file of features or key frames does not tell; TVSum's videos have 24 to 30
_MOST = 64 * 1024 * 1024  # numbers of one video's features


@dataclass(frozen=True, slots=True, eq=False)
class MarkedFilm:
    """A film, what a network saw in it, and what people marked.

    Attributes:
        name: the film's, as its label file or feature file has it.
        key: what a file of features calls it, `video_1`; published splits name it so.
        film: what is known of it at samples.
        marks: `(people, frames)`, one for every frame.
        segments: `(s, 2)` half-open frames, which summaries are made of.
        are_choices: people chose frames, as in SumMe.
        chosen: `(people, frames)` the summaries that people made, where the file has those too.
    """

    name: str
    film: FilmVectors
    marks: Floats
    segments: Segments
    are_choices: bool
    chosen: NDArray[np.bool_] | None = None
    key: str = ""

    @property
    def identity(self) -> str:
        """What tells it from other films; a number, which several files have, needs its length."""
        plain = _plain(self.name)
        return f"{plain}, {self.film.frames} frames" if _number(plain)[0] else plain

    @property
    def at_samples(self) -> Floats:
        """The marks of the samples, `(people, n)`."""
        return self.marks[:, self.film.positions]


def hdf5_films(path: Path, marks: Mapping[str, Marks] | None = None) -> list[MarkedFilm]:
    """Returns the videos of a file of features, in the order of their numbers.

    Args:
        path: the .h5 file.
        marks: what people gave, where the file has only their summaries: TVSum's are in its own
            label file, whose order is that of the numbers `video_1`…

    Raises:
        AutoEditError: it is no such file, or the marks are of other videos.
        MissingExtraError: h5py is not installed.
    """
    with open_hdf5(path) as file:
        try:
            films = [_of_group(path, key, file[key]) for key in sorted(file, key=_number)]
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise AutoEditError(
                f"{path}: no file of features with features, picks, user_summary, change_points "
                f"and n_frames a video ({error})"
            ) from error
    if not films:
        raise AutoEditError(f"{path}: no videos in it")
    return [_with_marks(film, marks, path) for film in films] if marks else films


def video_films(
    folder: Path, marks: Mapping[str, Marks], read: Callable[[Path], FilmVectors]
) -> Iterator[MarkedFilm]:
    """Yields the videos of a folder that have marks, by file name without its suffix.

    Raises:
        AutoEditError: there are none.
    """
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in VIDEOS)
    known = {_plain(name): each for name, each in marks.items()}
    films = [(path, known[_plain(path.stem)]) for path in paths if _plain(path.stem) in known]
    if not films:
        raise AutoEditError(f"{folder}: none of its {len(paths)} videos is named in the marks")
    for path, each in films:
        film = read(path)
        yield _marked(each, film, str(path), even_segments(film.frames, film.rate))


def key_frame_films(
    tar: Path, marks: Mapping[str, Marks], read: Callable[..., FilmVectors] = read_pictures
) -> Iterator[MarkedFilm]:
    """Yields the key frames of each video that has marks; `read` as `read_pictures`, for two
    arguments less: (pictures, frames, rate)."""
    for name, pictures in key_frames(tar).items():
        if name in marks:
            frames = marks[name].values.shape[1]
            inside = [picture for picture in pictures if picture[0] < frames]
            film = read(inside, frames, RATE)
            yield _marked(marks[name], film, f"{tar}: {name}", even_segments(frames, RATE))


def key_frames(tar: Path) -> dict[str, list[tuple[int, bytes]]]:
    """Returns (frame, JPEG) of each video in a tar of `ID__FRAME.jpg`, in order.

    Raises:
        AutoEditError: it cannot be read.
    """
    found: dict[str, list[tuple[int, bytes]]] = {}
    try:
        with tarfile.open(tar) as file:
            for member in file:
                name, mark, number = Path(member.name).stem.rpartition("__")
                data = file.extractfile(member) if mark and number.isdecimal() else None
                if data is not None:
                    found.setdefault(name, []).append((int(number), data.read()))
    except (OSError, tarfile.TarError) as error:
        raise AutoEditError(f"{tar}: cannot be read ({error})") from error
    return {name: sorted(pictures) for name, pictures in sorted(found.items())}


def read_splits(path: Path) -> list[tuple[list[str], list[str]]]:
    """Returns (train, test) names of each split, of a JSON list of `train_keys`, `test_keys`.

    The published files name keys of features, some with the file's name before them.

    Raises:
        AutoEditError: it is no such file.
    """
    try:
        stored = json.loads(path.read_text("utf-8"))
        return [
            ([_key(k) for k in split["train_keys"]], [_key(k) for k in split["test_keys"]])
            for split in stored
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AutoEditError(
            f"{path}: no JSON list of train_keys and test_keys ({error})"
        ) from error


def _of_group(path: Path, key: str, group: Any) -> MarkedFilm:
    """Returns the video of one group of a file of features."""
    if group["features"].size > _MOST or group["user_summary"].size > _MOST:
        raise ValueError(f"{key} is too large to be a video's features")
    vectors = np.asarray(group["features"], np.float32)
    frames = int(np.asarray(group["n_frames"]))
    positions = np.asarray(group["picks"], np.int64).reshape(-1)[: len(vectors)]
    points = np.asarray(group["change_points"], np.int64)  # first and last frame, both inside
    segments = np.stack([points[:, 0], points[:, 1] + 1], 1).clip(0, frames)
    rising = (np.diff(positions) > 0).all() and positions.min() >= 0 and positions.max() < frames
    if len(positions) != len(vectors) or not rising or vectors.ndim != 2:
        raise ValueError(f"{key}: {vectors.shape} features do not fit its picks")
    if not np.isfinite(vectors).all():
        raise ValueError(f"{key}: its features are not all numbers")
    people = np.asarray(group["user_summary"], np.float32)
    choices = Marks(key, people if people.ndim == 2 else people[None]).fitted(frames, str(path))
    film = FilmVectors(frames, RATE, positions, vectors)
    return MarkedFilm(_name(group) or key, film, choices, segments, True, choices > 0, key)


def _with_marks(film: MarkedFilm, marks: Mapping[str, Marks], path: Path) -> MarkedFilm:
    """Returns a film of a file of features with what people gave in place of their summaries."""
    own = marks.get(film.name) or marks.get(film.key)
    if own is None:
        number = _number(film.key)[0]
        own = list(marks.values())[number - 1] if 0 < number <= len(marks) else None
    if own is None:
        raise AutoEditError(f"{path}: {film.name} is not among the {len(marks)} videos marked")
    values = own.fitted(film.film.frames, f"{film.name} in {path}")
    chosen = None if own.are_choices else film.chosen
    return MarkedFilm(own.name, film.film, values, film.segments, own.are_choices, chosen, film.key)


def _marked(marks: Marks, film: FilmVectors, source: str, segments: Segments) -> MarkedFilm:
    values = marks.fitted(film.frames, source)
    return MarkedFilm(marks.name, film, values, segments, marks.are_choices)


def _name(group: Any) -> str:
    """Returns the name of a video where the file tells it, as SumMe's does."""
    stored = np.asarray(group["video_name"]).item() if "video_name" in group else ""
    return stored.decode("utf-8", "replace") if isinstance(stored, bytes) else str(stored)


def _number(key: str) -> tuple[int, str]:
    """Returns 12 for video_12, to sort by; 0 for what has no number."""
    digits = key.rpartition("_")[2]
    return (int(digits) if digits.isdecimal() else 0, key)


def _key(name: str) -> str:
    return name.rpartition("/")[2]


def _plain(name: str) -> str:
    """Returns a name as it is compared: one file has "Paluma_jump", another "paluma jump"."""
    return name.strip().lower().replace(" ", "_")


def renamed(marks: Mapping[str, Marks], names: Mapping[str, str]) -> dict[str, Marks]:
    """Returns the marks with some videos called otherwise: by old name, the new one."""
    return {names.get(k, k): Marks(names.get(k, k), each.values) for k, each in marks.items()}


def by_name(films: Sequence[MarkedFilm]) -> dict[str, MarkedFilm]:
    """Returns the films by name, and by the key that a file of features has for them."""
    return {film.key: film for film in films if film.key} | {film.name: film for film in films}
