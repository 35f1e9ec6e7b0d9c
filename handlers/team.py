"""(not written yet)"""

from typing import Any

FORMS: tuple[Any, ...] = ()
ROUTES: tuple[Any, ...] = ()
MAKERS: dict[str, Any] = {}


async def take_location(context: Any) -> bool:
    return False


async def take_search(context: Any) -> bool:
    return False
