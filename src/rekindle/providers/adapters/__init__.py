"""One file per upstream: a translation and nothing else."""
