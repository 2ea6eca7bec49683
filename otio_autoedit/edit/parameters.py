"""The parameters that every recipe sets: each declared once, in the order that people read them.

A recipe gives them values; each is an option of every recipe too (``-a min_clip=12f``).
"""

from __future__ import annotations

from dataclasses import dataclass

from otio_autoedit.options import Option


@dataclass(frozen=True, slots=True)
class Group:
    """Parameters that belong together, for help pages."""

    title: str
    parameters: tuple[Option, ...]


GROUPS = (
    Group(
        "what stays",
        (
            Option("keep", "condition", "true", "What of the footage stays."),
            Option(
                "avoid",
                "condition",
                "false",
                "What never plays, whatever `keep` and the margins say.",
            ),
            Option(
                "weight",
                "expression",
                "1",
                "How much each moment is worth, where a choice is to be made.",
            ),
            Option(
                "start", "position", None, "Leave out what comes before this place of each file."
            ),
            Option("end", "position", None, "Leave out what comes after this place of each file."),
        ),
    ),
    Group(
        "pieces",
        (
            Option(
                "split",
                "choice",
                "none",
                "Cut what stays at each change of shot.",
                choices=("none", "shots"),
            ),
            Option("margin", "margin", "0", "What plays before and after what stays, as run-up."),
            Option("min_gap", "duration", 0, "Shorter gaps between pieces are closed."),
            Option(
                "min_clip",
                "duration",
                0,
                "Shorter pieces join the neighbour across the less sure cut, or grow within their "
                "shot; else they are left out.",
            ),
            Option("max_clip", "duration", None, "Longer pieces become several."),
            Option(
                "snap",
                "choice",
                "none",
                "Pieces begin and end with whole shots, with whole sentences of the transcript, or "
                "on the hits of the sound within 6 frames.",
                choices=("none", "shots", "sentences", "onsets"),
            ),
            Option(
                "threshold",
                "number",
                None,
                "Least confidence of a cut or transition; otherwise what the network was tuned to.",
                minimum=0.01,
                maximum=0.99,
            ),
        ),
    ),
    Group(
        "choice and order",
        (
            Option(
                "target", "duration", None, "How long the edit shall be; the best pieces fill it."
            ),
            Option(
                "variety",
                "number",
                0,
                "How much a piece loses that looks like another one chosen.",
                minimum=0,
                maximum=1,
            ),
            Option(
                "alternates",
                "integer",
                0,
                "How many of the best pieces left out stand on a disabled track.",
                minimum=0,
                maximum=1000,
            ),
            Option(
                "order",
                "choice",
                "time",
                "In order of time (several files by time of recording, where all of them tell it "
                "and as given where one does not), by file as given, or best first.",
                choices=("time", "given", "score"),
            ),
        ),
    ),
    Group(
        "joins and sound",
        (
            Option("transition", "joint", "cut", "How each piece passes into the next."),
            Option(
                "fade",
                "duration",
                0,
                "Of the fade from black at the head, and to black at the end.",
            ),
            Option(
                "crossfade", "duration", "2f", "Of the sound at every cut, so that nothing clicks."
            ),
            Option("j_cut", "duration", 0, "How much before its picture a piece's sound begins."),
            Option("l_cut", "duration", 0, "How long after its picture a piece's sound goes on."),
        ),
    ),
    Group(
        "frame",
        (
            Option(
                "reframe", "aspect", "none", "Crop to this aspect, the subject held in the picture."
            ),
            Option("follow", "text", "person", "What the crop holds: what tracks are called."),
        ),
    ),
    Group(
        "what is known besides",
        (
            Option(
                "transcript",
                "path",
                None,
                "What is said (.srt, .vtt, or .json with times of words); for several files, a "
                "folder where each has one of its own name.",
            ),
            Option(
                "zones",
                "text",
                None,
                "Areas of the picture: `door=0.1,0.2,0.5,0.9; line=...`, or a .toml or .json file.",
            ),
            Option(
                "markers",
                "flag",
                True,
                "A marker over each dissolve, fade and wipe in the footage itself, and at each "
                "jump cut within a clip.",
            ),
        ),
    ),
)

PARAMETERS = tuple(parameter for group in GROUPS for parameter in group.parameters)
EXPRESSIONS = frozenset(one.name for one in PARAMETERS if one.kind in ("condition", "expression"))
"""The parameters that are read as expressions over signals."""
