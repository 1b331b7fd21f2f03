"""XMP packets lose what is no longer true, and location if asked; IPTC records are found in Photoshop's block."""

import struct
import time
from xml.etree import ElementTree as ET

import pytest

from rekindle.imaging import xmp
from rekindle.imaging.iptc import from_photoshop, to_photoshop

PACKET = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description exif:GPSLatitude="48,51.5N"
 exif:GPSLongitude='2,17.6E' tiff:Orientation="6" photoshop:City="Paris" photoshop:DateCreated="1987-06-05T14:03:02">
 <exif:GPSAltitude>35/1</exif:GPSAltitude><dc:title>Aunt May</dc:title>
 <xmpGImg:image>/9j/4AAQ</xmpGImg:image></rdf:Description></rdf:RDF></x:xmpmeta>"""

RECORDS = b"\x1c\x02\x78\x00\x08Aunt May"


def test_location_and_moment_are_found() -> None:
    assert xmp.has_location(PACKET)
    assert not xmp.has_location(b"<x:xmpmeta/>")
    assert xmp.taken_at(PACKET) == "1987-06-05T14:03:02"
    assert xmp.taken_at(PACKET.replace(b"1987-06-05", b"1987-99-05")) is None


def test_the_old_orientation_and_thumbnail_go_and_the_rest_stays() -> None:
    mended = xmp.mended(PACKET, location=True)
    assert mended is not None
    assert b"tiff:Orientation" not in mended
    assert b"/9j/4AAQ" not in mended
    assert all(text in mended for text in (b"48,51.5N", b"35/1", b"Aunt May", b"Paris"))


def test_the_location_goes_when_asked() -> None:
    mended = xmp.mended(PACKET, location=False)
    assert mended is not None
    assert b"GPS" not in mended
    assert b"Aunt May" in mended


def test_a_packet_whose_location_is_in_an_unknown_shape_goes_as_a_whole() -> None:
    assert xmp.mended(b"<exif:GPSLatitude><b>48</b></exif:GPSLatitude>", location=False) is None
    assert xmp.mended("<exif:GPSLatitude>48</exif:GPSLatitude>".encode("utf-16-le"), location=False) is None


@pytest.mark.parametrize("piece", [b"<exif:GPSx>", b' exif:GPSx="', b"<exif:GPSx a", b"xmp:CreateDate="])
def test_packets_made_to_be_slow_are_not(piece: bytes) -> None:
    began = time.process_time()
    xmp.mended(piece * 20_000, location=False)
    xmp.taken_at(piece * 20_000)
    assert time.process_time() - began < 1.0


def test_iptc_records_come_out_of_a_photoshop_block_and_go_into_one() -> None:
    assert from_photoshop(to_photoshop(RECORDS)) == RECORDS
    assert from_photoshop(RECORDS) == RECORDS


def test_other_resources_before_the_records_are_passed_over() -> None:
    other = b"8BIM" + struct.pack(">H", 0x03ED) + b"\x03abc" + struct.pack(">I", 5) + b"12345\0"
    block = to_photoshop(RECORDS)
    assert from_photoshop(block[:14] + other + block[14:]) == RECORDS


@pytest.mark.parametrize("block", [b"", b"Photoshop 3.0\0", b"8BIM\x04\x04", b"8BIM\x04\x04\xff" + b"a" * 8, b"other"])
def test_a_block_without_records_has_none(block: bytes) -> None:
    assert from_photoshop(block) is None


# ── how a result came to be ──

SAID = b"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def test_a_packet_says_how_a_picture_came_to_be_and_keeps_what_it_said_before() -> None:
    told = xmp.with_source_type(PACKET, "trainedAlgorithmicMedia")
    assert told.count(SAID) == 1
    assert told.endswith(b"</rdf:Description></rdf:RDF></x:xmpmeta>")
    assert all(text in told for text in (b"Aunt May", b"Paris", b"48,51.5N"))


def test_what_was_said_before_of_how_it_came_to_be_is_replaced() -> None:
    first = xmp.with_source_type(PACKET, "digitalCapture")
    second = xmp.with_source_type(first, "trainedAlgorithmicMedia")
    assert second.count(b"DigitalSourceType>") == 2
    assert b"digitalCapture" not in second
    assert SAID in second


def test_a_new_packet_can_be_read_by_others() -> None:
    packet = xmp.with_source_type(None, "trainedAlgorithmicMedia")
    root = ET.fromstring(packet.decode())
    (found,) = root.iter("{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType")
    assert found.text == SAID.decode()


def test_the_description_is_of_the_same_thing_as_the_others() -> None:
    packet = PACKET.replace(b"<rdf:Description ", b'<rdf:Description rdf:about="uuid:7" ')
    assert xmp.with_source_type(packet, "digitalCapture").count(b'rdf:about="uuid:7"') == 2


def test_a_packet_that_is_not_understood_stays_as_it_is() -> None:
    for packet in (b"", b"<x:xmpmeta/>", PACKET.decode().encode("utf-16")):
        assert xmp.with_source_type(packet, "trainedAlgorithmicMedia") == packet
