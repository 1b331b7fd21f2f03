"""Quality, speed and load of Rekindle, each measured against a named peer."""
