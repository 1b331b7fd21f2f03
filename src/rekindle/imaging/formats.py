"""The six kinds of picture that may come in, recognised by their content and never by their name."""

from enum import StrEnum


class Format(StrEnum):
    """A kind of file. The value is what the API and the command line call it."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    HEIC = "heic"
    AVIF = "avif"
    TIFF = "tiff"

    @property
    def media_type(self) -> str:
        """The registered media type (IANA)."""
        return f"image/{self.value}"

    @property
    def extension(self) -> str:
        """The usual end of a file name, without a dot."""
        return {Format.JPEG: "jpg", Format.TIFF: "tif"}.get(self, self.value)


EVERY_FORMAT = frozenset(Format)

_TIFF_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_STILL_BRANDS = frozenset({b"mif1", b"mif2", b"msf1", b"miaf"})


def sniff(head: bytes) -> Format | None:
    """The format that the first bytes of a file (64 are enough) announce, or None when it is none of the six."""
    if head.startswith(b"\xff\xd8\xff"):
        return Format.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return Format.PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Format.WEBP
    if head.startswith(_TIFF_MARKS):
        return Format.TIFF
    if head[4:8] == b"ftyp":
        return _sniff_brands(head)
    return None


def _sniff_brands(head: bytes) -> Format | None:
    """HEIC or AVIF by the brands of an ISO base media file (ISO/IEC 14496-12, 4.3; 23008-12, 10; AV1 Image File
    Format, 6).

    The general brands alone (`mif1`) say nothing of the coding; such files are HEIC until their items say otherwise.
    """
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))}
    if brands & _AVIF_BRANDS:
        return Format.AVIF
    if brands & (_HEIC_BRANDS | _STILL_BRANDS):
        return Format.HEIC
    return None
