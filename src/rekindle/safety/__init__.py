"""What may come in and go out: limits of uploads, what people may write, and a look at pictures."""
