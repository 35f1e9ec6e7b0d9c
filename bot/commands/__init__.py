"""What `ashar` can do, a module for each command; all but the standard library loads when used."""
