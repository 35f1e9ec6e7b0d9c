"""What dialogues are written with; it knows Telegram's shapes, never the network."""
