"""What is done by the clock: each thing once per period, however many processes there are."""
