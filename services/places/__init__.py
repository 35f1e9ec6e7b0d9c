"""The directory of places: read, searched, and brought in from a file."""
