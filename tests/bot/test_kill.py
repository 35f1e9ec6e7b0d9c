"""SIGKILL while a village votes; `python -m tests.kills 200` is the longer run."""

import pytest

from tests.kills import kill_often

KILLS = 5


@pytest.mark.slow
async def test_killing_the_bot_loses_no_vote_and_no_draft_and_doubles_none() -> None:
    findings = await kill_often(KILLS)
    assert findings.kills == KILLS
    assert findings.confirmed >= 8, "everybody has voted at least once"
