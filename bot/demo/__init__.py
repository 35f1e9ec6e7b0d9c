"""The demo: a simulated Telegram with a chat page, the real bot against it, a village to play."""
