"""The mark by which a database and a place of files know each other."""
