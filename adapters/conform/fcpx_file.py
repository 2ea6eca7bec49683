"""What only the written FCPXML can be given: exact times, format, places, dissolves."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from otio_autoedit.adapters.conform.facts import Facts, nominal, plain
from otio_autoedit.files import write_whole

HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n'
ITEMS = ("clip", "gap", "asset-clip", "ref-clip")
_TIME = re.compile(r"^(-?\d+)(?:/(\d+))?s$")


def mend(path: Path, facts: Facts) -> None:
    """Rewrite the file that the stock adapter wrote from a prepared timeline."""
    root = ElementTree.parse(path).getroot()  # noqa: S314 - written a moment ago, by our process
    sequence, notes = root.find("project/sequence"), plain(facts.notes)
    if sequence is None or "rate" not in notes:
        return
    rate = Fraction(notes["rate"])
    _stretch(root, Fraction(nominal(rate)) / rate)
    _formats(root, rate, notes)
    _assets(root, notes)
    _sequence(sequence, rate, notes)
    _places(sequence, rate, notes["lanes"])
    _insides(root)
    _markers(root, rate, notes["comments"])
    _dissolves(sequence, rate, notes["dissolves"])
    _names(root, notes["names"])
    ElementTree.indent(root, "    ")
    write_whole(path, HEAD + ElementTree.tostring(root, encoding="utf-8") + b"\n")


def seconds(text: str | None) -> Fraction:
    """``"1001/30000s"`` as a number; nothing is 0.

    >>> seconds("1001/30000s")
    Fraction(1001, 30000)
    """
    match = _TIME.match(text or "0s")
    if match is None:
        raise ValueError(f"{text!r} is no time of an FCPXML")
    return Fraction(int(match[1]), int(match[2] or 1))


def written(time: Fraction) -> str:
    """A time as FCPXML writes it.

    >>> written(Fraction(2))
    '2s'
    """
    return (
        f"{time.numerator}s" if time.denominator == 1 else f"{time.numerator}/{time.denominator}s"
    )


def _stretch(root: Element, by: Fraction) -> None:
    for element in root.iter():
        for name in ("offset", "start", "duration"):
            if name in element.attrib:
                element.set(name, written(seconds(element.get(name)) * by))


def _formats(root: Element, rate: Fraction, notes: dict[str, Any]) -> None:
    for element in root.iterfind("resources/format"):
        element.attrib.pop("name", None)  # a name that Final Cut does not know is an error there
        element.set("frameDuration", written(1 / rate))
        element.set("width", str(notes["size"][0]))
        element.set("height", str(notes["size"][1]))


def _assets(root: Element, notes: dict[str, Any]) -> None:
    """What each file has, by its own record; one browser clip a file, not one a clip name."""
    names: dict[str, str] = {}
    for asset in root.iterfind("resources/asset"):
        known = notes["assets"].get(asset.get("src", ""), {})
        asset.set("name", names.setdefault(asset.get("id", ""), known.get("name", "")))
        if "channels" not in known:
            continue
        asset.set("hasVideo", "1" if known["video"] else "0")
        asset.set("hasAudio", "1" if known["channels"] else "0")
        if known["channels"]:
            asset.set("audioSources", str(len(known["channels"])))
            asset.set("audioChannels", str(max(known["channels"])))
            asset.set("audioRate", str(known["sample_rate"]))
    seen: set[str] = set()
    for clip in root.findall("asset-clip"):
        reference = clip.get("ref", "")
        if reference in seen:
            root.remove(clip)
        seen.add(reference)
        clip.set("name", names.get(reference, clip.get("name", "")))


def _sequence(sequence: Element, rate: Fraction, notes: dict[str, Any]) -> None:
    sequence.set("tcStart", written(notes["start"] / rate))
    sequence.set("tcFormat", "DF" if notes["drop"] else "NDF")
    sequence.set("audioLayout", "stereo")
    sequence.set("audioRate", "48k")
    spine = sequence.find("spine")
    pad = notes["pad"] / rate
    if spine is None or not pad or not len(spine):
        return
    last = spine[-1]
    length = seconds(last.get("duration")) - pad
    if length <= 0 and not list(last):
        spine.remove(last)
    else:
        last.set("duration", written(max(length, 1 / rate)))
    sequence.set("duration", written(max(seconds(sequence.get("duration")) - pad, 0 / rate)))


def _places(sequence: Element, rate: Fraction, lanes: dict[str, list[dict[str, Any]]]) -> None:
    """Offsets exact and in the parent's own time: where it starts, not where it lies."""
    spine = sequence.find("spine")
    if spine is None:
        return
    for element, placed in zip(spine, lanes.get("0", []), strict=False):
        element.set("offset", written(placed["at"] / rate))
        _enable(element, placed)
    counts = dict.fromkeys(lanes, 0)
    for parent in list(spine):
        zero = seconds(parent.get("start")) - seconds(parent.get("offset"))
        for child in parent:
            lane = child.get("lane")
            if child.tag not in ITEMS or lane not in lanes:
                continue
            placed = lanes[lane][counts[lane]]
            counts[lane] += 1
            child.set("offset", written(zero + placed["at"] / rate))
            _enable(child, placed)


def _enable(element: Element, placed: dict[str, Any]) -> None:
    if not placed["enabled"] and element.tag != "gap":
        element.set("enabled", "0")


def _insides(root: Element) -> None:
    """Inside a clip, the media lies at its own time: a file at 01:00:00:00 starts there."""
    starts = {a.get("id"): a.get("start", "0s") for a in root.iterfind("resources/asset")}
    for clip in root.iter("clip"):
        for video in clip.iterfind("video"):
            start = starts.get(video.get("ref"), "0s")
            video.set("offset", start)
            video.set("start", start)
        for gap in clip.iterfind("gap"):
            for audio in gap.iterfind("audio"):
                gap.set("offset", starts.get(audio.get("ref"), "0s"))
                audio.set("start", starts.get(audio.get("ref"), "0s"))


def _markers(root: Element, rate: Fraction, comments: dict[str, str]) -> None:
    for parent in root.iter():
        for marker in parent.iterfind("marker"):
            frame = seconds(marker.get("start")) * rate
            if seconds(marker.get("duration")) == 0:
                marker.set("duration", written(1 / rate))
            comment = comments.get(f"{marker.get('value')}@{int(frame)}")
            if comment:
                marker.set("note", comment)


def _dissolves(sequence: Element, rate: Fraction, places: list[dict[str, int]]) -> None:
    spine = sequence.find("spine")
    if spine is None:
        return
    for place in reversed(places):
        element = Element(
            "transition",
            name="Cross Dissolve",
            offset=written(place["at"] / rate),
            duration=written(place["length"] / rate),
        )
        spine.insert(place["before"], element)


def _names(root: Element, names: dict[str, str]) -> None:
    for element in root.iter():
        if element.get("name") in names:
            element.set("name", names[element.get("name", "")])
        if element.tag == "project" and not element.get("uid"):
            element.attrib.pop("uid", None)
