"""Stripe, through its own SDK: nothing outside of this folder imports it, for not everybody sells."""
