"""The machine around the dialogues."""
