"""The networks and how they are trained; everything here needs PyTorch, which the product does not."""
