"""Weights of others: found, fetched, checked, and never run."""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torchvision.models import ResNet18_Weights

from otio_autoedit.errors import Cancelled, OptionError, WeightsError
from otio_autoedit.models.zoo import pretrained
from otio_autoedit.models.zoo.networks import WeightsFile
from otio_autoedit.models.zoo.pretrained import fetch, find, load, read_tensors, state_dict_for
from otio_autoedit.progress import Progress
from tests.support.web import Server, serving

TENSORS = {"a.weight": torch.arange(200_000.0), "a.bias": torch.ones(3)}


@pytest.fixture(autouse=True)
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where torch's hub keeps downloads, for this test only."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("OTIO_AUTOEDIT_WEIGHTS", raising=False)
    return tmp_path / "home" / "hub" / "checkpoints"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Serves one file of weights under its published name."""
    folder = tmp_path / "served"
    folder.mkdir()
    torch.save(TENSORS, folder / "new.pth")
    digits = hashlib.sha256((folder / "new.pth").read_bytes()).hexdigest()[:8]
    (folder / "new.pth").rename(folder / f"net-{digits}.pth")
    with serving(folder) as running:
        yield running


@pytest.fixture
def file(server: Server, tmp_path: Path) -> WeightsFile:
    (path,) = (tmp_path / "served").iterdir()
    digits = path.stem.removeprefix("net-")
    return WeightsFile(path.name, f"{server.url}/{path.name}", digits, path.stat().st_size)


class Trap:
    """A pickle that would leave a mark where it ran."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.mark),)


def test_a_file_is_fetched_once_with_progress(file: WeightsFile, server: Server, hub: Path) -> None:
    seen: list[Progress] = []
    loaded = load("net", file, seen.append)
    assert loaded.path == hub / file.name
    assert loaded.sha256.startswith(file.sha256)
    assert torch.equal(loaded.tensors["a.weight"], TENSORS["a.weight"])
    assert {(one.stage, one.path, one.unit) for one in seen} == {("download", file.name, "bytes")}
    assert {one.total for one in seen} == {loaded.path.stat().st_size}
    assert [one.done for one in seen] == sorted({one.done for one in seen})
    assert len(seen) > 2
    assert seen[-1].done == seen[-1].total
    load("net", file, seen.append)
    assert server.asked == [f"/{file.name}"]
    assert [path.name for path in hub.iterdir()] == [file.name]


def test_what_is_not_what_was_published_is_not_kept(file: WeightsFile, hub: Path) -> None:
    with pytest.raises(WeightsError, match=r"not what was published.*should begin with 00000000"):
        load("net", replace(file, sha256="00000000"))
    assert list(hub.iterdir()) == []


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("/short/{name}", "broke off after"),
        ("/endless/{name}", "larger than"),
        ("/none.pth", "the server says 404"),
    ],
)
def test_a_download_that_fails_says_what_to_put_where(
    file: WeightsFile, server: Server, hub: Path, where: str, says: str
) -> None:
    asked = replace(file, url=server.url + where.format(name=file.name))
    with pytest.raises(WeightsError, match=says) as told:
        load("net", asked)
    assert asked.url in str(told.value)
    assert str(hub / file.name) in str(told.value)
    assert "OTIO_AUTOEDIT_WEIGHTS" in str(told.value)
    assert len(str(told.value).splitlines()) == 1
    assert list(hub.iterdir()) == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/net.pth", "file:///etc/passwd", ""])
def test_addresses_that_lead_nowhere(file: WeightsFile, hub: Path, url: str) -> None:
    with pytest.raises(WeightsError, match="cannot fetch"):
        load("net", replace(file, url=url))
    assert list(hub.iterdir()) == []


def test_whoever_waits_can_stop_it(file: WeightsFile, hub: Path) -> None:
    def stop(progress: Progress) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        load("net", file, stop)
    assert list(hub.iterdir()) == []


def test_a_folder_that_cannot_be_written(file: WeightsFile, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file stands where the folder should be")
    with pytest.raises(WeightsError, match=r"cannot write .*TORCH_HOME"):
        load("net", file)


def test_a_download_that_was_damaged_later_is_told(file: WeightsFile, hub: Path) -> None:
    load("net", file)
    (hub / file.name).write_bytes(b"damaged")
    with pytest.raises(WeightsError, match=r"damaged or was changed.*delete it"):
        load("net", file)


def test_the_named_folder_stands_before_the_downloads(
    file: WeightsFile, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tmp_path / "named"
    named.mkdir()
    monkeypatch.setenv("OTIO_AUTOEDIT_WEIGHTS", str(named))
    assert find("net", file) is None
    fetched, _ = fetch("net", file)
    assert find("net", file) == fetched
    torch.save({"mine": torch.ones(1)}, named / file.name)  # of another hash: its owner's choice
    assert set(load("net", file).tensors) == {"mine"}
    save_file({"safe": torch.ones(1)}, named / "net.safetensors")
    assert set(load("net", file).tensors) == {"safe"}
    assert len(server.asked) == 1


@pytest.mark.parametrize("zipped", [True, False])
def test_code_in_a_file_is_not_run(tmp_path: Path, zipped: bool) -> None:
    path, mark = tmp_path / "evil.pth", tmp_path / "mark"
    torch.save({"a": Trap(mark)}, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(WeightsError, match="might be code and was not run") as told:
        read_tensors(path)
    assert not mark.exists()
    assert len(str(told.value).splitlines()) == 1
    pickle.loads(pickle.dumps(Trap(mark)))  # the trap does work
    assert mark.exists()


def test_nor_where_torch_is_told_to_run_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")
    test_code_in_a_file_is_not_run(tmp_path, zipped=True)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("kept", [0, 5, 100, -100])
def test_a_file_cut_short_is_named(tmp_path: Path, suffix: str, kept: int) -> None:
    path = saved(tmp_path / f"net{suffix}")
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(WeightsError, match=rf"net\{suffix}.*fetch it again"):
        read_tensors(path)


def test_a_safetensors_file_with_a_false_table_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "net.safetensors")
    whole = path.read_bytes()
    for old, new in ((b'"F32"', b'"F64"'), (b"[200000]", b"[900000]"), (b"{", b"[")):
        assert old in whole
        path.write_bytes(whole.replace(old, new, 1))
        with pytest.raises(WeightsError, match="not a whole safetensors file"):
            read_tensors(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ([1, 2], "holds no tensors by name"),
        ({}, "holds no tensors by name"),
        ({"a": torch.ones(1), "epoch": 3}, r"other things than tensors \(epoch\)"),
    ],
)
def test_what_is_no_weights(tmp_path: Path, content: object, says: str) -> None:
    path = tmp_path / "net.pth"
    torch.save(content, path)
    with pytest.raises(WeightsError, match=says):
        read_tensors(path)
    with pytest.raises(WeightsError, match="cannot read"):
        read_tensors(tmp_path / "none.pth")


@pytest.mark.parametrize("key", ["model", "state_dict"])
def test_a_checkpoint_of_a_training_is_understood(tmp_path: Path, key: str) -> None:
    path = tmp_path / "checkpoint.pth"
    torch.save({key: TENSORS, "epoch": 3}, path)
    assert set(read_tensors(path)) == set(TENSORS)


@pytest.mark.parametrize(
    "asked", ["resnet18", "ResNet18_Weights.IMAGENET1K_V1", ResNet18_Weights.IMAGENET1K_V1]
)
def test_torchvisions_weights_by_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: object
) -> None:
    monkeypatch.setenv("OTIO_AUTOEDIT_WEIGHTS", str(tmp_path))
    torch.save(TENSORS, tmp_path / "resnet18-f37072fd.pth")
    assert set(state_dict_for(asked)) == set(TENSORS)
    save_file({"b": torch.ones(1)}, tmp_path / "resnet18.safetensors")
    assert set(state_dict_for(asked)) == {"b"}


@pytest.mark.parametrize("asked", ["resnet19", "ResNet18_Weights.V9", "NoSuch_Weights.DEFAULT"])
def test_weights_that_there_are_not(asked: str) -> None:
    with pytest.raises(OptionError, match=asked):
        state_dict_for(asked)


def test_networks_are_built_without_drawing_numbers() -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    with pretrained.unfilled():
        net = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.Conv2d(3, 4, 3))
        torch.nn.init.kaiming_normal_(net[0].weight)
    assert torch.equal(torch.rand(3), expected)
    assert net[0](torch.zeros(2, 4)).shape == (2, 5)


def saved(path: Path) -> Path:
    if path.suffix == ".pth":
        torch.save(TENSORS, path)
    else:
        save_file(TENSORS, path)
    return path
