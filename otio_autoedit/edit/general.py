"""The options that every recipe has."""

from __future__ import annotations

from otio_autoedit.analysis.choices import DEVICE, SHOT_NETWORK
from otio_autoedit.options import Option

RECIPE = Option(
    "recipe",
    "text",
    "shots",
    "The recipe: a name that `otio-autoedit recipes` lists, or a .toml file.",
)

GENERAL = (
    Option("name", "text", None, "The timeline's name; otherwise the file's."),
    Option(
        "rate", "rate", None,
        "The timeline's frame rate; otherwise the first file's. Media of another rate is conformed "
        "by time.",
    ),
    Option("start_timecode", "timecode", None, "Of the timeline's first frame; else 00:00:00:00."),
    Option(
        "audio", "choice", "linked", "Each clip's own sound, linked to it, or no sound.",
        choices=("linked", "none"),
    ),
    Option("still", "duration", "5s", "How long a still picture stands."),
    SHOT_NETWORK,
    DEVICE,
    Option("cache", "flag", True, "Keep what was seen of a file, and use what was kept."),
)  # fmt: skip
"""Served by ``-a``, the command line, recipe files and the README's table."""
