"""What was deleted for good: written down beside the files, so that a backup that is put back does not undo it."""
