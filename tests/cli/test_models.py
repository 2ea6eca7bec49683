"""``otio-autoedit models``: what there is, and fetching it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from otio_autoedit.models import zoo
from otio_autoedit.models.zoo import networks, onnx_published
from otio_autoedit.models.zoo.networks import WeightsFile
from tests.cli.conftest import Call
from tests.support.web import Server, serving

NAME = "yolox_nano"


@pytest.fixture(autouse=True)
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where downloads go, for this test only."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("OTIO_AUTOEDIT_WEIGHTS", raising=False)
    return tmp_path / "home" / "hub" / "checkpoints"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Publishes a file as the weights of `NAME`, on this machine."""
    folder = tmp_path / "served"
    folder.mkdir()
    data = bytes(range(256)) * 4096
    (folder / "net.onnx").write_bytes(data)
    with serving(folder) as running:
        digits = hashlib.sha256(data).hexdigest()
        file = WeightsFile("net.onnx", f"{running.url}/net.onnx", digits, len(data))
        published = replace(onnx_published.PUBLISHED[NAME], weights=file)
        monkeypatch.setitem(onnx_published.PUBLISHED, NAME, published)
        yield running


def test_the_list(call: Call) -> None:
    code, out, err = call("models")
    assert (code, err) == (0, "")
    rows = {line.split()[0]: line for line in out.splitlines() if line}
    for task in ("shots", "detector", "segmenter"):
        assert set(zoo.names(task)) <= set(rows)  # type: ignore[arg-type]
    assert "resnet18" not in rows
    assert rows["shots"].split()[-1] == "here"
    ssdlite = rows["ssdlite320_mobilenet_v3_large"].split()
    assert ssdlite[1:] == ["detector", "SSD", "14.1", "3.44", "80", "BSD-3-Clause"]
    assert "68 backbones: otio-autoedit models --task backbone" in out


def test_the_list_of_a_task(call: Call) -> None:
    out = call("models", "--task", "backbone")[1]
    first = [line.split()[0] for line in out.splitlines() if line]
    assert {"small", "resnet18", "vgg16"} <= set(first)
    assert "fcn_resnet50" not in first


def test_the_list_for_scripts(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTIO_AUTOEDIT_WEIGHTS", str(tmp_path))
    (tmp_path / "yolox_s.onnx").write_bytes(b"its owner's choice")
    listed = {one["name"]: one for one in json.loads(call("models", "--json")[1])}
    assert set(listed) == {name for task in networks.TASKS for name in zoo.names(task)}
    assert listed["yolox_s"]["path"] == str(tmp_path / "yolox_s.onnx")
    assert listed["resnet18"]["path"] is None
    assert listed["resnet18"]["parameters"] == 11_689_512
    assert listed["resnet18"]["url"].endswith(f"-{listed['resnet18']['sha256']}.pth")
    assert listed["yolox_nano"]["classes"][0] == "person"


def test_fetching_one(call: Call, server: Server, hub: Path) -> None:
    code, out, err = call("models", NAME, "--progress=json")
    assert code == 0
    events = [json.loads(line) for line in err.splitlines()]
    steps = [one for one in events if one["event"] == "progress"]
    assert {(one["stage"], one["unit"]) for one in steps} == {("download", "bytes")}
    assert steps[-1]["done"] == steps[-1]["total"] == 256 * 4096
    assert events[-1]["event"] == "written"
    assert events[-1]["path"] == str(hub / "net.onnx")
    code, out, _ = call("models", NAME)
    assert code == 0
    assert "was here" in out
    assert server.asked == ["/net.onnx"]
    assert json.loads(call("models", NAME, "--json")[1])["path"] == str(hub / "net.onnx")


def test_the_bar_counts_megabytes(
    call: Call, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes what it writes to for a terminal
    _, _, err = call("models", NAME, "--progress=bar")
    assert "1.0/1.0 MB" in err
    assert "frames" not in err


def test_what_cannot_be_fetched_says_where_to_put_it(
    call: Call, server: Server, hub: Path, tmp_path: Path
) -> None:
    (tmp_path / "served" / "net.onnx").unlink()
    code, out, err = call("models", NAME)
    assert (code, out) == (1, "")
    assert f"{server.url}/net.onnx" in err
    assert f"put it at {hub / 'net.onnx'}" in err
    assert len(err.splitlines()) == 1


def test_wrong_names(call: Call) -> None:
    code, _, err = call("models", "yolox_nanno")
    assert code == 2
    assert "did you mean 'yolox_nano'" in err
    assert call("models", "--task", "cooking")[0] == 2
