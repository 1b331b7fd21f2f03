"""A photo comes in: upload, originals, corners, diagnosis, renditions, downloads, retention."""
