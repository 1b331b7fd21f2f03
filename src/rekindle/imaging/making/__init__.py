"""The operations that make something new of photos: styles, gradings, blends, montages and films."""
