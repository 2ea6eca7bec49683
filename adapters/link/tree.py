"""The media files under the folders that a person named: a bounded walk that never leaves them."""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

_KINDS = (
    "mp4 mov mkv webm avi m4v mxf mpg mpeg ts mts m2ts wmv flv ogv 3gp dv",
    "wav bwf aif aiff mp3 m4a aac flac ogg opus",
    "png jpg jpeg tif tiff bmp webp",
)
MEDIA_SUFFIXES = frozenset(f".{suffix}" for kind in _KINDS for suffix in kind.split())
MAX_ENTRIES = 500_000
MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class Entry:
    """A media file of the tree, and which of the named folders (0 is the first) it is in."""

    path: Path
    folder: int

    @property
    def inside(self) -> tuple[str, ...]:
        """The names of the folders that it lies in, the nearest last."""
        return self.path.parts[:-1]


@dataclass(slots=True)
class Tree:
    """Every media file found, by name and by name without suffix (as :func:`plain` spells them).

    ``cut_short`` says that there was more than the walk may look at; ``led_out`` counts links that
    lead out of the named folders and were not followed.
    """

    entries: list[Entry] = field(default_factory=list)
    by_name: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    by_stem: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    cut_short: bool = False
    led_out: int = 0


def read_tree(folders: Iterable[Path]) -> Tree:
    """Walks the folders, in the order of their names; hidden files and folders are left out."""
    tree = Tree()
    seen: set[tuple[int, int]] = set()  # folders by device and inode: a link may lead back
    budget = MAX_ENTRIES
    for number, folder in enumerate(folders):
        root = os.path.realpath(folder)
        waiting = [(str(folder), 0)]
        while waiting:
            where, depth = waiting.pop()
            if depth > MAX_DEPTH or budget <= 0:
                tree.cut_short = True
                continue
            inner, looked_at = _read_folder(where, root, number, tree, seen)
            budget -= looked_at
            waiting.extend((path, depth + 1) for path in reversed(inner))
    return tree


def plain(name: str) -> str:
    """A file name as it is compared: percent signs decoded, one Unicode form, no case.

    >>> plain("My%20Caf%C3%A9.MOV")
    'my café.mov'
    """
    return unicodedata.normalize("NFC", unquote(name)).strip().casefold()


def _read_folder(
    where: str, root: str, number: int, tree: Tree, seen: set[tuple[int, int]]
) -> tuple[list[str], int]:
    """Adds one folder's files to the tree; returns the folders in it and how much it holds."""
    try:
        known = os.stat(where)
        if (known.st_dev, known.st_ino) in seen:
            return [], 0
        seen.add((known.st_dev, known.st_ino))
        with os.scandir(where) as listing:
            found = sorted(listing, key=lambda entry: entry.name)
    except OSError:
        return [], 0
    folders: list[str] = []
    for entry in found:
        if entry.name.startswith("."):
            continue
        try:
            if entry.is_symlink() and not _within(entry.path, root):
                tree.led_out += 1
            elif entry.is_dir():
                folders.append(entry.path)
            elif Path(entry.name).suffix.lower() in MEDIA_SUFFIXES and entry.is_file():
                _add(tree, Entry(Path(entry.path), number))
        except OSError:
            continue
    return folders, len(found)


def _within(path: str, root: str) -> bool:
    real = os.path.realpath(path)
    return real == root or real.startswith(os.path.join(root, ""))


def _add(tree: Tree, entry: Entry) -> None:
    tree.entries.append(entry)
    # The name as it stands, and as it would read decoded: '100%25.mov' may really be called so.
    for name in {plain(entry.path.name), _as_it_stands(entry.path.name)}:
        tree.by_name[name].append(entry)
    for stem in {plain(entry.path.stem), _as_it_stands(entry.path.stem)}:
        tree.by_stem[stem].append(entry)


def _as_it_stands(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()
