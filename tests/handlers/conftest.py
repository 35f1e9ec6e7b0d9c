"""What tests of whole days are given."""

import pytest

from bot.transactions import Transactions
from tests.handlers.days import Followed


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> Followed:
    """Takes note of the routes; comes before the world, whose bot looks its method up once."""
    made = Followed()
    monkeypatch.setattr(Transactions, "_follow", lambda *arguments: made.follow(*arguments))
    return made
