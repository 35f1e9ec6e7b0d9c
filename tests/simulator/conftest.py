"""The fixtures of the simulator's tests."""

from collections.abc import Callable
from io import BytesIO

import pytest

from tests.simulator.village import Now, Village


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def village(now: Now) -> Village:
    """Aida has started the bot, which has heard of it; nothing is limited."""
    village = Village(now)
    village.people.opens_link(village.aida.id)
    village.forget_updates()
    return village


@pytest.fixture
def strangers(now: Now) -> Village:
    """Aida has never met the bot."""
    return Village(now)


@pytest.fixture
def picture() -> Callable[..., bytes]:
    def draw(width: int = 640, height: int = 480, kind: str = "JPEG") -> bytes:
        from PIL import Image

        out = BytesIO()
        Image.new("RGB", (width, height), "teal").save(out, kind)
        return out.getvalue()

    return draw
