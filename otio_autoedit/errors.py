"""Errors that speak to the person at the desk.

Every message is one line: what is wrong, with which file or option, and the way out.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from opentimelineio.exceptions import OTIOError


class AutoEditError(OTIOError):  # type: ignore[misc]
    """Anything that keeps us from doing what was asked; its text is ready to show."""


class MediaError(AutoEditError):
    """A media file that cannot be read: missing, empty, broken, or not media at all."""


class OptionError(AutoEditError, ValueError):
    """An option that does not exist, or a value that it does not take."""


class RecipeError(AutoEditError, ValueError):
    """A recipe that does not exist or does not say what a recipe must say."""


class WeightsError(AutoEditError, ValueError):
    """Network weights that are missing, damaged, or not those they claim to be."""


class ExportError(AutoEditError):
    """A timeline that the asked format cannot hold, or a target that cannot be written."""


class MissingExtraError(AutoEditError, ImportError):
    """A feature whose optional package is not installed."""


class Cancelled(AutoEditError):
    """Raised by a progress callback to stop the work; nothing half-made is left behind."""


class AutoEditLossWarning(UserWarning):
    """Something of the timeline that a format cannot carry: what, how many, what keeps it."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint for a wrong name: ``" (did you mean 'shots'?)"``, or the list of what there is.

    >>> did_you_mean("recipee", ["recipe", "start"])
    " (did you mean 'recipe'?)"
    """
    names = sorted(known)
    near = difflib.get_close_matches(name.lower(), names, n=1)
    if near:
        return f" (did you mean {near[0]!r}?)"
    return f" (there is: {', '.join(names)})" if names else ""
