"""The trained networks: how they are run, and what each is asked."""
