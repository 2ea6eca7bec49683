"""Reads a media file as an editable timeline: one clip a shot, with its linked sound.

Arguments (`-a name=value`) are the options of the recipe (`-a recipe=shots`) and of every recipe:
`otio-autoedit recipes` lists them. All have defaults. With OTIO_AUTOEDIT_SUFFIXES=off the adapter
claims no suffix and is asked for by name: `-I autoedit_media`.
"""


def read_from_file(filepath, **options):  # type: ignore[no-untyped-def]
    """The timeline that a recipe makes of the media file at `filepath`."""
    from otio_autoedit.cutting import cut, read_cut_options

    recipe, given = read_cut_options(options, where="-a")
    return cut(filepath, recipe, **given)
