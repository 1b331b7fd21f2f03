"""Someone asks for something to be done to a photo: submit, run, settle, watch."""
