"""What may come in: upload limits."""
