"""The options of an analysis, declared once: for recipes, for the linker, for `analyze`."""

from __future__ import annotations

from otio_autoedit.options import Option

OURS = "autoedit"

THRESHOLD = Option(
    "threshold", "number", None,
    "Least confidence of a shot change; otherwise what the network was tuned to.",
    minimum=0, maximum=1,
)  # fmt: skip
SHOT_NETWORK = Option(
    "shot_network", "choice", OURS,
    "What finds the shots: our own network, or TransNetV2 (extra `transnetv2`), which tells "
    "neither fades from dissolves nor jump cuts.",
    choices=(OURS, "transnetv2"),
)  # fmt: skip
DETECTOR = Option(
    "detector", "text", OURS,
    "What finds objects: our own network, one that `otio-autoedit models` lists (COCO's 80 "
    "classes, slower), or an .onnx file of the YOLO family.",
)  # fmt: skip
SEGMENTER = Option(
    "segmenter", "text", OURS,
    "What draws masks: our own network, one that `otio-autoedit models` lists, or an .onnx "
    "file.",
)  # fmt: skip
SPEECH_DETECTOR = Option(
    "speech_detector", "choice", OURS,
    "What tells speech: our own measure, or the network silero-vad (extra `speech`), which is "
    "slower.",
    choices=(OURS, "silero"),
)  # fmt: skip
OF_DETECTOR, OF_SEGMENTER = frozenset({"objects", "score"}), frozenset({"masks"})
OF_SPEECH_DETECTOR = frozenset({"sound"})
"""The needs whose result depends on the detector, on the segmenter, on what tells speech."""

DEVICE = Option(
    "device", "text", "auto", "Where networks run: `auto`, `cpu`, `cuda`, `cuda:1`, `mps`."
)
