"""Small MP4 files: whole headers, and pictures that nobody decodes."""

import struct


def box(kind: bytes, *bodies: bytes) -> bytes:
    """A box of ISO/IEC 14496-12."""
    body = b"".join(bodies)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def movie_header(seconds: float, *, version: int = 0) -> bytes:
    scale = 1000
    times = (
        struct.pack(">IIII", 0, 0, scale, int(seconds * scale))
        if version == 0
        else struct.pack(">QQIQ", 0, 0, scale, int(seconds * scale))
    )
    return box(b"mvhd", bytes([version, 0, 0, 0]), times, bytes(80))


def track(width: int, height: int) -> bytes:
    return box(b"trak", box(b"tkhd", bytes(76), struct.pack(">II", width << 16, height << 16)))


def film(width: int = 640, height: int = 480, seconds: float = 5.0, *, pictures: int = 5000) -> bytes:
    """A film with a track of pictures and one of sound; `pictures` bytes of it are different from each other."""
    inside = bytes(number * 7 % 251 for number in range(pictures))
    tracks = (track(width, height), track(0, 0))
    return (
        box(b"ftyp", b"isom", bytes(4), b"isommp41")
        + box(b"moov", movie_header(seconds), *tracks)
        + box(b"mdat", inside)
    )
