"""What people said matters: the label files of TVSum and SumMe, in the forms they go round in.

- `ydata-tvsum50-anno.tsv`: a line a person: video, category, a mark 1..5 for every frame.
- `ydata-tvsum50.mat`: the same in MATLAB's version 7.3, which is HDF5.
- SumMe's `GT` folder: a `.mat` a video, version 5; who chose which frames.
- `.npz`: an array a video, people by frames; or bits, packed along frames, with their shape beside
  them as NAME_shape.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from otio_autoedit.errors import AutoEditError, MissingExtraError

Floats = NDArray[np.float32]

FORMS = (".tsv", ".mat", ".npz")
_MOST = 64 * 1024 * 1024  # marks of one video; a label file that says more is broken


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """What people said of one video.

    Attributes:
        name: the video's.
        values: `(people, frames)`, higher matters more.
    """

    name: str
    values: Floats

    @property
    def are_choices(self) -> bool:
        """True where people chose frames (0 or 1), as in SumMe, and gave no grades."""
        return bool(np.isin(self.values, (0, 1)).all())

    def fitted(self, frames: int, source: str) -> Floats:
        """Returns the values for a video of `frames`: a few frames are cut off or repeated.

        Decoders differ in the last frames of a file.

        Raises:
            AutoEditError: the lengths differ by more than a few frames: another video.
        """
        labelled = self.values.shape[1]
        if abs(labelled - frames) > max(5, frames // 100):
            raise AutoEditError(
                f"{source} has {frames} frames, but {labelled} frames of {self.name} are marked: "
                "take the video that the marks were made on"
            )
        where = np.minimum(np.arange(frames), labelled - 1)
        return self.values[:, where]


def read_marks(path: Path) -> dict[str, Marks]:
    """Returns the marks in a file, or in a folder of SumMe's, by video, in the file's order.

    Raises:
        AutoEditError: it cannot be read, or is no such file.
        MissingExtraError: a .mat file without h5py or scipy.
    """
    if path.is_dir():
        paths = sorted(path.glob("*.mat"))
        if not paths:
            raise AutoEditError(f"{path}: no .mat files in this folder; name SumMe's GT folder")
        return {marks.name: marks for each in paths for marks in _of_mat(each)}
    readers = {".tsv": _of_tsv, ".mat": _of_mat, ".npz": _of_npz}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise AutoEditError(f"{path}: annotations are {', '.join(FORMS)} or a folder of .mat")
    try:
        found = {marks.name: marks for marks in reader(path)}
    except OSError as error:
        raise AutoEditError(f"{path}: cannot be read ({error})") from error
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise AutoEditError(f"{path}: not the label file that its name says ({error})") from error
    if not found:
        raise AutoEditError(f"{path}: no video is marked in it")
    return found


def _of_tsv(path: Path) -> Iterator[Marks]:
    people: dict[str, list[Floats]] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        cells = line.split("\t")
        if len(cells) < 3:
            raise ValueError(f"line {number} has {len(cells)} columns, not 3")
        marks = np.array(cells[-1].strip().strip(",").split(","), np.float32)
        people.setdefault(cells[0].strip(), []).append(marks)
    for name, rows in people.items():
        if len({len(row) for row in rows}) > 1:
            raise ValueError(f"the marks of {name} are not of one length")
        yield _checked(name, np.stack(rows))


def _of_npz(path: Path) -> Iterator[Marks]:
    with np.load(path, allow_pickle=False) as file:
        for name in file.files:
            if name.endswith("_shape"):
                continue
            values = file[name]
            if f"{name}_shape" in file.files:
                people, frames = (int(n) for n in file[f"{name}_shape"])
                values = np.unpackbits(values, axis=1)[:people, :frames]
            yield _checked(name, values)


def _of_mat(path: Path) -> Iterator[Marks]:
    with path.open("rb") as file:
        is_hdf5 = b"MATLAB 7.3" in file.read(128)
    yield from _tvsum_mat(path) if is_hdf5 else [_summe_mat(path)]


def _summe_mat(path: Path) -> Marks:
    """Returns the choices in one of SumMe's files: `user_score` is frames by people, 0 where a
    person left the frame out."""
    try:
        from scipy.io import loadmat
    except ImportError as error:
        raise MissingExtraError(
            f"{path}: SumMe's .mat files need scipy: pip install 'otio-autoedit[train]'"
        ) from error
    try:
        stored: dict[str, Any] = loadmat(path, variable_names=["user_score"])
    except Exception as error:  # scipy raises what its reader stumbles over
        raise AutoEditError(f"{path}: no whole .mat file ({error})") from error
    if "user_score" not in stored:
        raise AutoEditError(f"{path}: has no user_score, so it is none of SumMe's")
    return _checked(path.stem, (np.asarray(stored["user_score"], np.float32) > 0).T)


def _tvsum_mat(path: Path) -> Iterator[Marks]:
    """Yields the grades in TVSum's file: columns of references to each video's fields."""
    with open_hdf5(path) as file:
        table = file["tvsum50"]
        for name_at, marks_at in zip(table["video"][:, 0], table["user_anno"][:, 0], strict=True):
            letters = np.asarray(file[name_at]).reshape(-1)
            marks = np.asarray(file[marks_at], np.float32)
            people_first = marks if marks.shape[0] <= marks.shape[1] else marks.T
            yield _checked("".join(map(chr, letters)), people_first)


def open_hdf5(path: Path) -> Any:
    """Returns an HDF5 file, open for reading.

    Raises:
        MissingExtraError: h5py is not installed.
        AutoEditError: it is no HDF5 file.
    """
    try:
        import h5py
    except ImportError as error:
        raise MissingExtraError(
            f"{path}: HDF5 files need h5py: pip install 'otio-autoedit[train]'"
        ) from error
    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise AutoEditError(f"{path}: no whole HDF5 file ({error})") from error


def _checked(name: str, values: NDArray[Any]) -> Marks:
    if values.ndim != 2 or 0 in values.shape or values.size > _MOST:
        raise ValueError(f"the marks of {name} are {values.shape}, not people by frames")
    numbers = values.astype(np.float32)
    if not np.isfinite(numbers).all():
        raise ValueError(f"the marks of {name} are not all numbers")
    return Marks(name, numbers)
