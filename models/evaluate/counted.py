"""What networks of others cost, counted in their files: parameters, multiply-adds a picture.

Of convolutions and matrix products; what else a network does is small beside them.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from otio_autoedit.errors import MissingExtraError, WeightsError

Counted = tuple[int, float]
"""Parameters, and multiply-adds a picture."""


def counted(path: Path) -> Counted | None:
    """Returns what a .onnx or .tflite file costs; None where the package that reads it is missing.

    Raises:
        WeightsError: the file cannot be read.
    """
    try:
        return _onnx(path) if path.suffix == ".onnx" else _tflite(path)
    except MissingExtraError:
        return None


def _onnx(path: Path) -> Counted:
    try:
        import onnx
    except ImportError as error:
        raise MissingExtraError("counting in ONNX files needs onnx: pip install onnx") from error
    try:
        model = onnx.shape_inference.infer_shapes(onnx.load(str(path)))
    except Exception as error:  # protobuf's and the system's own kinds
        raise WeightsError(f"cannot read the model {path}: {error}") from error
    graph = model.graph
    stored = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    values = [*graph.input, *graph.value_info, *graph.output]
    shapes = {v.name: tuple(d.dim_value for d in v.type.tensor_type.shape.dim) for v in values}
    total = sum(_onnx_node(node, stored, shapes | stored) for node in graph.node)
    learnt = [dims for dims in stored.values() if len(dims)]
    return sum(math.prod(dims) for dims in learnt), total


def _onnx_node(
    node: Any, stored: dict[str, tuple[int, ...]], shapes: dict[str, tuple[int, ...]]
) -> float:
    if node.op_type == "Conv":  # weights [out, in / groups, h, w]
        return float(math.prod(shapes[node.output[0]]) * math.prod(shapes[node.input[1]][1:]))
    if node.op_type == "ConvTranspose":  # weights [in, out / groups, h, w]
        return float(math.prod(shapes[node.input[0]]) * math.prod(shapes[node.input[1]][1:]))
    if node.op_type in ("Gemm", "MatMul") and node.input[1] in stored:
        return float(math.prod(shapes[node.output[0]]) * shapes[node.input[0]][-1])
    return 0.0


def _tflite(path: Path) -> Counted:
    try:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType
    except ImportError as error:
        raise MissingExtraError(
            "counting in tflite files needs ai-edge-litert: pip install ai-edge-litert"
        ) from error
    plain = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES  # so that every step is seen
    try:
        run: Any = Interpreter(str(path), num_threads=1, experimental_op_resolver_type=plain)
    except (ValueError, OSError) as error:
        raise WeightsError(f"cannot read the model {path}: {error}") from error
    shapes = {one["index"]: tuple(map(int, one["shape"])) for one in run.get_tensor_details()}
    made = {int(out) for op in run._get_ops_details() for out in op["outputs"]}
    given = {int(one["index"]) for one in run.get_input_details()}
    total, learnt = 0.0, set[int]()
    origin = _before_unpacking(run._get_ops_details())
    for op in run._get_ops_details():
        adds, weights = _tflite_step(op, shapes)
        total += adds
        learnt |= {origin.get(index, index) for index in weights}
    learnt = {index for index in learnt if index in shapes and index not in given}
    return sum(math.prod(shapes[i]) for i in learnt if i not in made), total


def _tflite_step(op: Any, shapes: dict[int, tuple[int, ...]]) -> tuple[float, set[int]]:
    """Returns the multiply-adds of a step, and which tensors are its weights and biases."""
    kind = op["op_name"]
    inputs = [int(index) for index in np.asarray(op["inputs"]) if index >= 0]
    out = math.prod(shapes[int(op["outputs"][0])])
    if kind == "CONV_2D":  # weights [out, h, w, in]
        return float(out * math.prod(shapes[inputs[1]][1:])), set(inputs[1:3])
    if kind == "DEPTHWISE_CONV_2D":  # weights [1, h, w, channels]
        return float(out * math.prod(shapes[inputs[1]][1:3])), set(inputs[1:3])
    if kind == "FULLY_CONNECTED":  # weights [out, in]
        return float(out * shapes[inputs[1]][-1]), set(inputs[1:3])
    if kind == "Convolution2DTransposeBias":  # MediaPipe's own: picture, weights, bias
        picture, weights = shapes[inputs[0]], shapes[inputs[1]]
        every = math.prod(picture[:3]) * math.prod(weights)
        return float(every), set(inputs[1:3])
    return 0.0, set()


def _before_unpacking(ops: Any) -> dict[int, int]:
    """Weights that are stored as half floats are unpacked first: the step's output to its input."""
    return {
        int(op["outputs"][0]): int(op["inputs"][0]) for op in ops if op["op_name"] == "DEQUANTIZE"
    }
