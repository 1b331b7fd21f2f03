"""The steps of the embedded engine: one file each, pure functions on arrays."""
