"""Small real servers and providers that stand in for upstreams."""
