"""Upstream services as small real HTTP servers that speak the protocols of the vendors."""
