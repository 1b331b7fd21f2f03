"""Who can do an edit: one small protocol, one file per upstream, and the choice between them."""
