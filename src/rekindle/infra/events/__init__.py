"""The events port: short notices to whoever listens now; nothing is kept, and the database stays the truth."""
