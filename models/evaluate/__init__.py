"""Measuring: how well the shipped networks do beside what others ship."""

PARTS = ("films", "costs", "generated", "hard")
"""What can be measured, in the order of the report; see `everything`."""

SCENE_PARTS = ("objects", "masks", "foreground", "scenes", "costs")
"""The same of the scene network; see `scene`."""
