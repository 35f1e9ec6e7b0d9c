"""A one-page PDF around a palette PNG: the same compressed pixels, without loss, and one link."""

import struct
from itertools import accumulate

_POINTS_PER_INCH = 72


def one_page(png: bytes, dots_per_inch: int, title: str, link: str) -> bytes:
    """The page is as large as the picture; a tap anywhere on it opens the link.

    PDF knows PNG's compression (ISO 32000-1, 7.4.4.4), so the pixels are copied as they are.
    The PNG has a palette and is not interlaced; anything else raises ValueError.
    """
    chunks = _chunks(png)
    header = b"".join(content for kind, content in chunks if kind == b"IHDR")
    width, height, depth, colour_type, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    if colour_type != 3 or interlaced:
        raise ValueError("not a plain palette PNG")
    palette = b"".join(content for kind, content in chunks if kind == b"PLTE")
    pixels = b"".join(content for kind, content in chunks if kind == b"IDAT")

    across, down = (f"{side * _POINTS_PER_INCH / dots_per_inch:.2f}" for side in (width, height))
    colours = f"[/Indexed /DeviceRGB {len(palette) // 3 - 1} <{palette.hex()}>]"
    predictor = f"<</Predictor 15 /Colors 1 /BitsPerComponent {depth} /Columns {width}>>"
    return _document(
        b"<</Type /Catalog /Pages 2 0 R>>",
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        _ascii(
            f"<</Type /Page /Parent 2 0 R /MediaBox [0 0 {across} {down}] /Contents 4 0 R"
            " /Resources <</XObject <</Picture 5 0 R>>>> /Annots [6 0 R]>>"
        ),
        _stream("", _ascii(f"{across} 0 0 {down} 0 0 cm /Picture Do")),
        _stream(
            f"/Type /XObject /Subtype /Image /Width {width} /Height {height}"
            f" /ColorSpace {colours} /BitsPerComponent {depth}"
            f" /Filter /FlateDecode /DecodeParms {predictor}",
            pixels,
        ),
        _ascii(
            f"<</Type /Annot /Subtype /Link /Rect [0 0 {across} {down}] /Border [0 0 0]"
            f" /A <</S /URI /URI <{_ascii(link).hex()}>>>>>"
        ),
        _ascii(f"<</Title <feff{title.encode('utf-16-be').hex()}>>>"),
    )


def _ascii(text: str) -> bytes:
    return text.encode("ascii")


def _chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    chunks, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        chunks.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + length]))
        at += 12 + length
    return chunks


def _stream(entries: str, content: bytes) -> bytes:
    return _ascii(f"<<{entries} /Length {len(content)}>>\nstream\n") + content + b"\nendstream"


def _document(*objects: bytes) -> bytes:
    """The objects, numbered from 1, with the table that says where each begins.

    The first is the catalog, the last the description of the document.
    """
    head = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    written = [
        b"%d 0 obj\n%b\nendobj\n" % (number, content)
        for number, content in enumerate(objects, start=1)
    ]
    *starts, table = accumulate(map(len, written), initial=len(head))
    entries = b"".join(b"%010d 00000 n \n" % start for start in starts)
    count = len(objects) + 1
    tail = (
        b"xref\n0 %d\n0000000000 65535 f \n%b"
        b"trailer\n<</Size %d /Root 1 0 R /Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    ) % (count, entries, count, len(objects), table)
    return head + b"".join(written) + tail
