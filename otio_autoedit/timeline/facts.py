"""The facts of a plan, as ``metadata["autoedit"]`` of its timeline holds them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from unicodedata import category

from otio_autoedit.edit.plan import EditPlan
from otio_autoedit.media.info import MediaInfo

_UNSAFE = ("Cc", "Cs", "Zl", "Zp")  # control characters, half characters, line and paragraph ends
_NO_XML = "\ufffe\uffff"


def plan_facts(plan: EditPlan, notes: Iterable[str] = ()) -> dict[str, object]:
    """Recipe, options, rate, size, sources and notes, those given too, as plain JSON values."""
    said = [safe_text(note) for note in (*plan.notes, *notes)]
    return {
        "recipe": plan.recipe,
        "options": {k: safe_text(v) if isinstance(v, str) else v for k, v in plan.options.items()},
        "rate": str(plan.rate),
        "size": list(plan.size),
        "sources": [source_facts(source.media) for source in plan.sources],
        **({"notes": said} if said else {}),
    }


def safe_text(text: str) -> str:
    """``text`` as every format can carry it: one line, no control characters, valid Unicode."""
    return "".join(" " if category(c) in _UNSAFE or c in _NO_XML else c for c in text).strip()


def source_facts(media: MediaInfo) -> dict[str, object]:
    """The facts of one file."""
    return {
        # bytes of a file name that are no Unicode are shown, not carried
        "path": os.path.abspath(media.path).encode("utf-8", "backslashreplace").decode(),
        "fingerprint": media.fingerprint,
        "kind": media.kind,
        "rate": str(media.edit_rate),
        "variable_rate": media.variable_rate,
        "frames": media.frame_count,
        "length": media.duration_frames,
        "size": list(media.size),
        "sample_aspect": str(media.sample_aspect),
        "rotation": media.rotation,
        "field_order": media.field_order,
        "start_timecode": media.start_timecode,
        "reel": safe_text(media.reel),
        "recorded": media.recorded,
        "color": {
            "primaries": media.color_primaries,
            "transfer": media.color_transfer,
            "matrix": media.color_matrix,
            "range": media.color_range,
        },
        "audio": [
            {
                "channels": a.channels,
                "sample_rate": a.sample_rate,
                "layout": a.layout,
                "start": str(a.start),  # seconds after the first picture
            }
            for a in media.audio
        ],
        "notes": list(media.notes),
    }
