"""The end of a conversion that the media linker worked on: stamp, and one summary.

Attached to `post_media_linker`. Where the linker was not used in this process it has nothing to do.
"""


def hook_function(in_timeline, argument_map=None):  # type: ignore[no-untyped-def]
    """Finish what the linker did to this timeline's clips."""
    import sys

    session = sys.modules.get("otio_autoedit.adapters.link.session")
    if session is not None:
        session.finish(in_timeline)
    return in_timeline
