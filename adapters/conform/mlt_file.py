"""Mend the file that OTIO's MLT adapter wrote: profile, sound, whole numbers."""

from __future__ import annotations

import re
from fractions import Fraction
from math import gcd
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from otio_autoedit.files import write_whole

if TYPE_CHECKING:
    from otio_autoedit.adapters.conform.facts import Facts

UNKNOWN_SIZE = (1920, 1080)


def mend(path: Path, facts: Facts) -> None:
    """Rewrite ``path`` with what the adapter leaves out. Doing it twice changes nothing."""
    # Our own adapter wrote it a moment ago; it has no entities and no document type.
    root = ElementTree.fromstring(path.read_bytes())  # noqa: S314
    root.set("LC_NUMERIC", "C")
    _profile(root, facts)
    _producers(root, facts.notes.get("streams", {}))
    _tracks(root, set(facts.notes.get("sound", [])))
    _whole_numbers(root)
    ElementTree.indent(root)
    write_whole(path, ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def _profile(root: ElementTree.Element, facts: Facts) -> None:
    """The whole profile; a size the person asked for (``-A width=``) stays."""
    profile = root.find("profile")
    if profile is None:
        profile = ElementTree.Element("profile")
        root.insert(0, profile)
    asked = {k: v for k, v in profile.attrib.items() if not k.startswith(("frame_rate", "decs"))}
    width, height = even_size(facts.size)
    width, height = int(asked.get("width", width)), int(asked.get("height", height))
    shape = Fraction(asked.get("sample_aspect_num", "1")) / Fraction(
        asked.get("sample_aspect_den", "1")
    )
    across, down = width * shape.numerator, height * shape.denominator
    said = {
        "description": f"{width}x{height} {float(facts.rate):.5g} fps",
        "width": str(width),
        "height": str(height),
        "progressive": "1",
        "sample_aspect_num": "1",
        "sample_aspect_den": "1",
        "display_aspect_num": str(across // gcd(across, down)),
        "display_aspect_den": str(down // gcd(across, down)),
        "frame_rate_num": str(facts.rate.numerator),
        "frame_rate_den": str(facts.rate.denominator),
        "colorspace": "709" if height >= 720 else "601",
    }
    profile.attrib.clear()
    profile.attrib.update({**said, **asked})


def even_size(size: tuple[int, int] | None) -> tuple[int, int]:
    """The profile's size: melt skews pictures of an odd width.

    >>> even_size((465, 180))
    (466, 180)
    """
    width, height = size if size and all(size) else UNKNOWN_SIZE
    return width + width % 2, height + height % 2


def _producers(root: ElementTree.Element, streams: dict[str, int]) -> None:
    """Each id once, and the sound stream it plays."""
    known: set[str] = set()
    for producer in root.findall("producer"):
        name = producer.get("id", "")
        if name in known:
            root.remove(producer)
            continue
        known.add(name)
        if _property(producer, "mlt_service") == "timewarp":
            # The length of the file as it plays, which only melt knows.
            producer.attrib.pop("in", None)
            producer.attrib.pop("out", None)
        elif producer.get("out") and _property(producer, "length") is None:
            # At another rate the last frame may lie half beyond the file's end: hold it there.
            _set(producer, "length", str(int(float(producer.attrib["out"])) + 1))
            _set(producer, "eof", "pause")
        if name == "solid_black" and _property(producer, "set.test_audio") is None:
            _set(producer, "set.test_audio", "0")  # its silence counts: sound fades from and to it
        plays = name.rpartition(":")[2].partition("_freeze")[0]
        if streams.get(plays, 0) and _property(producer, "audio_index") is None:
            place = _place(_property(producer, "resource") or "", streams[plays])
            _set(producer, "audio_index", str(place))


def _place(resource: str, stream: int) -> int:
    """Where a sound stream stands among all streams of a file; melt 7 counts them so."""
    from otio_autoedit.errors import MediaError
    from otio_autoedit.media.streams import sound_places

    path = re.sub(r"^-?[\d.]+:", "", resource)  # a retimed file says "2.0:/path"
    try:
        return sound_places(path)[stream]
    except (MediaError, IndexError):
        return 1 + stream  # behind one picture, as nearly all files have it


def _tracks(root: ElementTree.Element, sound: set[str]) -> None:
    """Picture tracks show and do not sound, sound tracks the other way round, all mixed into one.

    Without this the topmost picture's own sound plays, and a sound track's picture shows in gaps.
    """
    main = root.find("tractor[@id='tractor0']")
    if main is None:
        return
    for number, track in enumerate(main.findall("multitrack/track")):
        name = track.get("producer", "")
        if name == "background":
            continue
        track.set("hide", "video" if name in sound else "audio")
        if name in sound and main.find(f"transition[@id='mix{number}']") is None:
            mix = ElementTree.SubElement(main, "transition", {"id": f"mix{number}"})
            for key, value in (
                ("mlt_service", "mix"),
                ("a_track", "0"),
                ("b_track", str(number)),
                ("sum", "1"),
                ("always_active", "1"),
            ):
                _set(mix, key, value)
    for dissolve in root.iterfind("tractor/transition"):
        if dissolve.get("id", "").startswith("mix") or _property(dissolve, "start") is not None:
            continue
        if _property(dissolve, "mlt_service") == "mix":
            _ramp(dissolve)


def _ramp(mix: ElementTree.Element) -> None:
    """A sound's crossfade over its whole length, which else is at half and half.

    On frame i of n melt goes from (i-1)/n to i/n of the way to ``end``: it never gets there, and
    the sound jumps behind it, so the end is set beyond by as much as is missing.
    """
    length = int(float(mix.get("out", "0"))) - int(float(mix.get("in", "0"))) + 1
    _set(mix, "start", "0")
    _set(mix, "end", f"{length / max(length - 1, 1):.9g}")


def _whole_numbers(root: ElementTree.Element) -> None:
    """Frames as whole numbers: the adapter writes ``10.0``."""
    for element in root.iter():
        for key in ("in", "out", "length"):
            if re.fullmatch(r"-?\d+\.0", element.get(key, "")):
                element.set(key, element.attrib[key][:-2])
        if element.tag == "property" and element.get("name") in ("length", "frame"):
            element.text = re.sub(r"^(-?\d+)\.0$", r"\1", element.text or "")


def _property(element: ElementTree.Element, name: str) -> str | None:
    found = element.find(f"property[@name='{name}']")
    return found.text if found is not None else None


def _set(element: ElementTree.Element, name: str, value: str) -> None:
    ElementTree.SubElement(element, "property", {"name": name}).text = value
