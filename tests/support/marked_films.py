"""Films that people marked, made up: a hidden curve of interest, seen in the vectors, heard in the
marks through as much noise as a test wants."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from otio_autoedit.models.evaluate.film_vectors import FilmVectors
from otio_autoedit.models.evaluate.importance_sets import MarkedFilm
from otio_autoedit.models.evaluate.summaries import even_segments

STEP = 15  # frames from sample to sample, as the usual files of features have it
FEATURES = 24


def hidden_curve(n: int, draws: np.random.Generator) -> NDArray[np.float64]:
    """Interest over time: smooth, of mean 0 and deviation 1."""
    noise = draws.normal(size=n + 20)
    curve = np.convolve(noise, np.hanning(21) / np.hanning(21).sum(), "valid")[:n]
    return (curve - curve.mean()) / curve.std()


def noisy(curve: NDArray[np.float64], r: float, draws: np.random.Generator) -> NDArray[np.float64]:
    """A curve whose correlation with another of deviation 1 is r."""
    return r * curve + np.sqrt(1 - r * r) * draws.normal(size=len(curve))


def marked_film(
    name: str, seed: int, *, n: int = 160, people: int = 8, r: float = 0.8, key: str = ""
) -> MarkedFilm:
    """A film whose vectors show the hidden curve along one direction among other things."""
    draws = np.random.default_rng(seed)
    curve = hidden_curve(n, draws)
    direction = np.random.default_rng(99).normal(size=FEATURES)  # the same in every film
    vectors = np.outer(curve, direction) + draws.normal(size=(n, FEATURES))
    marks = np.stack([grades(noisy(curve, r, draws)) for _ in range(people)])
    frames = n * STEP
    film = FilmVectors(frames, 30.0, np.arange(n) * STEP, vectors.astype(np.float32))
    at_frames = np.repeat(marks, STEP, 1).astype(np.float32)
    return MarkedFilm(name, film, at_frames, even_segments(frames, 30.0), False, key=key)


def grades(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Marks of 1 to 5, as TVSum's people gave."""
    return np.clip(np.round(values * 1.2 + 3), 1, 5)


def write_features(path: Path, films: list[MarkedFilm]) -> None:
    """The usual HDF5 file of features, whose people are summaries as TVSum's are."""
    from otio_autoedit.models.evaluate.importance import people_summaries

    with h5py.File(path, "w") as file:
        for number, film in enumerate(films, start=1):
            group = file.create_group(f"video_{number}")
            segments = film.segments
            group["features"] = film.film.vectors
            group["picks"] = film.film.positions
            group["n_frames"] = film.film.frames
            group["n_steps"] = len(film.film.positions)
            group["change_points"] = np.stack([segments[:, 0], segments[:, 1] - 1], 1)
            group["n_frame_per_seg"] = segments[:, 1] - segments[:, 0]
            group["gtscore"] = film.at_samples.mean(0)
            group["user_summary"] = np.stack(people_summaries(film)).astype(np.float32)


def write_tvsum_marks(path: Path, films: list[MarkedFilm]) -> None:
    """`ydata-tvsum50-anno.tsv`: a line a person."""
    lines = [
        f"{film.name}\tVT\t{','.join(str(int(mark)) for mark in row)}"
        for film in films
        for row in film.marks
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def write_tvsum_mat(path: Path, films: list[MarkedFilm]) -> None:
    """`ydata-tvsum50.mat`: MATLAB 7.3, HDF5 under a header of its own, columns of references."""
    with h5py.File(path, "w", userblock_size=512) as file:
        names, marks = [], []
        for i, film in enumerate(films):
            letters = np.array([[ord(c)] for c in film.name], np.uint16)
            names.append(file.create_dataset(f"#refs#/name{i}", data=letters).ref)
            # MATLAB holds frames by people; HDF5 shows its axes in reverse
            marks.append(file.create_dataset(f"#refs#/marks{i}", data=film.marks).ref)
        for field, values in (("video", names), ("user_anno", marks)):
            column = file.create_dataset(f"tvsum50/{field}", (len(values), 1), dtype=h5py.ref_dtype)
            for i, value in enumerate(values):
                column[i, 0] = value
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM")
