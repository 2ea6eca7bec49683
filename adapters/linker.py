"""Finds the media of any timeline's clips in your folders, and marks the shot changes in them.

otioconvert -i cut.edl -o out.otio -a rate=24 -m autoedit -M media_dir=rushes/

Each clip's media is found by URL, file name, reel or timecode, and the clip relinked with the
file's true range. Each file is watched once; the shot changes that a clip plays become markers on
it, and a clip that is cut 1 to 3 frames beside a shot boundary is marked and counted. What is not
found stays as it was. One summary goes to stderr (the log called `otio_autoedit`).
"""


def link_media_reference(in_clip, media_linker_argument_map=None):  # type: ignore[no-untyped-def]
    """The clip's media reference, found; None to keep what it has.

    Options (-M): media_dir, match, shots, threshold, shot_network, device, cache.
    """
    from otio_autoedit.adapters.link import session

    return session.link(in_clip, media_linker_argument_map or {})
