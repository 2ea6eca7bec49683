"""The walk over the named folders stays in them and ends."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from otio_autoedit.adapters.link import tree as tree_module
from otio_autoedit.adapters.link.tree import read_tree


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def names(folder: Path, *more: Path) -> list[str]:
    return [entry.path.name for entry in read_tree([folder, *more]).entries]


def test_media_is_found_in_every_folder_in_the_order_of_names(tmp_path: Path) -> None:
    touch(tmp_path / "b" / "2.mov", tmp_path / "a" / "deep" / "1.MXF", tmp_path / "3.wav")
    touch(tmp_path / "a" / "notes.txt", tmp_path / "a" / "._1.MXF", tmp_path / ".hidden" / "4.mov")
    assert names(tmp_path) == ["3.wav", "1.MXF", "2.mov"]


def test_a_link_back_does_not_go_round_in_circles(tmp_path: Path) -> None:
    touch(tmp_path / "a" / "1.mov")
    (tmp_path / "a" / "again").symlink_to(tmp_path)
    assert names(tmp_path) == ["1.mov"]


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    touch(tmp_path / "elsewhere" / "secret.mov", tmp_path / "rushes" / "1.mov")
    (tmp_path / "rushes" / "out").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "rushes" / "file.mov").symlink_to(tmp_path / "elsewhere" / "secret.mov")
    (tmp_path / "rushes" / "inside.mov").symlink_to(tmp_path / "rushes" / "1.mov")
    found = read_tree([tmp_path / "rushes"])
    assert [entry.path.name for entry in found.entries] == ["1.mov", "inside.mov"]
    assert found.led_out == 2


def test_a_folder_with_a_name_that_begins_the_same_is_outside(tmp_path: Path) -> None:
    touch(tmp_path / "rushes2" / "secret.mov")
    (tmp_path / "rushes").mkdir()
    (tmp_path / "rushes" / "out").symlink_to(tmp_path / "rushes2")
    assert names(tmp_path / "rushes") == []


def test_a_named_folder_may_itself_be_a_link(tmp_path: Path) -> None:
    touch(tmp_path / "disk" / "1.mov")
    (tmp_path / "rushes").symlink_to(tmp_path / "disk")
    assert names(tmp_path / "rushes") == ["1.mov"]


def test_folders_one_inside_the_other_give_each_file_once(tmp_path: Path) -> None:
    touch(tmp_path / "day1" / "1.mov", tmp_path / "2.mov")
    assert names(tmp_path, tmp_path / "day1") == ["2.mov", "1.mov"]


def test_the_walk_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_module, "MAX_ENTRIES", 5)
    touch(*(tmp_path / f"{folder}" / f"{n}.mov" for folder in "abc" for n in range(4)))
    found = read_tree([tmp_path])
    assert found.cut_short
    assert len(found.entries) < 12


def test_names_are_compared_without_case_or_unicode_form(tmp_path: Path) -> None:
    touch(tmp_path / unicodedata.normalize("NFD", "Café.MOV"), tmp_path / "100%25.mov")
    found = read_tree([tmp_path])
    assert "café.mov" in found.by_name
    assert {"100%25.mov", "100%.mov"} <= set(found.by_name)


def test_a_folder_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    touch(tmp_path / "1.mov")
    assert names(tmp_path, tmp_path / "gone") == ["1.mov"]
