"""OTIO's door to the assistant editor: what the plugin offers, and nothing heavy until it is used.

`plugin_manifest.json` names the adapter that reads media files (`media.py`), the media linker
(`linker.py`) and the hook script that makes a timeline right for the format it is written to
(`hooks.py`). OTIO loads those modules from their paths, outside the package: they import us
absolutely, inside their functions.
"""

from __future__ import annotations

import json
import os
from importlib import resources
from typing import Any

SUFFIXES_VARIABLE = "OTIO_AUTOEDIT_SUFFIXES"
"""Set to ``off``, the media adapter claims no suffix: for hosts that take every readable suffix for
a timeline and would analyse a movie on opening it. It then answers to ``-I autoedit_media``."""


def plugin_manifest() -> Any:
    """The `opentimelineio` Manifest of this plugin.

    OTIO takes an AttributeError in here for "no such function" and goes to the JSON by itself.
    """
    import opentimelineio as otio

    text = (resources.files(__package__) / "plugin_manifest.json").read_text("utf-8")
    manifest: dict[str, Any] = json.loads(text)
    if os.environ.get(SUFFIXES_VARIABLE, "").strip().lower() in ("off", "0", "no", "none", "false"):
        for adapter in manifest["adapters"]:
            adapter["suffixes"] = []
    return otio.core.deserialize_json_from_string(json.dumps(manifest))
