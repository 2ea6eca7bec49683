"""Reading a source's files where they stand: a git copy at its commit, a tar archive, a folder."""

from __future__ import annotations

import gzip
import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from otio_autoedit.models.train.scene.sets import SetError


class Copy(Protocol):
    """The files of a source, by their path inside it."""

    def names(self) -> tuple[str, ...]:
        """Returns all paths, sorted."""

    def read(self, path: str) -> bytes:
        """Returns a file's bytes; SetError where there is no such file."""


@contextmanager
def open_copy(folder: Path, repo: str, commit: str) -> Iterator[Copy]:
    """The files of a repository at a commit, from a clone of it in `folder`.

    The clone is called `OWNER+NAME` or `NAME`; a bare one, or one whose git directory stands in
    `repo/`, does as well. What is checked out does not count, the commit does.

    Raises:
        SetError: no clone is there, or it does not have the commit.
    """
    git = _git_folder(folder, repo)
    listed = subprocess.run(  # noqa: S603
        [*_git(git), "ls-tree", "-r", "-z", "--name-only", commit],
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        raise SetError(f"{git}: it has no commit {commit}; fetch it from github.com/{repo}")
    names = tuple(sorted(listed.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]))
    with subprocess.Popen(  # noqa: S603
        [*_git(git), "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as served:
        yield _GitCopy(git, commit, names, served)


def open_archive(path: Path) -> Copy:
    """The files of a tar archive, or the one JSON in a .json.gz; all are read at once: it is small.

    Raises:
        SetError: there is none, or it is damaged.
    """
    files: dict[str, bytes] = {}
    try:
        if path.name.endswith(".json.gz"):
            return _Files(path, {path.name[:-3]: gzip.decompress(path.read_bytes())})
        with tarfile.open(path) as archive:
            for member in archive:
                stored = archive.extractfile(member) if member.isfile() else None
                if stored is not None:
                    files[member.name] = stored.read()
    except (OSError, tarfile.TarError, EOFError) as error:
        raise SetError(f"{path}: cannot be read ({error}); fetch the data again") from None
    return _Files(path, files)


def open_folder(folder: Path) -> Copy:
    """The files of a folder.

    Raises:
        SetError: there is none.
    """
    if not folder.is_dir():
        raise SetError(f"{folder}: no such folder")
    return _Folder(folder)


class _GitCopy:
    def __init__(
        self, git: Path, commit: str, names: tuple[str, ...], served: subprocess.Popen[bytes]
    ) -> None:
        self._git, self._commit, self._names, self._served = git, commit, names, served

    def names(self) -> tuple[str, ...]:
        return self._names

    def read(self, path: str) -> bytes:
        asked, answer = self._served.stdin, self._served.stdout
        if asked is None or answer is None or "\n" in path:
            raise SetError(f"{self._git}: {path!r} cannot be asked for")
        asked.write(f"{self._commit}:{path}\n".encode("utf-8", "surrogateescape"))
        asked.flush()
        head = answer.readline().split()
        if len(head) != 3:
            raise SetError(f"{self._git}: it has no file {path} at {self._commit[:8]}")
        content = answer.read(int(head[2]))
        answer.read(1)
        return content


class _Files:
    def __init__(self, path: Path, files: dict[str, bytes]) -> None:
        self._path, self._files = path, files

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._files))

    def read(self, path: str) -> bytes:
        if path not in self._files:
            raise SetError(f"{self._path}: it has no file {path}")
        return self._files[path]


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> tuple[str, ...]:
        paths = (path for path in self._folder.rglob("*") if path.is_file())
        return tuple(sorted(path.relative_to(self._folder).as_posix() for path in paths))

    def read(self, path: str) -> bytes:
        try:
            return (self._folder / path).read_bytes()
        except OSError as error:
            raise SetError(f"{self._folder / path}: cannot be read ({error.strerror})") from None


def joined(*copies: Copy) -> Copy:
    """The files of several copies together; of two with one path the later's."""
    files = {name: copy.read(name) for copy in copies for name in copy.names()}
    return _Files(Path("archives"), files)


def text(copy: Copy, path: str) -> str:
    """Returns a file's text, whatever marks and line ends it has."""
    return io.TextIOWrapper(io.BytesIO(copy.read(path)), "utf-8-sig", "replace").read()


def _git_folder(folder: Path, repo: str) -> Path:
    name = repo.replace("/", "+")
    for base in (folder / name, folder / repo.split("/")[-1]):
        for there in (base / "repo" / ".git", base / "repo", base / ".git", base):
            if (there / "HEAD").is_file():
                return there
    raise SetError(
        f"{folder / name}: no copy of {repo} is there; "
        f"git clone https://github.com/{repo} {folder / name}"
    )


def _git(folder: Path) -> list[str]:
    return ["git", "-c", "safe.directory=*", "--git-dir", str(folder)]
