"""The record of a vote as a file."""

from bot.files import Order
from bot.request import Upload
from bot.ui.context import Context
from bot.ui.screens import Attachment, Screen
from handlers.doors import OpenStaffVote
from handlers.steering.finding import vote_to_watch
from handlers.steering.taps import Export
from handlers.words import back_button
from models import VoteStatus
from services.access import journal
from services.refusal import Reason, Refused


async def export(context: Context, tap: Export) -> None:
    vote = await vote_to_watch(context, tap.vote_id)
    if vote.status not in (VoteStatus.CLOSED, VoteStatus.PUBLISHED) or tap.kind not in MAKER_OF:
        raise Refused(Reason.VOTE_MOVED_ON)
    journal.note(
        context.session,
        context.account.id,
        "export_vote",
        "vote",
        vote.id,
        now=context.now,
        kind=tap.kind,
    )
    title = context.t("📄 {title}", title=vote.title(context.t.language))
    file = Attachment(MAKER_OF[tap.kind], vote.id, context.t.language)
    back = back_button(context.t, OpenStaffVote(vote.id))
    context.say(Screen(title, ((back,),), document=file))


async def votes_csv(order: Order) -> Upload:
    from handlers import exports

    table = await exports.vote_table(order.session, order.subject, order.t)
    return Upload(f"vote-{order.subject}.csv", exports.as_csv(table), "text/csv")


async def votes_xlsx(order: Order) -> Upload:
    from handlers import exports

    table = await exports.vote_table(order.session, order.subject, order.t)
    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Upload(f"vote-{order.subject}.xlsx", exports.as_xlsx(table), mime)


MAKERS = {"votes_csv": votes_csv, "votes_xlsx": votes_xlsx}
MAKER_OF = {"csv": "votes_csv", "xlsx": "votes_xlsx"}
