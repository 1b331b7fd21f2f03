"""What the product stands on: a few ports, each with an embedded implementation, and the helpers beside them."""
