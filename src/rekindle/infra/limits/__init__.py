"""The limits port: how often somebody may do something, exact under concurrency, never open when a server is gone."""
