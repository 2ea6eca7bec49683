"""Between our edits and OTIO: plans laid out, metadata of ours, a flat view of any timeline."""
