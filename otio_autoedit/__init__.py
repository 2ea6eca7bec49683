"""A neural assistant editor inside OpenTimelineIO: footage in, editable timeline out.

The public functions load on first use, so that importing the package, or listing the plugin, costs
next to nothing:

- :func:`analyze` -- watch a file once, keep what was seen.
- :func:`cut` -- footage to an OTIO timeline.
- :func:`conform` -- a timeline made right for one format, and what it loses there.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from otio_autoedit.adapters.conform import conform
    from otio_autoedit.analysis.pipeline import analyze
    from otio_autoedit.cutting import cut

__version__ = "0.1.0"
__all__ = ["__version__", "analyze", "conform", "cut"]

_HOME = {
    "analyze": "otio_autoedit.analysis.pipeline",
    "conform": "otio_autoedit.adapters.conform",
    "cut": "otio_autoedit.cutting",
}


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
