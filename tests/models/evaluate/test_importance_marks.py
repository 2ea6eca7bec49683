"""Label files and files of features, in TVSum's and SumMe's own layouts, made here."""

from __future__ import annotations

import builtins
import io
import tarfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from otio_autoedit.errors import AutoEditError, MissingExtraError
from otio_autoedit.models.evaluate.film_vectors import FilmVectors
from otio_autoedit.models.evaluate.importance_marks import Marks, read_marks
from otio_autoedit.models.evaluate.importance_sets import (
    hdf5_films,
    key_frame_films,
    key_frames,
    read_splits,
    video_films,
)
from tests.support.marked_films import (
    marked_film,
    write_features,
    write_tvsum_marks,
    write_tvsum_mat,
)

FILMS = [marked_film(name, i, n=20, people=3) for i, name in enumerate(("-a_b", "c", "d"))]


@pytest.mark.parametrize(
    ("name", "write"),
    [("ydata-tvsum50-anno.tsv", write_tvsum_marks), ("ydata-tvsum50.mat", write_tvsum_mat)],
)
def test_tvsums_two_files_say_the_same(tmp_path: Path, name: str, write: Any) -> None:
    write(tmp_path / name, FILMS)
    found = read_marks(tmp_path / name)
    assert list(found) == ["-a_b", "c", "d"]
    for film in FILMS:
        assert np.array_equal(found[film.name].values, film.marks)
        assert not found[film.name].are_choices


def test_summes_folder(tmp_path: Path) -> None:
    choices = np.zeros((50, 4))
    choices[10:20, 1], choices[30:40, 3] = 2, 1  # any number but 0 is a choice
    savemat(tmp_path / "Bike Polo.mat", {"user_score": choices, "nFrames": 50})
    found = read_marks(tmp_path)["Bike Polo"]
    assert found.are_choices
    assert found.values.shape == (4, 50)
    assert found.values.sum(1).tolist() == [0, 10, 0, 10]
    assert found.values[1, 10:20].all()


def test_packed_choices(tmp_path: Path) -> None:
    choices = np.random.default_rng(0).random((3, 21)) > 0.5
    packed = np.packbits(choices, axis=1)
    np.savez(tmp_path / "s.npz", video_1=packed, video_1_shape=np.array([3, 21]))
    assert np.array_equal(read_marks(tmp_path / "s.npz")["video_1"].values, choices)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tsv", "video\t1,2,3\n"),
        ("a.tsv", "video\tVT\t1,2\nvideo\tVT\t1,2,3\n"),
        ("a.tsv", "video\tVT\t1,x\n"),
        ("a.tsv", "video\tVT\t1,nan\n"),
        ("a.tsv", ""),
        ("a.npz", "no zip"),
        ("a.mat", "no matrix"),
        ("a.mat", "MATLAB 7.3 that is no HDF5"),
        ("a.csv", "1,2"),
    ],
)
def test_what_is_no_label_file_is_named(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(AutoEditError, match=name):
        read_marks(tmp_path / name)


def test_pickles_are_not_opened(tmp_path: Path) -> None:
    np.savez(tmp_path / "p.npz", video=np.array([{"a": 1}], dtype=object))
    with pytest.raises(AutoEditError, match=r"p\.npz"):
        read_marks(tmp_path / "p.npz")


def test_a_few_frames_more_or_less_are_the_same_video() -> None:
    marks = Marks("a", np.arange(300, dtype=np.float32)[None])
    assert marks.fitted(298, "a.mp4")[0, -1] == 297
    assert marks.fitted(302, "a.mp4")[0, -3:].tolist() == [299, 299, 299]
    with pytest.raises(AutoEditError, match=r"a\.mp4 has 320 frames, but 300"):
        marks.fitted(320, "a.mp4")


def test_features_come_with_peoples_summaries(tmp_path: Path) -> None:
    write_features(tmp_path / "f.h5", FILMS)
    films = hdf5_films(tmp_path / "f.h5")
    assert [film.key for film in films] == ["video_1", "video_2", "video_3"]
    for found, made in zip(films, FILMS, strict=True):
        assert np.array_equal(found.film.vectors, made.film.vectors)
        assert np.array_equal(found.segments, made.segments)
        assert found.are_choices
        assert found.marks.shape == made.marks.shape


def test_features_with_tvsums_own_marks(tmp_path: Path) -> None:
    write_features(tmp_path / "f.h5", FILMS)
    write_tvsum_marks(tmp_path / "m.tsv", FILMS)
    films = hdf5_films(tmp_path / "f.h5", read_marks(tmp_path / "m.tsv"))
    assert (films[0].name, films[0].key) == ("-a_b", "video_1")
    assert np.array_equal(films[2].at_samples, FILMS[2].at_samples)
    assert not films[2].are_choices
    assert films[2].chosen is not None  # the file's own summaries are what F1 is of


def test_the_order_of_the_features_is_that_of_the_numbers(tmp_path: Path) -> None:
    many = [marked_film(f"v{i}", i, n=4 + i, people=2) for i in range(11)]
    write_features(tmp_path / "f.h5", many)
    lengths = [len(film.film.vectors) for film in hdf5_films(tmp_path / "f.h5")]
    assert lengths == list(range(4, 15))  # video_10 after video_9, though it sorts before as text


def test_marks_of_other_videos_are_refused(tmp_path: Path) -> None:
    write_features(tmp_path / "f.h5", FILMS)
    others = [marked_film("x", 5, n=40), *FILMS[1:]]
    write_tvsum_marks(tmp_path / "m.tsv", others)
    with pytest.raises(AutoEditError, match="300 frames, but 600"):
        hdf5_films(tmp_path / "f.h5", read_marks(tmp_path / "m.tsv"))


def test_summes_features_tell_names(tmp_path: Path) -> None:
    write_features(tmp_path / "f.h5", FILMS[:1])
    with h5py.File(tmp_path / "f.h5", "a") as file:
        file["video_1/video_name"] = "Air_Force_One"
    assert hdf5_films(tmp_path / "f.h5")[0].name == "Air_Force_One"


@pytest.mark.parametrize("field", ["features", "picks", "user_summary", "change_points"])
def test_a_file_of_features_that_lacks_a_field(tmp_path: Path, field: str) -> None:
    write_features(tmp_path / "f.h5", FILMS)
    with h5py.File(tmp_path / "f.h5", "a") as file:
        del file[f"video_2/{field}"]
    with pytest.raises(AutoEditError, match=r"f\.h5"):
        hdf5_films(tmp_path / "f.h5")


def test_without_h5py_it_is_said_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.split(".")[0] in ("h5py", "scipy"):
            raise ImportError(name)
        return real(name, *rest, **more)

    write_features(tmp_path / "f.h5", FILMS)
    savemat(tmp_path / "a.mat", {"user_score": np.eye(3)})
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"pip install 'otio-autoedit\[train\]'"):
        hdf5_films(tmp_path / "f.h5")
    with pytest.raises(MissingExtraError, match="scipy"):
        read_marks(tmp_path / "a.mat")


def test_videos_are_found_by_name(tmp_path: Path) -> None:
    for name in ("Bike Polo.mp4", "other.mp4", "notes.txt"):
        (tmp_path / name).touch()
    marks = {"bike_polo": Marks("bike_polo", np.eye(3, 30, dtype=np.float32))}
    film = FilmVectors(31, 10.0, np.arange(0, 31, 5), np.zeros((7, 2), np.float32))
    (found,) = video_films(tmp_path, marks, lambda path: film)
    assert found.name == "bike_polo"
    assert found.marks.shape == (3, 31)
    assert found.segments.tolist() == [[0, 20], [20, 31]]  # two seconds of ten frames
    with pytest.raises(AutoEditError, match="none of its 2 videos"):
        list(video_films(tmp_path, {"else": marks["bike_polo"]}, lambda path: film))


def test_key_frames_of_names_with_dashes(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "k.tar", "w") as file:
        for name in ("k/-a__b__000030.jpg", "k/-a__b__000010.jpg", "k/readme.txt"):
            member = tarfile.TarInfo(name)
            member.size = 3
            file.addfile(member, io.BytesIO(name[-6:-3].encode()))
    found = key_frames(tmp_path / "k.tar")
    assert found == {"-a__b": [(10, b"10."), (30, b"30.")]}
    marks = {"-a__b": Marks("-a__b", np.eye(2, 20, dtype=np.float32))}

    def read(pictures: list[tuple[int, bytes]], frames: int, rate: float) -> FilmVectors:
        where = np.array([number for number, _ in pictures])
        return FilmVectors(frames, rate, where, np.zeros((len(where), 2), np.float32))

    (film,) = key_frame_films(tmp_path / "k.tar", marks, read)
    assert film.film.positions.tolist() == [10]  # the other one lies beyond the marks


def test_published_splits(tmp_path: Path) -> None:
    path = tmp_path / "splits.json"
    path.write_text('[{"train_keys": ["../x.h5/video_1"], "test_keys": ["video_2"]}]')
    assert read_splits(path) == [(["video_1"], ["video_2"])]
    path.write_text('{"train_keys": []}')
    with pytest.raises(AutoEditError, match=r"splits\.json"):
        read_splits(path)
