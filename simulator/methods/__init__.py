"""The Bot API's methods, a module for each noun; `simulator.table` says how one is declared."""

from simulator.methods import (
    chats,
    commands,
    edits,
    media,
    messages,
    places,
    profile,
    queries,
    updates,
)

__all__ = [
    "chats",
    "commands",
    "edits",
    "media",
    "messages",
    "places",
    "profile",
    "queries",
    "updates",
]
