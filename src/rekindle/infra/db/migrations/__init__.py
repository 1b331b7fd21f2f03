"""One linear history of the tables; a released migration is never edited."""
