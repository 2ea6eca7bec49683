"""Bundles: the media come along, whole or not at all, whatever their names."""

from __future__ import annotations

import os
import tempfile
import warnings
import zipfile
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import opentimelineio as otio
import pytest

from otio_autoedit.adapters.conform import conform
from otio_autoedit.errors import AutoEditLossWarning, ExportError
from tests.support.edits import File, edit, span

S = otio.schema
R25 = Fraction(25)
NAMES = [
    "plain.mov",
    "a#b.mov",
    "what?.mov",
    "100%.mov",
    "a%20b.mov",
    "a b.mov",
    "é日本.mov",
    "it's.mov",
]
both = pytest.mark.parametrize("suffix", ["otioz", "otiod"])


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "media here"
    folder.mkdir()
    for number, name in enumerate(NAMES):
        (folder / name).write_bytes(b"film %d" % number)
    return folder


def cut_of(*paths: Path) -> otio.schema.Timeline:
    files = [File(p) for p in paths]
    return edit([(0, 10, n) for n in range(len(files))], *files, sound=False)


def write(timeline: otio.schema.Timeline, path: str | Path, **arguments: Any) -> list[str]:
    """Write a bundle; what it warned of."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        otio.adapters.write_to_file(timeline, str(path), **arguments)
    return [str(w.message) for w in said if issubclass(w.category, AutoEditLossWarning)]


def contents(path: Path) -> dict[str, bytes]:
    """The media in a bundle, by the name its timeline points at."""
    urls = [
        c.media_reference.target_url
        for c in otio.adapters.read_from_file(str(path)).find_clips()
        if isinstance(c.media_reference, S.ExternalReference)
    ]
    found = {}
    for url in urls:
        name = str(otio.url_utils.filepath_from_url(url))
        if path.is_dir():
            found[name] = (path / name).read_bytes()
        else:
            with zipfile.ZipFile(path) as bundle:
                found[name] = bundle.read(name)
    return found


@both
def test_every_name_finds_its_file(suffix: str, media: Path, tmp_path: Path) -> None:
    out = tmp_path / f"out.{suffix}"
    said = write(cut_of(*(media / n for n in NAMES)), out)
    assert list(contents(out).values()) == [b"film %d" % n for n in range(len(NAMES))]
    assert len(said) == 1
    assert "media files renamed inside the bundle (4)" in said[0]
    assert sorted(os.listdir(tmp_path)) == ["media here", out.name]


@both
def test_two_files_of_one_name(suffix: str, media: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "plain.mov").write_bytes(b"another")
    (other / "PLAIN.mov").write_bytes(b"a third")
    out = tmp_path / f"out.{suffix}"
    write(
        cut_of(media / "plain.mov", other / "plain.mov", media / "plain.mov", other / "PLAIN.mov"),
        out,
    )
    assert list(contents(out).values()) == [b"film 0", b"another", b"a third"]


@both
def test_what_is_not_there_becomes_missing(suffix: str, media: Path, tmp_path: Path) -> None:
    timeline = cut_of(media / "plain.mov", media / "gone.mov")
    timeline.tracks[0].append(
        S.Clip("web", S.ExternalReference("https://x.org/a.mov"), span(0, 5, R25))
    )
    timeline.tracks[0].append(S.Clip("g", S.GeneratorReference("g", "SolidColor"), span(0, 5, R25)))
    out = tmp_path / f"out.{suffix}"
    said = write(timeline, out)
    assert len(said) == 1
    assert "clips whose media file is not there, marked as missing media (2)" in said[0]
    back = [c.media_reference for c in otio.adapters.read_from_file(str(out)).find_clips()]
    kinds = [S.ExternalReference, S.MissingReference, S.MissingReference, S.GeneratorReference]
    assert [type(r) for r in back] == kinds
    assert back[1].available_range == span(0, 3000, R25)
    assert back[1].metadata["original_target_url"] == (media / "gone.mov").as_uri()


@both
def test_the_policies_as_the_command_line_gives_them(
    suffix: str, media: Path, tmp_path: Path
) -> None:
    """From ``-A`` they are other text objects than OTIO's own, which it compares by identity."""
    timeline = cut_of(media / "plain.mov", media / "gone.mov")
    timeline.tracks[0].append(S.Clip("m", S.MissingReference(), span(0, 5, R25)))
    text = {n: "".join(list(n)) for n in ("ErrorIfNotFile", "MissingIfNotFile", "AllMissing")}
    out = tmp_path / f"out.{suffix}"
    with pytest.raises(ExportError, match=r"gone\.mov"):
        write(timeline, out, media_policy=text["ErrorIfNotFile"])
    assert not out.exists()
    write(timeline, out, media_policy=text["MissingIfNotFile"])
    assert list(contents(out)) == ["media/plain.mov"]
    none = tmp_path / f"none.{suffix}"
    write(timeline, none, media_policy=text["AllMissing"])
    assert contents(none) == {}
    with pytest.raises(ExportError, match="media_policy=Never"):
        write(timeline, tmp_path / f"x.{suffix}", media_policy="Never")


@both
def test_without_a_folder_part(
    suffix: str, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(cut_of(media / "plain.mov"), f"b.{suffix}")
    assert contents(tmp_path / f"b.{suffix}") == {"media/plain.mov": b"film 0"}
    with pytest.raises(ExportError, match="nowhere"):
        write(cut_of(media / "plain.mov"), f"nowhere/b.{suffix}")


@both
def test_whole_or_not_at_all(
    suffix: str, media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fails half-way: nothing is left, and the next try works."""
    out = tmp_path / "out" / f"b.{suffix}"
    out.parent.mkdir()

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("shutil.copyfile", fail)
        patch.setattr("zipfile.ZipFile.write", fail)
        with pytest.raises(OSError, match="No space"):
            write(cut_of(media / "plain.mov"), out)
    assert os.listdir(out.parent) == []
    write(cut_of(media / "plain.mov"), out)
    assert contents(out) == {"media/plain.mov": b"film 0"}


@both
def test_an_existing_bundle_is_not_overwritten(suffix: str, media: Path, tmp_path: Path) -> None:
    out = tmp_path / f"b.{suffix}"
    write(cut_of(media / "plain.mov"), out)
    with pytest.raises(otio.exceptions.OTIOError, match="will not overwrite"):
        write(cut_of(media / "a b.mov"), out)
    assert list(contents(out)) == ["media/plain.mov"]


def test_no_room(media: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=3))
    with pytest.raises(ExportError, match="media_policy=AllMissing"):
        write(cut_of(media / "plain.mov"), tmp_path / "b.otioz")
    assert not (tmp_path / "b.otioz").exists()


@both
def test_a_bundle_is_a_timeline_of_ours_again(suffix: str, media: Path, tmp_path: Path) -> None:
    timeline = cut_of(media / "plain.mov")
    out = tmp_path / f"b.{suffix}"
    write(timeline, out)
    back = otio.adapters.read_from_file(str(out))
    assert dict(back.metadata["autoedit"]).keys() == dict(timeline.metadata["autoedit"]).keys()
    otio.adapters.write_to_file(back, str(tmp_path / "again.edl"))


def test_what_is_not_packed_is_said(media: Path, tmp_path: Path) -> None:
    timeline = cut_of(media / "plain.mov")
    clip = timeline.tracks[0][0]
    mask = S.ExternalReference("file:///mask.mov", span(0, 99, R25))
    clip.set_media_references(
        {"DEFAULT_MEDIA": clip.media_reference, "mask": mask}, "DEFAULT_MEDIA"
    )
    sequence = S.ImageSequenceReference("file:///s/", "a.", ".exr", 1001, 1, 25, 4)
    timeline.tracks[0].append(S.Clip("s", sequence, span(0, 5, R25)))
    said = {loss.what for loss in conform(timeline, "otioz")[1]}
    assert said == {"second media of clips not packed", "image sequences not packed"}


@both
@pytest.mark.parametrize("name", ["cut.xml", "cut.foo"])
def test_a_bundle_under_another_suffix(suffix: str, name: str, media: Path, tmp_path: Path) -> None:
    out = tmp_path / name
    timeline = cut_of(media / "plain.mov", media / "a b.mov")
    write(timeline, out, adapter_name=suffix)
    back = otio.adapters.read_from_file(str(out), adapter_name=suffix)
    assert [c.media_reference.target_url for c in back.find_clips()] == [
        "media/plain.mov", "media/a b.mov",
    ]  # fmt: skip
    assert all("fcp_xml" not in c.metadata for c in back.find_clips())
    assert sorted(os.listdir(tmp_path)) == sorted([name, "media here"])


def test_nothing_of_the_staging_stays(media: Path, tmp_path: Path) -> None:
    before = {n for n in os.listdir(tempfile.gettempdir()) if n.startswith("otio-autoedit-")}
    write(cut_of(media / "a#b.mov"), tmp_path / "b.otioz")
    after = {n for n in os.listdir(tempfile.gettempdir()) if n.startswith("otio-autoedit-")}
    assert not {
        n
        for n in after - before
        if os.path.islink(os.path.join(tempfile.gettempdir(), n, "a_b.mov"))
    }
