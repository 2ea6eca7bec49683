"""Which format a written file is of, told from its first bytes: ``-O`` hides it from hooks."""

from __future__ import annotations

import re
from pathlib import Path

# The first element of an XML file; a name further down may well say "<svg".
_FIRST = r"\A(?:\s|<\?[^>]*>|<!(?s:--.*?--|[^>-][^>]*)>)*"
_TEXTS = (
    (_FIRST + r"<xmeml\b", "fcp_xml"),
    (_FIRST + r'<fcpxml version="1\.8">', "fcpx_xml"),
    (_FIRST + r'<fcpxml version="1\.13">', "otio_fcpx_xml_lite_adapter"),
    (_FIRST + r'<mlt\b[^>]*>(?s:.*?)<property name="kdenlive:', "kdenlive"),
    (_FIRST + r"<mlt\b", "mlt_xml"),
    (_FIRST + r"<ges\b", "xges"),
    (_FIRST + r"<svg\b", "svg"),
    (r"\A#EXTM3U", "hls_playlist"),
    (r"\AHeading\r?\n", "ale"),
    (r"\A\s*\{(?s:.*?)\"OTIO_SCHEMA\"", "otio_json"),
    (r"\ATITLE:", "cmx_3600"),
    (r"(?m)^\d{3,}  \S.*\d\d[:;]\d\d[:;]\d\d[:;]\d\d$", "cmx_3600"),
)


def written_format(path: Path, expected: str) -> str:
    """OTIO's name of the adapter that wrote ``path``; ``expected`` where the bytes do not tell."""
    if path.is_dir():
        return "otiod" if (path / "content.otio").is_file() else expected
    try:
        with path.open("rb") as file:
            head = file.read(65536)
    except OSError:
        return expected
    if head.startswith(b"PK\x03\x04"):
        return "otioz"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "AAF"
    text = head.decode("utf-8", "replace").lstrip("\ufeff")
    return next((name for pattern, name in _TEXTS if re.search(pattern, text)), expected)
