"""What `dev.py` does: it makes environments, runs the demo and the tests, and needs nothing but Python itself."""
