"""Pages over HTTP, and agents' files."""
