"""The tests mirror the rooms; `tests.support` makes the media that they run on."""
