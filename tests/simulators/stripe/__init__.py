"""A small Stripe on this machine: what Rekindle uses of it, with state, hosted pages and signed webhooks."""
