"""Many photos at once: folders in, folders out, from the command line."""
