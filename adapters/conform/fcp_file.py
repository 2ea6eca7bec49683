"""What only the written FCP 7 XML can be given: links, order of elements, a document type."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from otio_autoedit.adapters.conform.facts import Facts, plain
from otio_autoedit.files import write_whole

# The order Premiere writes; some readers take the first rate they meet.
ORDER = {
    "clipitem": "masterclipid name enabled duration rate start end in out file sourcetrack filter "
    "marker link",
    "sequence": "name duration rate timecode media marker",
    "file": "name pathurl rate duration timecode media",
    "media": "video audio",
    "samplecharacteristics": "rate width height anamorphic pixelaspectratio fielddominance",
    "rate": "timebase ntsc",
    "marker": "name comment in out",
}
HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n'


def mend(path: Path, facts: Facts) -> None:
    """Rewrite the file that the stock adapter wrote from a prepared timeline."""
    root = ElementTree.parse(path).getroot()  # noqa: S314 - written a moment ago, by our process
    if root.tag != "xmeml":
        return
    for tag, order in ORDER.items():
        for element in list(root.iter(tag)):
            _in_order(element, order.split())
    for marker in root.iter("marker"):
        _point(marker)
    for track in root.iterfind(".//sequence/media/audio/track"):
        for kind in track.iterfind("transitionitem/effect/mediatype"):
            kind.text = "audio"
        for effect in track.iterfind("transitionitem/effect"):
            _crossfade(effect)
    _link(root, plain(facts.notes.get("links", [])))
    ElementTree.indent(root, "    ")
    write_whole(path, HEAD + ElementTree.tostring(root, encoding="utf-8") + b"\n")


def _in_order(element: Element, order: list[str]) -> None:
    for doubled in element.findall("rate")[1:]:
        element.remove(doubled)
    rank = {tag: n for n, tag in enumerate(order)}
    element[:] = sorted(element, key=lambda child: rank.get(child.tag, len(rank)))


def _point(marker: Element) -> None:
    """A marker without length has out -1."""
    start, stop = marker.find("in"), marker.find("out")
    if start is not None and stop is not None and start.text == stop.text:
        stop.text = "-1"


def _crossfade(effect: Element) -> None:
    for tag, text in (("name", "Cross Fade (+3dB)"), ("effectid", "KGAudioTransCrossFade3dB")):
        element = effect.find(tag)
        if element is not None:
            element.text = text


def _link(root: Element, groups: list[list[str]]) -> None:
    """Say in every clip of a linked group which the others are, and where."""
    places: dict[str, tuple[str, int, int, Element]] = {}
    for kind in ("video", "audio"):
        for number, track in enumerate(root.iterfind(f".//sequence/media/{kind}/track"), 1):
            for place, item in enumerate(track.iterfind("clipitem"), 1):
                places[item.get("id", "")] = (kind, number, place, item)
    for group in groups:
        members = [(name, *places[name]) for name in group if name in places]
        for *_, item in members:
            for name, kind, number, place, _ in members:
                link = SubElement(item, "link")
                SubElement(link, "linkclipref").text = name
                SubElement(link, "mediatype").text = kind
                SubElement(link, "trackindex").text = str(number)
                SubElement(link, "clipindex").text = str(place)
                if kind == "audio":
                    SubElement(link, "groupindex").text = "1"
