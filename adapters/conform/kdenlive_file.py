"""Mend the file that OTIO's Kdenlive adapter wrote: profile, clock values, mixing."""

from __future__ import annotations

import re
from fractions import Fraction
from math import gcd
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from otio_autoedit.adapters.conform.mlt_file import even_size
from otio_autoedit.files import write_whole

if TYPE_CHECKING:
    from otio_autoedit.adapters.conform.facts import Facts

CLOCK = re.compile(r"(\d+):(\d+):(\d+\.\d+)")


def mend(path: Path, facts: Facts) -> None:
    """Rewrite ``path`` with what the adapter leaves out or rounds away."""
    # Our own adapter wrote it a moment ago; it has no entities and no document type.
    root = ElementTree.fromstring(path.read_bytes())  # noqa: S314
    _profile(root, facts)
    _clocks(root, facts.rate)
    _mixing(root)
    ElementTree.indent(root)
    write_whole(path, ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def _profile(root: ElementTree.Element, facts: Facts) -> None:
    profile = root.find("profile")
    if profile is None:
        return
    width, height = even_size(facts.size)
    part = gcd(width, height)
    profile.attrib.update(
        description=f"{width}x{height} {float(facts.rate):.5g} fps",
        width=str(width),
        height=str(height),
        display_aspect_num=str(width // part),
        display_aspect_den=str(height // part),
        frame_rate_num=str(facts.rate.numerator),
        frame_rate_den=str(facts.rate.denominator),
        colorspace="709" if height >= 720 else "601",
    )


def _clocks(root: ElementTree.Element, rate: Fraction) -> None:
    """The adapter drops the part of a frame that a minute holds at 29.97: count again, exactly."""
    for element in root.iter():
        for key in ("in", "out", "length"):
            said = CLOCK.fullmatch(element.get(key, ""))
            if said:
                hours, minutes, seconds = int(said[1]), int(said[2]), float(said[3])
                # What the adapter took away for hours and minutes, in its own arithmetic.
                frame = round(seconds * float(rate)) + int(minutes * 60 * float(rate))
                element.set(key, clock(frame + int(hours * 3600 * float(rate)), rate))


def clock(frame: int, rate: Fraction) -> str:
    """MLT's clock value of a frame, which melt and Kdenlive turn back into that very frame.

    >>> clock(7193, Fraction(30000, 1001))
    '00:04:00.006'
    """
    milliseconds = round(frame * 1000 / rate)
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"


def _mixing(root: ElementTree.Element) -> None:
    """What Kdenlive itself puts between its tracks: sound is summed, picture laid over."""
    main = root.find("tractor[@global_feed]")
    if main is None or main.find("transition") is not None:
        return
    for number, track in enumerate(main.findall("track")):
        if number == 0:
            continue
        inner = root.find(f"tractor[@id='{track.get('producer')}']")
        sound = inner is not None and _is_sound(inner)
        mix = ElementTree.SubElement(main, "transition")
        service = {"mlt_service": "mix", "sum": "1"} if sound else {"mlt_service": "qtblend"}
        said = {"a_track": "0", "b_track": str(number), "internal_added": "237"}
        for key, value in {**said, **service, "always_active": "1"}.items():
            ElementTree.SubElement(mix, "property", {"name": key}).text = value


def _is_sound(tractor: ElementTree.Element) -> bool:
    return tractor.find("property[@name='kdenlive:audio_track']") is not None
