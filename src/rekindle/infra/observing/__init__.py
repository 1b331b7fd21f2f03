"""What operators see of a process: log lines, figures, traces. None of it ever shows a secret or a photo."""
