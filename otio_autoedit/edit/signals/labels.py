"""What tracks may be of, beside what they are found to be of."""

from __future__ import annotations

from otio_autoedit.models.scene_labels import OBJECTS

_COCO = """
airplane, boat, traffic light, fire hydrant, stop sign, parking meter, bench, sheep, cow, elephant,
bear, zebra, giraffe, backpack, umbrella, handbag, tie, suitcase, frisbee, skis, snowboard,
sports ball, kite, baseball bat, baseball glove, skateboard, surfboard, tennis racket, bottle,
wine glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich, orange, broccoli, carrot,
hot dog, pizza, donut, cake, chair, couch, potted plant, bed, dining table, toilet, tv, laptop,
mouse, remote, keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, book, clock,
vase, scissors, teddy bear, hair drier, toothbrush
"""

LABELS = frozenset((*OBJECTS, *" ".join(_COCO.split()).split(", ")))
"""The scene network's objects and the 80 of COCO, which most detectors of others know."""
