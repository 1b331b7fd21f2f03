"""Pixels in, pixels out: decode, orient, straighten, measure, repair, enlarge, encode."""
