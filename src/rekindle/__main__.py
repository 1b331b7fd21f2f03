"""`python -m rekindle` is the command line."""

from rekindle.cli.main import main

main()
