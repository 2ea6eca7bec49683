"""The options of an analysis, declared once: for recipes, for the linker, for `analyze`."""

from __future__ import annotations

from otio_autoedit.options import Option

THRESHOLD = Option(
    "threshold", "number", None,
    "Least confidence of a shot change; otherwise what the network was tuned to.",
    minimum=0, maximum=1,
)  # fmt: skip
SHOT_NETWORK = Option(
    "shot_network", "choice", "autoedit",
    "What finds the shots: our own network, or TransNetV2 (extra `transnetv2`), which tells "
    "neither fades from dissolves nor jump cuts.",
    choices=("autoedit", "transnetv2"),
)  # fmt: skip
DEVICE = Option(
    "device", "text", "auto", "Where networks run: `auto`, `cpu`, `cuda`, `cuda:1`, `mps`."
)
