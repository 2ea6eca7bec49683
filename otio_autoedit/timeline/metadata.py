"""What of ours stands in a timeline: ``metadata["autoedit"]``, schema 1, readable for ever.

On the timeline: ``schema``, ``version``, ``recipe``, ``options``, ``rate`` ("24000/1001"), ``size``
(the edit's, also where it is reframed), ``sources``, a list with the facts of each file, and
``notes``: what could not be as asked. On a clip: ``source`` (its number in that list), ``stream``
(sound: the number among the file's sound streams), ``link`` (clips of one number belong together),
``score``, ``reason``, ``signals``, ``clean`` (``[start, stop)`` in the frames of ``source_range``),
``framing``: the camera path of a reframed clip, what it ``follows`` ("person 3") and its ``keys``
``[frame, x, y, width]``, linear between and held beyond: the frame counts from the clip's first, x
and y are the crop's centre and width its width, as shares of the source's displayed picture; the
crop has the aspect of the timeline's ``size``. On a marker: ``kind``, ``confidence``, ``span`` (as
``clean``) and its numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

from otio_autoedit.errors import AutoEditError

KEY = "autoedit"
SCHEMA = 1


def is_ours(timeline: object) -> bool:
    """Whether a timeline carries our metadata: we made it, or the linker stamped it."""
    metadata = getattr(timeline, "metadata", None)
    ours = metadata.get(KEY) if metadata is not None else None
    return isinstance(ours, Mapping) and "schema" in ours


def stamp(timeline: Any, facts: Mapping[str, object] | None = None) -> None:
    """Make ``timeline`` ours, and add ``facts`` to what it says; what others wrote stays."""
    ours = dict(timeline.metadata.get(KEY) or {})
    ours |= {"schema": SCHEMA, "version": version("otio-autoedit")} | dict(facts or {})
    timeline.metadata[KEY] = ours


def read(timeline: Any) -> dict[str, Any]:
    """Our facts of a timeline, as today's schema names them; empty if it is none of ours.

    Raises AutoEditError if a later version made it, whose schema is not known here.
    """
    if not is_ours(timeline):
        return {}
    return upgrade(_plain(timeline.metadata[KEY]))


def upgrade(facts: Mapping[str, Any]) -> dict[str, Any]:
    """``facts`` of any schema ever written, as today's schema names them."""
    result = dict(facts)
    schema = result.get("schema")
    if not isinstance(schema, int) or schema > SCHEMA or schema < 1:
        raise AutoEditError(
            f"this timeline's metadata has schema {schema!r}, not known here (up to {SCHEMA}); "
            "update otio-autoedit"
        )
    for step in range(schema, SCHEMA):
        result = {**_UPGRADES[step](result), "schema": step + 1}
    return result


def _plain(value: Any) -> Any:
    """OTIO's dictionaries and vectors as Python's own."""
    if isinstance(value, str | bytes):
        return value
    if isinstance(value, Mapping) or hasattr(value, "items"):
        return {key: _plain(inner) for key, inner in value.items()}
    if hasattr(value, "__iter__"):
        return [_plain(inner) for inner in value]
    return value


_UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""From the schema of that number to the next; never taken away."""
