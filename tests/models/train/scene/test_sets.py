"""Sets of pictures: made-up repositories of every format become sets, and broken ones say why."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from otio_autoedit.cli import main
from otio_autoedit.errors import AutoEditError
from otio_autoedit.models.scene_labels import MASKS, OBJECTS
from otio_autoedit.models.train.scene.convert import Made, make_set
from otio_autoedit.models.train.scene.guard import Guard, guard_of, picture_hash
from otio_autoedit.models.train.scene.scene_sources import (
    SceneSource,
    load_scene_sources,
    parse_scene_sources,
)
from otio_autoedit.models.train.scene.sets import (
    COCO_NAMES,
    Box,
    SetError,
    SetWriter,
    find_sets,
    load_set,
)

OTHER, PERSON, VEHICLE, VOID = 0, 1, 2, 255
NOTHING_BARRED = Guard(frozenset(), np.zeros((0, 32), np.uint8))


def noise(seed: int, width: int = 160, height: int = 120) -> NDArray[np.uint8]:
    """A picture like no other: smooth, so that its hash lives through JPEG."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))


def jpeg(pixels: NDArray[np.uint8]) -> bytes:
    stored = io.BytesIO()
    Image.fromarray(pixels).save(stored, "JPEG", quality=92)
    return stored.getvalue()


def commit(folder: Path, files: dict[str, bytes]) -> str:
    """A repository of these files; returns its commit."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "all"]):
        subprocess.run([*git, *words], check=True)
    told = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return told.stdout.strip()


def made(
    tmp_path: Path, files: dict[str, bytes], guard: Guard = NOTHING_BARRED, **row: Any
) -> Made:
    """The set that a repository of these files becomes."""
    named = {"set": "some", "licence": "MIT", "pictures": ("images/",)} | row
    head = commit(tmp_path / "copies" / "me+some", files)
    source = SceneSource(source=f"me/some@{head}", **named)
    return make_set(source, tmp_path / "sets", guard=guard, copies=tmp_path / "copies")


def test_yolo_boxes_are_of_the_centre_and_of_the_classes_named(tmp_path: Path) -> None:
    files = {
        "images/a.jpg": jpeg(noise(1)),
        "labels/a.txt": b"1 0.5 0.5 0.2 0.4\n0 0.9 0.9 0.4 0.4",
    }
    names = {"ball": "sports ball", "player": "person"}
    found = made(
        tmp_path, files, format="yolo", labels=("labels",), classes=("ball", "player"), names=names
    ).made
    (picture,) = found.pictures
    assert picture.boxes[0] == Box("person", 0.4, 0.3, 0.6, 0.7)
    assert picture.boxes[1] == Box("sports ball", 0.7, 0.7, 1.0, 1.0)  # cut at the edges
    assert not picture.true_mask
    assert found.mask(picture) is None


def test_coco_outlines_become_masks_crowds_are_unknown(tmp_path: Path) -> None:
    square = [[0, 0, 80, 0, 80, 120, 0, 120]]
    near = [[20, 40, 60, 40, 60, 80, 20, 80]]
    annotations = {
        "categories": [{"id": 1, "name": "person"}, {"id": 3, "name": "car"}],
        "images": [{"id": 7, "file_name": "a.jpg", "width": 160, "height": 120}],
        "annotations": [
            {"image_id": 7, "category_id": 1, "bbox": [20, 40, 40, 40], "segmentation": near},
            {"image_id": 7, "category_id": 3, "bbox": [0, 0, 80, 120], "segmentation": square},
            {
                "image_id": 7, "category_id": 1, "bbox": [120, 0, 40, 40], "iscrowd": 1,
                "segmentation": {"counts": [0, 9], "size": [120, 160]},
            },
        ],
    }  # fmt: skip
    files = {"images/a.jpg": jpeg(noise(2)), "labels.json": json.dumps(annotations).encode()}
    found = made(
        tmp_path, files, format="coco", labels=("labels.json",), masks="all", foreground=True
    ).made
    (picture,) = found.pictures
    assert [box.name for box in picture.boxes] == ["person", "car", "?"]
    mask, foreground = found.mask(picture), found.foreground(picture)
    assert mask is not None
    assert foreground is not None
    assert mask.shape == (120, 160)
    assert mask[60, 40] == PERSON  # the small one lies over the large one
    assert mask[10, 10] == VEHICLE
    assert mask[100, 140] == OTHER
    assert mask[20, 140] == VOID
    assert foreground[10, 10] == 1
    assert foreground[100, 140] == 0
    assert foreground[20, 140] == VOID
    assert foreground[60, 40] == 1  # it lies before the car that is looked at


def test_voc_corner_text_and_names_left_out(tmp_path: Path) -> None:
    box = "<bndbox><xmin>16</xmin><ymin>12</ymin><xmax>80</xmax><ymax>60</ymax></bndbox>"
    xml = f"<annotation><object><name>person</name>{box}</object><object><name>head</name>{box}"
    files = {
        "images/a.jpg": jpeg(noise(3)),
        "notes/a.xml": f"{xml}</object></annotation>".encode(),
        "corners/a.txt": b"car 16 12 80 60 \n1\n",
    }
    expected = (0.1, 0.1, 0.5, 0.5)
    names = {"person": "person", "head": None}
    read = made(tmp_path / "1", files, format="voc", labels=("notes",), names=names).made
    assert read.pictures[0].boxes == (Box("person", *expected),)
    read = made(tmp_path / "2", files, format="corners", labels=("corners",)).made
    assert read.pictures[0].boxes == (Box("car", *expected),)


def test_numbered_people_and_garments_become_people(tmp_path: Path) -> None:
    numbers = np.zeros((120, 160), np.uint8)
    numbers[30:90, 20:50], numbers[30:90, 100:130] = 1, 2
    stored = io.BytesIO()
    Image.fromarray(numbers).save(stored, "PNG")
    files = {"images/a.jpg": jpeg(noise(4)), "masks/a.png": stored.getvalue()}
    row = {"format": "instances", "labels": ("masks",), "masks": "near", "foreground": True}
    found = made(tmp_path, files, **row).made
    (picture,) = found.pictures
    assert picture.boxes[0] == Box("person", 0.125, 0.25, 0.3125, 0.75)
    assert len(picture.boxes) == 2
    mask, foreground = found.mask(picture), found.foreground(picture)
    assert mask is not None
    assert foreground is not None
    assert mask[60, 30] == PERSON
    assert mask[60, 52] == OTHER
    assert mask[60, 75] == VOID
    assert foreground[60, 30] == 1
    assert foreground[60, 75] == 0

    matlab = pytest.importorskip("scipy.io")
    stored = io.BytesIO()
    matlab.savemat(stored, {"groundtruth": numbers})
    files = {"images/a.jpg": jpeg(noise(4)), "images/b.jpg": jpeg(noise(5))}
    files["mats/a.mat"] = stored.getvalue()
    found = made(tmp_path / "worn", files, **row | {"format": "garments", "labels": ("mats",)}).made
    first, second = found.pictures
    assert first.boxes == (Box("person", 0.125, 0.25, 0.8125, 0.75),)
    assert second.boxes == ()
    assert not second.true_mask
    assert not second.foreground


def test_size_aspect_tiles_scenes_and_how_many(tmp_path: Path) -> None:
    files = {f"images/{kind}/{n}.jpg": jpeg(noise(n, 1200, 600)) for kind in "ab" for n in range(4)}
    files["images/b/small.jpg"] = jpeg(noise(9, 60, 40))
    found = made(
        tmp_path, files, format="none", pictures=("images/*/",), scenes={"/a/": "town"}, most=3,
        tiles=1, squeezed=0.5,
    ).made  # fmt: skip
    whole = [picture for picture in found.pictures if picture.name.count("_") == 1]
    assert len(whole) in (5, 6)
    assert len(found.pictures) == 2 * len(whole)
    assert {p.scene for p in whole if p.name.startswith("a_")} == {"town"}
    assert {p.scene for p in whole if p.name.startswith("b_")} == {None}
    assert found.pixels(whole[0]).shape == (448, 448, 3)


def test_what_is_measured_on_is_held_back_by_name_and_by_looks(tmp_path: Path) -> None:
    barred = Image.fromarray(noise(11))
    guard = Guard(frozenset(["000000000042"]), np.stack([picture_hash(barred)]))
    files = {
        "images/000000000042.jpg": jpeg(noise(12)),
        "images/other_name.jpg": jpeg(np.asarray(barred.resize((100, 75)))),
        "images/kept.jpg": jpeg(noise(13)),
    }
    result = made(tmp_path, files, guard, format="none")
    assert [picture.name for picture in result.made.pictures] == ["kept.jpg"]
    assert result.barred == 2


def test_the_guard_knows_the_measured_pictures(data_dir: Path) -> None:
    guard = guard_of(data_dir)
    with tarfile.open(data_dir / "coco128" / "images.tar.gz") as archive:
        pictures = {Path(m.name).parts[-2:]: archive.extractfile(m) for m in archive if m.isfile()}
        half: dict[str, list[bool]] = {"val2017": [], "train2017": []}
        for (folder, _), stored in pictures.items():
            assert stored is not None
            with Image.open(io.BytesIO(stored.read())) as image:
                smaller = image.convert("RGB").resize((200, 150))
            half[folder].append(guard.bars("renamed", smaller))
    assert np.mean(half["val2017"]) > 0.97
    assert not any(half["train2017"])


def test_videos_become_runs_of_three_frames_a_second(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with av.open(str(tmp_path / f"{name}.mp4"), "w") as container:
            stream = container.add_stream("libx264", rate=12)
            stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
            for index in range(36):
                pixels = noise(20 + (name == "two") + index // 12)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
            container.mux(stream.encode())
    guard = Guard(frozenset(["two"]), np.zeros((0, 32), np.uint8))
    source = SceneSource("shots", "footage", "MIT", "videos", ())
    result = make_set(source, tmp_path / "sets", guard=guard, footage=[tmp_path])
    assert result.barred == 1
    assert result.made.clips
    assert [picture.clip for picture in result.made.pictures] == ["one"] * 9
    seconds = [picture.second for picture in result.made.pictures]
    assert seconds == pytest.approx([n / 3 for n in range(9)], abs=0.01)


def small_set(folder: Path) -> Path:
    with SetWriter(folder, licence="MIT", source="me/some@0", complete=("dog",)) as writer:
        writer.add(
            "rex", noise(1), boxes=[Box("dog", 0.1, 0.2, 0.3, 0.4)], mask=np.ones((9, 9), "u1")
        )
    return folder


def test_a_set_stands_whole_or_not_at_all(tmp_path: Path) -> None:
    def broken_off() -> None:
        with SetWriter(tmp_path / "half", licence="", source="") as half:
            half.add("rex", noise(1))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert list(tmp_path.iterdir()) == []
    folder = small_set(tmp_path / "whole")
    assert find_sets(tmp_path) == (folder,)
    with pytest.raises(SetError, match="a set is there already"):
        SetWriter(folder, licence="", source="")


BREAKS = {
    "set.json: not there": lambda folder: (folder / "set.json").unlink(),
    "set.json: no JSON": lambda folder: (folder / "set.json").write_text("{"),
    "schema 9": lambda folder: edit(folder / "set.json", '"schema": 1', '"schema": 9'),
    "did you mean 'dog'": lambda folder: edit(folder / "set.json", '"dog"', '"dogg"'),
    "'licence' is missing": lambda folder: edit(folder / "set.json", "licence", "terms"),
    "labels.jsonl, line 1: no JSON": lambda folder: (folder / "labels.jsonl").write_text("x\n"),
    "it says no 'boxes'": lambda folder: edit(folder / "labels.jsonl", "boxes", "sides"),
    "is not in 0..1": lambda folder: edit(folder / "labels.jsonl", "0.1", "3.1"),
    "no such name, 'dgo'": lambda folder: edit(folder / "labels.jsonl", '"dog"', '"dgo"'),
    "wrong kind": lambda folder: edit(folder / "labels.jsonl", "0.2", '"high"'),
    "no picture is listed": lambda folder: (folder / "labels.jsonl").write_text(""),
    "rex.jpg: not there": lambda folder: (folder / "pictures" / "rex.jpg").unlink(),
    "rex.png: not there": lambda folder: (folder / "masks" / "rex.png").unlink(),
}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize("said", BREAKS)
def test_a_broken_set_says_which_file_and_what(tmp_path: Path, said: str) -> None:
    folder = small_set(tmp_path / "dogs")
    BREAKS[said](folder)
    with pytest.raises(SetError) as caught:
        load_set(folder)
    assert said in str(caught.value)
    assert "dogs" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_damaged_picture_is_named(tmp_path: Path) -> None:
    found = load_set(small_set(tmp_path / "dogs"))
    (tmp_path / "dogs" / "pictures" / "rex.jpg").write_bytes(b"nothing")
    with pytest.raises(SetError, match=r"rex\.jpg: no picture can be read"):
        found.pixels(found.pictures[0])


@pytest.mark.parametrize(
    ("files", "row", "said"),
    [
        (
            {"labels/a.txt": b"5 .5 .5 .1 .1"},
            {"format": "yolo", "classes": ("x",)},
            "class 5 has no",
        ),
        ({"labels/a.txt": b"0 half"}, {"format": "yolo", "classes": ("x",)}, "no box in the line"),
        (
            {"labels/a.txt": b"car 1 2 x 4"},
            {"format": "corners"},
            "labels/a.txt: no box in the line",
        ),
        ({"labels/a.xml": b"<a"}, {"format": "voc"}, "labels/a.xml: no Pascal VOC annotation"),
        ({"labels": b"[]"}, {"format": "coco"}, "labels: no COCO annotations"),
        ({"labels/a.png": b"x"}, {"format": "instances"}, "labels/a.png: no picture"),
        ({}, {"format": "none", "pictures": ("photos/",)}, "no picture of me/some"),
    ],
)
def test_labels_that_are_not_what_the_table_says(
    tmp_path: Path, files: dict[str, bytes], row: dict[str, Any], said: str
) -> None:
    labels = {"images/a.jpg": jpeg(noise(1))} | files
    with pytest.raises(SetError, match=said):
        made(tmp_path, labels, **{"labels": ("labels",)} | row)
    assert not list((tmp_path / "sets").iterdir())  # nothing half-made is left


def test_a_copy_that_is_not_there_or_too_old(tmp_path: Path) -> None:
    source = SceneSource("some", f"me/some@{'0' * 40}", "MIT", "none", ("images/",))
    with pytest.raises(AutoEditError, match=r"git clone https://github\.com/me/some"):
        make_set(source, tmp_path, guard=NOTHING_BARRED, copies=tmp_path)
    with pytest.raises(AutoEditError, match="--from names the copies"):
        make_set(source, tmp_path, guard=NOTHING_BARRED)
    commit(tmp_path / "copies" / "some", {"images/a.jpg": jpeg(noise(1))})
    with pytest.raises(AutoEditError, match="it has no commit 0000"):
        make_set(source, tmp_path, guard=NOTHING_BARRED, copies=tmp_path / "copies")


def test_the_table_of_sources() -> None:
    rows = load_scene_sources()
    assert len(rows) > 15
    for row in rows:
        assert row.licence
        assert len(row.commit) == 40 or row.source in ("data", "footage")
        assert set(row.complete) <= set(OBJECTS)
        assert set((row.names or {}).values()) <= {*COCO_NAMES, "face", "?", None}
    with pytest.raises(SetError, match="did you mean 'pictures'"):
        parse_scene_sources('[{"set": "a", "picturs": []}]')
    with pytest.raises(SetError, match="did you mean 'yolo'"):
        parse_scene_sources('[{"set": "a", "format": "yolo5"}]')


def test_from_the_command_line(
    tmp_path: Path, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "sets", "--data", str(data_dir), "--out", str(tmp_path), "--only"]
    assert main([*words, "pennfudan"]) == 0
    assert "170 pictures, 0 held back" in capsys.readouterr().out
    found = load_set(tmp_path / "pennfudan")
    assert sum(len(picture.boxes) for picture in found.pictures) == 423  # as its makers count them
    mask = found.mask(found.pictures[0])
    assert mask is not None
    assert set(np.unique(mask)) == {MASKS.index("other"), PERSON, VOID}
    assert main([*words, "penfudan"]) != 0
    assert "did you mean 'pennfudan'" in capsys.readouterr().err
