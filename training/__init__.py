"""How everything in the product that was learned from pictures was made."""
