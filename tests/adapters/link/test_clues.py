"""What clips of many adapters say of where they come from."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio
import pytest

from otio_autoedit.adapters.link.clues import clues_of, local_path, path_parts


def clip(name: str = "", url: str = "", **metadata: object) -> otio.schema.Clip:
    reference = otio.schema.ExternalReference(target_url=url) if url else None
    return otio.schema.Clip(name=name, media_reference=reference, metadata=metadata)


def test_an_edl_event() -> None:
    event = clip(
        "A001.mov",
        cmx_3600={"reel": "A001C003", "comments": ["SOURCE FILE: /old/A001_C003.mov", "LENS: 35"]},
    )
    clues = clues_of(event)
    assert clues.files == ("A001.mov", "/old/A001_C003.mov")
    assert clues.reels == ("A001C003",)
    assert clues.names == ()


def test_an_edl_event_without_a_clip_name_has_none() -> None:
    assert clues_of(clip("004", cmx_3600={"reel": "A2"})).names == ()
    assert clues_of(clip("004")).names == ("004",)


@pytest.mark.parametrize(
    ("comment", "kind", "said"),
    [
        ("* FROM CLIP NAME:  B7.mov", "files", "B7.mov"),
        ("FROM CLIP NAME: interview", "names", "interview"),
        ("* FROM CLIP IS: interview", "names", "interview"),
        ("* SOURCE FILE: B7", "files", "B7"),
        ("*SOURCE FILE PATH: D:\\cards\\B7.mxf", "files", "D:\\cards\\B7.mxf"),
        ("* REEL: B7", "reels", "B7"),
        ("* TAPE NAME: B7", "reels", "B7"),
    ],
)
def test_edl_comments(comment: str, kind: str, said: str) -> None:
    clues = clues_of(clip("x", cmx_3600={"comments": [comment]}))
    assert said in getattr(clues, kind)


def test_reels_that_name_no_tape_are_no_clue() -> None:
    assert clues_of(clip("x", cmx_3600={"reel": "AX"})).reels == ()


def test_an_ale_row() -> None:
    row = clip("Scene 1-1", ALE={"Tape": "A001", "Tracks": "VA1", "Source File Name": "A001.mxf"})
    clues = clues_of(row)
    assert (clues.reels, clues.files, clues.names) == (("A001",), ("A001.mxf",), ("Scene 1-1",))


def test_fcp_xml_tells_on_the_reference() -> None:
    one = clip("shot", "file://localhost/Volumes/Disk/A%20B.mov")
    one.media_reference.metadata["fcp_xml"] = {
        "name": "A B.mov",
        "timecode": {"reel": {"name": "R1"}},
    }
    clues = clues_of(one)
    assert clues.url == "file://localhost/Volumes/Disk/A%20B.mov"
    assert clues.reels == ("R1",)


def test_an_aaf_hangs_much_on_a_clip() -> None:
    deep: dict[str, object] = {"TapeName": "T9"}
    for number in range(30):
        deep = {f"Level{number}": deep, "Noise": list(range(20))}
    assert clues_of(clip("x", AAF=deep)).reels == ("T9",)


def test_metadata_without_end_is_not_read_to_the_end() -> None:
    wide = {f"key{number}": {"x": "y"} for number in range(100_000)}
    assert clues_of(clip("x", other=wide)).reels == ()


def test_what_avid_adds_to_a_name_is_left_out_too() -> None:
    assert clues_of(clip("A001.Copy.01.new.02")).names == ("A001.Copy.01.new.02", "A001")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///a/b%20c.mov", "/a/b c.mov"),
        ("file://localhost/a/b.mov", "/a/b.mov"),
        ("FILE:///a/b.mov", "/a/b.mov"),
        ("file:///a/b#1?.mov", "/a/b#1?.mov"),
        ("/a/b%20c.mov", "/a/b%20c.mov"),
        ("b.mov", "b.mov"),
        ("file:///D:/a/b.mov", "D:/a/b.mov"),
    ],
)
def test_a_url_names_a_local_file(url: str, path: str) -> None:
    assert local_path(url) == Path(path)


@pytest.mark.parametrize(
    "url", ["", "http://host/a.mov", "file://server/share/a.mov", "smb://x/a.mov", "/a\0b.mov"]
)
def test_a_url_that_is_no_local_file(url: str) -> None:
    assert local_path(url) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("D:\\cards\\A 1.mov", "A 1.mov"),
        ("http://host/a/A%201.mov?sig=1", "A 1.mov"),
        ("A 1.mov", "A 1.mov"),
        ("file:///cards/", "cards"),
    ],
)
def test_the_name_at_the_end_of_any_path(text: str, name: str) -> None:
    assert path_parts(text)[-1] == name
