"""The storage port: whole files under keys, written once and read often."""
