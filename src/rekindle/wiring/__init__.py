"""Settings in, services out: the only place that picks implementations."""
