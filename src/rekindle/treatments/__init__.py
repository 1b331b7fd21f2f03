"""What is wrong with a photo, and what to do about it."""
