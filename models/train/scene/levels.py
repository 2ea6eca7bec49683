"""A YOLOX file that also gives the maps its heads read.

YOLOX (Ge et al. 2021, arXiv 2107.08430) has one head for each of three strides. A head begins with
its stem, one convolution that brings the neck's (PAFPN's) map of that stride to as many channels
in every head, and parts after it into boxes, objectness and classes. What the parts read is found
by the graph's form, since exporters number the tensors as they like: it is the last thing that all
three come from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from otio_autoedit.errors import MissingExtraError, WeightsError

_PARTS = 3  # boxes, objectness, classes; and the strides 8, 16, 32


def with_levels(path: Path) -> tuple[bytes, tuple[str, ...]]:
    """Returns the model at `path` with what its heads read as further outputs, and their names.

    They follow the model's own output, finest (stride 8) first, each `[n, C, h, w]`.

    Raises:
        MissingExtraError: the package onnx is not installed.
        WeightsError: the file is missing, damaged, or no YOLOX as its authors export it.
    """
    try:
        import onnx
    except ImportError as error:
        raise MissingExtraError(
            "reading a teacher's maps needs onnx: pip install 'otio-autoedit[train]'"
        ) from error
    try:
        model = onnx.load(str(path))
    except Exception as error:  # protobuf's and the system's own kinds
        raise WeightsError(f"cannot read the model {path}: {error}") from error
    names = _Graph(model.graph, path).levels()
    for name in names:
        value = onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        model.graph.output.append(value)
    return model.SerializeToString(), names


class _Graph:
    """Who makes what from what. Nodes stand in an order in which they can run, as ONNX demands."""

    def __init__(self, graph: Any, path: Path) -> None:
        self._path, self._nodes = path, list(graph.node)
        self._maker = {name: at for at, node in enumerate(self._nodes) for name in node.output}
        self._last = graph.output[0].name

    def levels(self) -> tuple[str, ...]:
        """What the three heads read, by stride."""
        strides = self._parts(self._last)
        return tuple(self._shared(self._parts(head)) for head in strides)

    def _parts(self, name: str) -> list[str]:
        """The three tensors that are joined, by the nearest joint at or before `name`."""
        while (at := self._maker.get(name)) is not None:
            node = self._nodes[at]
            if node.op_type == "Concat" and len(node.input) == _PARTS:
                return list(node.input)
            name = node.input[0]
        raise self._strange("its outputs are not joined by threes")

    def _shared(self, parts: list[str]) -> str:
        """The last tensor that all three parts are made of."""
        shared = set.intersection(*(self._before(part) for part in parts))
        if not shared:
            raise self._strange("its heads share no stem")
        return str(self._nodes[max(shared)].output[0])

    def _before(self, name: str) -> set[int]:
        """The numbers of all nodes that `name` is made by."""
        found: set[int] = set()
        waiting = [name]
        while waiting:
            at = self._maker.get(waiting.pop())
            if at is not None and at not in found:
                found.add(at)
                waiting += self._nodes[at].input
        return found

    def _strange(self, why: str) -> WeightsError:
        return WeightsError(f"{self._path} is no YOLOX as its authors export it: {why}")
