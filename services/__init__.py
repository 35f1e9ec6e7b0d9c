"""Use cases: plain async functions on an AsyncSession; no Telegram, no wording."""
