"""What the scene network tells apart, and how the sets' own names map to it. No torch here."""

from __future__ import annotations

from types import MappingProxyType

OBJECTS = (
    *("person", "face", "car", "bus", "truck", "motorcycle", "bicycle", "train"),
    *("cat", "dog", "horse", "bird", "ball"),
)
"""Of boxes; class `k + 1` of the detection head is `OBJECTS[k]`, 0 is background."""

MASKS = ("other", "person", "vehicle", "animal", "field", "crowd")
"""Of pixels, one each: the indices of label pictures; 255 there is unknown."""

FOREGROUND = "foreground"
"""A mask by itself, over all others: what a viewer looks at, whatever it is."""

SCENES = ("indoor", "nature", "town", "street", "sport", "studio")
"""Of frames, one each."""

_VEHICLES = ("bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat")
_ANIMALS = (
    *("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"),
)

COCO_TO_OBJECT = MappingProxyType(
    {name: name for name in OBJECTS if name != "ball"} | {"sports ball": "ball"}
)
"""COCO's names (and "face", which is none of COCO's) to `OBJECTS`; others are not carried."""

COCO_TO_MASK = MappingProxyType(
    {"person": "person"} | dict.fromkeys(_VEHICLES, "vehicle") | dict.fromkeys(_ANIMALS, "animal")
)
"""COCO's names to `MASKS`; all else is "other"."""

VOC_TO_MASK = MappingProxyType(
    {"person": "person"}
    | dict.fromkeys(("aeroplane", "bicycle", "boat", "bus", "car", "motorbike", "train"), "vehicle")
    | dict.fromkeys(("bird", "cat", "cow", "dog", "horse", "sheep"), "animal")
)
"""Pascal VOC's names to `MASKS`; all else is "other"."""
