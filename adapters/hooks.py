"""The hook that makes a timeline of ours right for the format it is written to.

Attached to both ends of every write. It touches only timelines with ``metadata["autoedit"]`` and
works on a copy; everybody else's pass through untouched, at the cost of one dictionary look-up.
"""


def hook_function(in_timeline, argument_map=None):  # type: ignore[no-untyped-def]
    """Conform a timeline of ours before its adapter writes it; mend the file afterwards.

    OTIO calls this with one and the same ``argument_map`` before and after a write to a file, and
    once more in between, with another map, for adapters that write a string.
    """
    metadata = getattr(in_timeline, "metadata", None)
    if metadata is None or "autoedit" not in metadata:
        return in_timeline
    from otio_autoedit.adapters.conform import writing

    return writing.around_write(in_timeline, {} if argument_map is None else argument_map)
