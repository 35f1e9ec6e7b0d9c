"""How updates reach the bot: long polling or a webhook."""

import re
from urllib.parse import urlsplit

from simulator import wire
from simulator.model import Json, Webhook
from simulator.parameters import Array, Flag, Integer, Text
from simulator.refusal import bad_request, conflict
from simulator.table import Call, method

MAX_TIMEOUT = 50
"""Seconds; Telegram shortens longer ones in silence."""

MAX_SECRET = 256
WEBHOOK_IS_ACTIVE = (
    "can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


@method
async def get_updates(
    call: Call,
    offset: Integer = 0,
    limit: Integer = 100,
    timeout: Integer = 0,
    allowed_updates: Array = None,
) -> list[Json]:
    if call.bot.webhook is not None:
        raise conflict(WEBHOOK_IS_ACTIVE)
    queue = call.bot.updates
    _allow(call, allowed_updates)
    if offset > 0:
        queue.confirm(offset - 1)
    elif offset < 0:
        queue.keep_last(-offset)
    await queue.wait(min(max(timeout, 0), MAX_TIMEOUT))
    return queue.bodies(min(max(limit, 1), 100))


@method
def set_webhook(
    call: Call,
    url: Text = "",
    secret_token: Text = "",
    max_connections: Integer = 40,
    allowed_updates: Array = None,
    drop_pending_updates: Flag = False,
    ip_address: Text = "",
) -> bool:
    """Addresses need no TLS: what a Bot API server run with --local takes."""
    if not url:
        return delete_webhook(call, drop_pending_updates)
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise bad_request("bad webhook: URL must start with http:// or https://")
    if len(secret_token) > MAX_SECRET:
        raise bad_request("secret token is too long")
    if not re.fullmatch("[A-Za-z0-9_-]*", secret_token):
        raise bad_request("secret token contains unallowed characters")
    _allow(call, allowed_updates)
    if drop_pending_updates:
        call.bot.updates.clear()
    call.bot.webhook = Webhook(url, secret_token or None, min(max(max_connections, 1), 100))
    call.bot.updates.end_poll("terminated by setWebhook request")
    call.telegram.webhook_changed(call.bot)
    return True


@method
def delete_webhook(call: Call, drop_pending_updates: Flag = False) -> bool:
    if drop_pending_updates:
        call.bot.updates.clear()
    call.bot.webhook = None
    call.telegram.webhook_changed(call.bot)
    return True


@method
def get_webhook_info(call: Call) -> Json:
    webhook, queue = call.bot.webhook, call.bot.updates
    info: Json = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(queue),
    }
    if webhook is not None:
        info["max_connections"] = webhook.max_connections
        if webhook.last_error_at is not None:
            info["last_error_date"] = wire.unix(webhook.last_error_at)
            info["last_error_message"] = webhook.last_error
    if queue.allowed is not None:
        info["allowed_updates"] = sorted(queue.allowed)
    return info


def _allow(call: Call, kinds: list[str] | None) -> None:
    """An empty list means the default; no list leaves things as they are."""
    if kinds is not None:
        call.bot.updates.ask_for(map(str, kinds))
