"""Drafts: what somebody has filled in so far, kept in the same transaction as everything else."""

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from bot.ui.context import Context
from models import Draft
from services.ahead import ahead_of
from services.refusal import Reason, Refused


async def find(context: Context, form: str) -> Draft | None:
    """The present draft of a form, whichever buttons belong to it."""
    ahead = ahead_of(context.session)
    if ahead is not None and ahead.knows_account(context.account.id):
        return ahead.drafts.get((context.account.id, form))
    await context.session.flush()
    return await context.session.get(Draft, (context.account.id, form))


async def begin(context: Context, form: str, step: str, data: dict[str, Any]) -> Draft:
    """A new draft in the place of an older one of this form; buttons of that one are outdated."""
    draft = await find(context, form)
    if draft is None:
        draft = Draft(account_id=context.account.id, form=form)
        context.session.add(draft)
        if (ahead := ahead_of(context.session)) is not None:
            ahead.drafts[context.account.id, form] = draft
    draft.token = secrets.token_urlsafe(4)
    draft.step = step
    draft.data = data
    draft.touched_at = context.now
    return draft


async def present(context: Context, form: str, token: str) -> Draft:
    """The draft that a button belongs to.

    Raises:
        Refused: OUTDATED, when it is gone or was replaced.
    """
    draft = await find(context, form)
    if draft is None or not _alike(draft.token, token):
        raise Refused(Reason.OUTDATED)
    return draft


def _alike(token: str, other: str) -> bool:
    """As bytes: of strings, `compare_digest` takes none but ASCII."""
    return secrets.compare_digest(token.encode(), other.encode(errors="replace"))


async def change(
    context: Context, form: str, data: dict[str, Any], step: str | None = None
) -> None:
    """New contents of the draft; its token stays.

    Raises:
        Refused: OUTDATED, when it is gone.
    """
    draft = await find(context, form)
    if draft is None:
        raise Refused(Reason.OUTDATED)
    draft.data = data
    draft.step = step or draft.step
    draft.touched_at = context.now
    flag_modified(draft, "data")


async def end(context: Context, form: str) -> None:
    """Drops the draft; none changes nothing."""
    draft = await find(context, form)
    if draft is None:
        return
    if (ahead := ahead_of(context.session)) is not None:
        ahead.drafts.pop((context.account.id, form), None)
    if draft in context.session.new:
        context.session.expunge(draft)
    else:
        await context.session.delete(draft)


async def set_aside(context: Context, *, older_than: timedelta) -> None:
    """Makes all drafts seem older than that, so that nothing is taken for an answer to them."""
    before = context.now - older_than - timedelta(seconds=1)
    ahead = ahead_of(context.session)
    if ahead is not None and ahead.knows_account(context.account.id):
        found = [
            d for (account_id, _), d in ahead.drafts.items() if account_id == context.account.id
        ]
    else:
        found = await latest(context)
    for draft in found:
        draft.touched_at = min(draft.touched_at, before)


async def latest(context: Context) -> list[Draft]:
    """All drafts of this account, the one touched last on top."""
    found = await context.session.scalars(
        select(Draft)
        .where(Draft.account_id == context.account.id)
        .order_by(Draft.touched_at.desc(), Draft.form)
    )
    return list(found)
