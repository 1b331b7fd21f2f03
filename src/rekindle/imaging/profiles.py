"""Reads as much of an ICC profile (ICC.1:2022) as tells which colour space it describes."""

import struct
from dataclasses import dataclass

from rekindle.imaging.image import Space

_COLORANTS = {
    Space.SRGB: ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)),
    Space.DISPLAY_P3: ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841)),
}
"""XYZ of the primaries under D50 (IEC 61966-2-1 and SMPTE EG 432-1 with the white of sRGB, Bradford-adapted)."""

_COLORANT_SLACK = 0.004
_CURVE_SLACK = 0.012
_MOST_TAGS = 200


@dataclass(frozen=True, slots=True)
class Profile:
    """`kind` is the colour space of its pixels ("RGB ", "GRAY", "CMYK", "Lab " …), `name` its description, and
    `space` the working space whose pixels mean the same, if there is one. A grey profile with the curve of sRGB
    counts as sRGB.
    """

    kind: str
    name: str | None
    space: Space | None


def read_profile(icc: bytes) -> Profile | None:
    """What a profile describes, or None when the bytes are no profile."""
    if len(icc) < 132 or icc[36:40] != b"acsp":
        return None
    try:
        tags = _tags(icc)
        kind = icc[16:20].decode("latin-1")
        return Profile(kind, _name(tags.get(b"desc", b"")), _space(kind, tags))
    except (struct.error, IndexError, UnicodeDecodeError):
        return None


def _tags(icc: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", icc, 128)
    found: dict[bytes, bytes] = {}
    for index in range(min(count, _MOST_TAGS)):
        name, start, size = struct.unpack_from(">4sII", icc, 132 + 12 * index)
        found[name] = icc[start : start + size]
    return found


def _name(desc: bytes) -> str | None:
    """The first text of a `desc` tag, in either of its two shapes (multi-localized, or the older text description)."""
    if desc[:4] == b"mluc":
        length, start = struct.unpack_from(">II", desc, 20)
        text = desc[start : start + length].decode("utf-16-be")
    else:
        (length,) = struct.unpack_from(">I", desc, 8)
        text = desc[12 : 12 + length].decode("latin-1")
    return text.split("\0")[0].strip()[:120] or None


def _space(kind: str, tags: dict[bytes, bytes]) -> Space | None:
    """A working space with the same primaries and curve. Profiles made of tables describe devices, and equal none."""
    if kind == "GRAY":
        return Space.SRGB if _is_srgb_curve(tags.get(b"kTRC", b"")) else None
    if kind != "RGB " or any(table in tags for table in (b"A2B0", b"A2B1")):
        return None
    if not all(_is_srgb_curve(tags.get(name, b"")) for name in (b"rTRC", b"gTRC", b"bTRC")):
        return None
    colorants = [_xyz(tags[name]) for name in (b"rXYZ", b"gXYZ", b"bXYZ") if name in tags]
    return next((space for space, wanted in _COLORANTS.items() if _are_close(colorants, wanted)), None)


def _xyz(data: bytes) -> tuple[float, ...]:
    return tuple(value / 65536 for value in struct.unpack_from(">iii", data, 8))


def _are_close(colorants: list[tuple[float, ...]], wanted: tuple[tuple[float, ...], ...]) -> bool:
    pairs = zip(colorants, wanted, strict=False)
    return len(colorants) == 3 and all(
        abs(one - other) <= _COLORANT_SLACK for have, want in pairs for one, other in zip(have, want, strict=True)
    )


def _is_srgb_curve(data: bytes) -> bool:
    """Whether a tone curve is that of sRGB within about one step of 8 bits."""
    return len(data) >= 12 and all(
        abs(_gamma_encoded(_curve(data, step / 16)) - step / 16) <= _CURVE_SLACK for step in range(1, 17)
    )


def _curve(data: bytes, x: float) -> float:
    """The linear light that a `curv` or `para` tag gives for a sample (ICC.1:2022, 10.6 and 10.18)."""
    if data[:4] == b"para":
        (function,) = struct.unpack_from(">H", data, 8)
        values = [value / 65536 for value in struct.unpack_from(f">{(1, 3, 4, 5, 7)[function]}i", data, 12)]
        gamma, a, b, c, d, e, f = (values + [1.0, 0.0, 0.0, 0.0, 0.0, 0.0][len(values) - 1 :])[:7]
        if function >= 3:
            return (max(a * x + b, 0.0) ** gamma + e) if x >= d else c * x + f
        return max(a * x + b, 0.0) ** gamma + (c if function == 2 else 0.0)
    (count,) = struct.unpack_from(">I", data, 8)
    if count < 2:
        return x ** (struct.unpack_from(">H", data, 12)[0] / 256) if count else x
    at = x * (count - 1)
    low = min(int(at), count - 2)
    first, second = struct.unpack_from(">HH", data, 12 + 2 * low)
    return (first + (second - first) * (at - low)) / 65535


def _gamma_encoded(light: float) -> float:
    """The sRGB sample for linear light (IEC 61966-2-1)."""
    light = min(max(light, 0.0), 1.0)
    return light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
