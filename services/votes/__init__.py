"""The vote: prepared, opened, voted in, closed and counted, published."""
