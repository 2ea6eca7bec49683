"""Where labelled footage for training and measuring is: one setting, ``OTIO_AUTOEDIT_DATA``."""

from __future__ import annotations

import os
from pathlib import Path

import otio_autoedit
from otio_autoedit.errors import OptionError

VARIABLE = "OTIO_AUTOEDIT_DATA"


def data_folder(named: str | None) -> Path:
    """The folder that ``--data`` names, or the setting, or ``../shared/data`` beside the checkout.

    Raises OptionError where there is none.
    """
    chosen = named or os.environ.get(VARIABLE)
    beside = Path(otio_autoedit.__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(chosen).expanduser() if chosen else beside
    if not folder.is_dir():
        what = f"--data {named}" if named else f"{VARIABLE}={chosen}" if chosen else str(folder)
        raise OptionError(
            f"{what}: no such folder; --data or {VARIABLE} names the labelled footage"
        )
    return folder
