"""Networks without training: torchvision's with drawn weights, ONNX models of a few nodes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor
from torchvision.models import get_model, get_model_weights

from otio_autoedit.models.zoo.pretrained import unfilled


def drawn_weights(name: str, seed: int = 0) -> dict[str, Tensor]:
    """Weights in torchvision's layout, as one of its published files holds them, drawn at random.

    Trunks keep the size of what goes through them and heads make it smaller, so that scores differ
    and boxes lie near their anchors. Variances are so small that an epsilon shows.
    """
    options: dict[str, Any] = {"aux_loss": True} if name.startswith(("fcn_", "deeplab")) else {}
    classes = len(get_model_weights(name).DEFAULT.meta["categories"])
    with unfilled():
        net = get_model(name, weights=None, weights_backbone=None, num_classes=classes, **options)
    generator = torch.Generator().manual_seed(seed)
    return {key: _drawn(key, value, generator) for key, value in net.state_dict().items()}


def _drawn(key: str, like: Tensor, generator: torch.Generator) -> Tensor:
    if like.dim() > 1:
        fan_in = like[0].numel()
        gain = 0.5 if any(part in key for part in ("head", "fpn", "rpn")) else 1.0
        return torch.randn(like.shape, generator=generator) * gain * (2 / fan_in) ** 0.5
    if key.endswith("running_var"):
        return torch.full_like(like, 1e-3)
    if key.endswith("weight"):  # a residual adds little, that sixteen of them do not add up
        return torch.full_like(like, 1e-3**0.5 * (0.3 if key.endswith("bn3.weight") else 1))
    return torch.zeros_like(like)


def constant_model(
    path: Path,
    output: NDArray[Any],
    *,
    size: tuple[int | str, int | str] = (64, 64),
    metadata: Mapping[str, str] | None = None,
    kind: int = TensorProto.FLOAT,
    sums: float = 0,
) -> Path:
    """An ONNX model of pictures `[1, 3, *size]` that answers `output`, whatever it sees; to which
    it adds `sums` times the mean of what it sees."""
    nodes = [
        helper.make_node("Cast", ["images"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["float"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "share"], ["nothing"]),
        helper.make_node("Add", ["nothing", "answer"], ["output"]),
    ]
    constants = {"share": np.float32(sums), "answer": output.astype(np.float32)}
    return _saved(path, nodes, [1, 3, *size], kind, list(output.shape), constants,
                  metadata)  # fmt: skip


def echo_model(
    path: Path, *, nhwc: bool = False, kind: int = TensorProto.FLOAT, batch: int | str = 1,
    output: str = "same",
) -> Path:  # fmt: skip
    """An ONNX model that gives back its pictures of 32 x 48 as float, or the colour ("index") that
    is brightest at each pixel."""
    shape = [batch, 32, 48, 3] if nhwc else [batch, 3, 32, 48]
    nodes = [helper.make_node("Cast", ["images"], ["float"], to=TensorProto.FLOAT)]
    answer: list[int | str] = list(shape)
    if output == "index":
        axis = 3 if nhwc else 1
        nodes.append(helper.make_node("ArgMax", ["float"], ["output"], axis=axis, keepdims=0))
        answer = [batch, 32, 48]
    else:
        nodes.append(helper.make_node("Identity", ["float"], ["output"]))
    return _saved(path, nodes, shape, kind, answer, {}, None, integer=output == "index")


def _saved(
    path: Path,
    nodes: list[Any],
    taken: list[int | str],
    kind: int,
    given: list[Any],
    constants: Mapping[str, Any],
    metadata: Mapping[str, str] | None,
    integer: bool = False,
) -> Path:
    graph = helper.make_graph(
        nodes,
        "made",
        [helper.make_tensor_value_info("images", kind, taken)],
        [
            helper.make_tensor_value_info(
                "output", TensorProto.INT64 if integer else TensorProto.FLOAT, given
            )
        ],
        [numpy_helper.from_array(np.asarray(one), name) for name, one in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    for key, value in (metadata or {}).items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.save(model, str(path))
    return path
