"""What `rekindle doctor` looks at. Each module may fail to load, which is then what is wrong."""
