"""The door to PyAV: all that differs between its versions, and all that guards against odd files.

Tested with PyAV 14 and 18. PyAV 19 returns ``AVRational`` (false where unset) for what were
fractions or None: `exact` takes either. Outside this room only frames are PyAV's.
"""

from __future__ import annotations

import errno
import os
import stat
from fractions import Fraction
from typing import Any, Literal

import av

from otio_autoedit.errors import MediaError

FieldOrder = Literal["progressive", "top", "bottom"]

MAX_SIDE = 16_384
"""Wider or higher pictures are refused: they would take the machine's memory."""

# What FFmpeg may take a file for. Left out: playlists (HLS, DASH, concat), which name other files
# and addresses, text (subtitles, scripts, ASCII art), and devices.
_FORMATS = (
    "mov,matroska,avi,mxf,mpeg,mpegts,mpegvideo,asf,flv,ogg,wav,w64,aiff,mp3,aac,ac3,eac3,flac,caf,"
    "au,dv,gif,apng,image2,h264,hevc,vvc,av1,obu,ivf,m4v,h263,vc1,rm,nut,gxf,wtv,dts,amr,ape,wv,tta,"
    "mpc,mpc8,yuv4mpegpipe,nsv,bink,smk,dxa,mjpeg,mjpeg_2000,dirac,r3d,cine,lxf,mtv,xmv,webp_anim"
)
_STILLS = (
    "png_pipe,jpeg_pipe,tiff_pipe,bmp_pipe,webp_pipe,exr_pipe,dpx_pipe,psd_pipe,j2k_pipe,jpegxl_pipe,"
    "pam_pipe,ppm_pipe,pgm_pipe,pbm_pipe,sgi_pipe,sunrast_pipe,pcx_pipe,dds_pipe,qoi_pipe,hdr_pipe,"
    "jpegls_pipe,xbm_pipe,xpm_pipe,xwd_pipe,svg_pipe,vbn_pipe,pictor_pipe,photocd_pipe,gem_pipe"
)
# Not passed as "options": those go to the streams too, and PyAV 14 crashes where a stream (of an
# MPEG program) shows up only after opening.
_OPTIONS = {
    "format_whitelist": f"{_FORMATS},{_STILLS}",
    "protocol_whitelist": "file",
    "pattern_type": "none",  # "shot%03d.png" is a name, not a sequence
}


def open_container(path: str | os.PathLike[str]) -> Any:
    """Opens a file, never a network address, a playlist or a pattern of file names.

    Raises:
        MediaError: missing, a folder, empty, not readable, or not media.
    """
    text = os.fsdecode(path)
    _check_file(text)
    # An absolute path after "file:": FFmpeg reads no "http:" or "concat:" into a name.
    address = "file:" + os.path.abspath(text)
    try:
        return _open(address)
    except UnicodeEncodeError as error:
        raise MediaError(
            f"{show(text)}: the name is not text in the file system's encoding; rename the file"
        ) from error
    except av.error.PermissionError as error:
        raise MediaError(f"{show(text)}: you may not read this file") from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise MediaError(
            f"{show(text)}: not a movie, sound or picture that can be read ({reason(error)})"
        ) from error


def show(path: str | os.PathLike[str]) -> str:
    """A path as one line of text, whatever its name holds."""
    text = os.fsdecode(path)
    plain = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in plain)


def reason(error: BaseException) -> str:
    """What FFmpeg says was wrong, short and on one line."""
    if getattr(error, "errno", None) == errno.EINVAL:
        return (
            "a playlist, a text or another kind of file"  # so FFmpeg answers to our list of kinds
        )
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(text).split())[:120]


def exact(value: Any) -> Fraction | None:
    """A rational of any PyAV version; None where it is unset."""
    if not value or not value.denominator:
        return None
    return Fraction(value.numerator, value.denominator)


def tags(holder: Any) -> dict[str, str]:
    """The tags of a stream or a file, whose names some containers write in capitals."""
    return {str(key).lower(): str(value).strip() for key, value in holder.metadata.items()}


def is_cover_art(stream: Any) -> bool:
    """True for a picture attached to a file, such as the cover of an album."""
    disposition = getattr(stream, "disposition", None)
    return bool(disposition is not None and disposition & av.stream.Disposition.attached_pic)


def rotation(frame: Any) -> tuple[int, bool]:
    """Degrees clockwise (0, 90, 180, 270) that a frame is turned for display, and whether the file
    asked for another angle, or for a mirror, which is not followed."""
    angle = -int(frame.rotation) % 360
    turned = round(angle / 90) * 90 % 360
    return turned, angle != turned


def field_order(stream: Any, frame: Any) -> tuple[FieldOrder, bool]:
    """The order of the fields, and whether it had to be guessed (interlaced, order not stated)."""
    stated = getattr(stream.codec_context, "field_order", None)
    if stated is not None:
        order = _FIELD_ORDERS.get(_code(stated))
        if order is not None and (order != "progressive" or not frame.interlaced_frame):
            return order, False
    if not frame.interlaced_frame:
        return "progressive", False
    return ("bottom" if stream.codec_context.name == "dvvideo" else "top"), True


def color_tags(stream: Any) -> tuple[str, str, str, str]:
    """Primaries, transfer, matrix and range by FFmpeg's names; "" where the file does not say."""
    context = stream.codec_context
    return (
        _PRIMARIES.get(_code(context.color_primaries), ""),
        _TRANSFERS.get(_code(context.color_trc), ""),
        _MATRICES.get(_code(context.colorspace), ""),
        _RANGES.get(_code(context.color_range), ""),
    )


def to_rgb(frame: Any, width: int, height: int) -> Any:
    """The frame as uint8 RGB ``[height, width, 3]``, scaled on the calling thread alone."""
    try:  # PyAV 16 and later start a pool of threads for each frame where not told otherwise
        small = frame.reformat(width, height, "rgb24", threads=1)
    except TypeError:
        small = frame.reformat(width, height, "rgb24")
    return small.to_ndarray()


def _open(address: str) -> Any:
    try:
        return av.open(address, container_options=_OPTIONS, metadata_errors="replace")
    except TypeError:  # PyAV 19 has no such argument, and replaces by itself
        return av.open(address, container_options=_OPTIONS)


def _check_file(path: str) -> None:
    try:
        status = os.stat(path)
    except (OSError, ValueError) as error:
        if isinstance(error, PermissionError):
            raise MediaError(f"{show(path)}: you may not look into its folder") from error
        raise MediaError(f"{show(path)}: there is no such file") from error
    if stat.S_ISDIR(status.st_mode):
        raise MediaError(f"{show(path)}: a folder, not a media file; name the files in it")
    if not stat.S_ISREG(status.st_mode):
        raise MediaError(f"{show(path)}: not a file on disk; copy the stream to a file first")
    if status.st_size == 0:
        raise MediaError(f"{show(path)}: the file is empty (0 bytes); copy it again")
    if not os.access(path, os.R_OK):
        raise MediaError(f"{show(path)}: you may not read this file")


def _code(value: Any) -> int:
    return int(getattr(value, "value", value) or 0)


# AVFieldOrder: 2 and 5 are shown top field first, 3 and 4 bottom first.
_FIELD_ORDERS: dict[int, FieldOrder] = {
    1: "progressive",
    2: "top",
    3: "bottom",
    4: "bottom",
    5: "top",
}
# ITU-T H.273 codes by FFmpeg's names (libavutil/pixdesc.c).
_PRIMARIES = {
    1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film",
    9: "bt2020", 10: "smpte428", 11: "smpte431", 12: "smpte432", 22: "ebu3213",
}  # fmt: skip
_TRANSFERS = {
    1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "linear",
    9: "log100", 10: "log316", 11: "iec61966-2-4", 12: "bt1361e", 13: "iec61966-2-1",
    14: "bt2020-10", 15: "bt2020-12", 16: "smpte2084", 17: "smpte428", 18: "arib-std-b67",
}  # fmt: skip
_MATRICES = {
    0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco",
    9: "bt2020nc", 10: "bt2020c", 14: "ictcp",
}  # fmt: skip
_RANGES = {1: "tv", 2: "pc"}
