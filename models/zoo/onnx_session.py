"""ONNX models through onnxruntime: what goes in, what comes out, on which device.

onnxruntime is the extra `onnx`; this module imports without it.
"""

from __future__ import annotations

import ast
import hashlib
import json
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch

from otio_autoedit.errors import MissingExtraError, WeightsError

Layout = Literal["NCHW", "NHWC"]
Array = npt.NDArray[Any]

_TYPES: dict[str, np.dtype[Any]] = {
    "tensor(float)": np.dtype(np.float32),
    "tensor(float16)": np.dtype(np.float16),
    "tensor(uint8)": np.dtype(np.uint8),
}
_MOST_SIDE = 4096  # pixels; no detector or segmenter comes near
_MOST_TEXT = 256 * 1024  # of names of classes


class OnnxModel:
    """A model that takes pictures and nothing else.

    Attributes:
        layout: of its input, "NCHW" or "NHWC".
        size: (height, width) of its input; None where it takes any.
        dtype: of its input.
        classes: names of its classes, where the file has them (`names`, as Ultralytics writes
            them: a dictionary or a list, as a Python or JSON literal).
        metadata: other texts in the file.
        device: where it runs: "cuda" or "cpu". A device that this onnxruntime does not know is
            not an error: the processor does the work, and this attribute says so.
        sha256: of the file.
    """

    def __init__(self, path: Path, device: str = "cpu") -> None:
        """Opens the model.

        Raises:
            MissingExtraError: onnxruntime is not installed.
            WeightsError: the file is missing, damaged, or takes something else than pictures.
        """
        self.path = path
        session, self.sha256, self.device = _open(path, device)
        self._session: Any = session
        inputs = session.get_inputs()
        if len(inputs) != 1 or inputs[0].type not in _TYPES:
            taken = ", ".join(f"{one.name} {one.type}" for one in inputs)
            raise WeightsError(f"{path} takes {taken}; only models of one picture can be used")
        self._input = inputs[0].name
        self.dtype = _TYPES[inputs[0].type]
        self.layout, self.size, self._batch = _picture_shape(path, inputs[0].shape)
        self.metadata: dict[str, str] = dict(session.get_modelmeta().custom_metadata_map)
        self.classes = _class_names(path, self.metadata.get("names"))

    def __call__(self, pictures: npt.NDArray[np.float32]) -> list[Array]:
        """Returns the model's outputs for `pictures`, float32 `[n, 3, h, w]` of its size.

        Raises:
            WeightsError: the model fails.
        """
        if self.layout == "NHWC":
            pictures = pictures.transpose(0, 2, 3, 1)
        ready = np.ascontiguousarray(pictures.astype(self.dtype))
        step = self._batch or len(ready)
        parts = [self._run(ready[at : at + step], step) for at in range(0, len(ready), step)]
        return [np.concatenate(outputs) for outputs in zip(*parts, strict=True)]

    def _run(self, pictures: Array, step: int) -> list[Array]:
        """The outputs for at most `step` pictures; a fixed batch is filled up with the last."""
        count = len(pictures)
        if count < step:
            rest = np.repeat(pictures[-1:], step - count, axis=0)
            pictures = np.concatenate([pictures, rest])
        try:
            outputs = self._session.run(None, {self._input: pictures})
        except Exception as error:  # of onnxruntime's own kinds
            raise WeightsError(
                f"{self.path} fails on a picture of {list(pictures.shape)}: {_first_line(error)}"
            ) from error
        return [np.asarray(one)[:count] for one in outputs]


def onnxruntime() -> Any:
    """Returns the module. Raises MissingExtraError where it is not installed."""
    try:
        import onnxruntime as module
    except ImportError as error:
        raise MissingExtraError(
            "ONNX models need onnxruntime: pip install 'otio-autoedit[onnx]'"
        ) from error
    return module


def _open(path: Path, device: str) -> tuple[Any, str, str]:
    """The session, the file's hash, the device it runs on."""
    runtime = onnxruntime()
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(f"cannot read the model {path}: {error.strerror}") from error
    on_card = device.startswith("cuda") and "CUDAExecutionProvider" in (
        runtime.get_available_providers()
    )
    number = int(device.partition(":")[2] or 0) if on_card else 0
    providers: list[Any] = [("CUDAExecutionProvider", {"device_id": number})] if on_card else []
    options = runtime.SessionOptions()
    options.log_severity_level = 3  # errors only
    options.intra_op_num_threads = torch.get_num_threads()
    options.inter_op_num_threads = 1
    try:
        session = runtime.InferenceSession(
            str(path), options, providers=[*providers, "CPUExecutionProvider"]
        )
    except Exception as error:  # of onnxruntime's own kinds
        raise WeightsError(
            f"{path} is damaged or no ONNX model that onnxruntime {runtime.__version__} can run "
            f"({_first_line(error)}): fetch or export it again"
        ) from error
    runs_on_card = "CUDAExecutionProvider" in session.get_providers()
    return session, sha256, device if runs_on_card else "cpu"


def _picture_shape(
    path: Path, shape: list[int | str | None]
) -> tuple[Layout, tuple[int, int] | None, int | None]:
    """Layout, size and batch of an input; None for what the model leaves open."""
    fixed = [side if isinstance(side, int) and side > 0 else None for side in shape]
    if len(fixed) == 4 and fixed[1] == 3:
        layout: Layout = "NCHW"
        height, width = fixed[2:]
    elif len(fixed) == 4 and fixed[3] == 3:
        layout, (height, width) = "NHWC", fixed[1:3]
    else:
        raise WeightsError(f"{path} takes {shape}, not pictures of three colours")
    if max(height or 0, width or 0) > _MOST_SIDE:
        raise WeightsError(f"{path} takes pictures of {width}x{height}: wrong file?")
    size = (height, width) if height is not None and width is not None else None
    return layout, size, fixed[0]


def _class_names(path: Path, text: str | None) -> tuple[str, ...] | None:
    """`{0: 'person', 1: 'car'}` or `['person', 'car']`, as a literal; never evaluated."""
    if text is None:
        return None
    try:
        if len(text) > _MOST_TEXT:
            raise ValueError("too long")
        try:
            names: object = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            names = json.loads(text)
        if isinstance(names, dict):
            names = [names[key] for key in sorted(names, key=int)]
        if not isinstance(names, list | tuple) or not names:
            raise ValueError("neither list nor dictionary")
        return tuple(str(name) for name in names)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise WeightsError(
            f"{path}: the names of its classes cannot be read ({_first_line(error)}); export it "
            "again, with names as a dictionary or a list"
        ) from error


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:160] if lines else type(error).__name__
