"""A village is chosen: is it the right one, and what does moving there change?"""

from collections.abc import Sequence

from markupsafe import Markup

from bot.ui.context import Context
from bot.ui.i18n import Translator
from bot.ui.screens import Button, Screen, lines
from handlers.doors import ArriveInVillage, OpenMenu, OpenVillages
from handlers.villages.looking import stop_looking
from handlers.villages.taps import ProposeVillage, SettleIn, Stay
from handlers.villages.ways import show_ways_to_find
from handlers.words import place_label
from models import Resident, Vote
from services import people
from services.places.directory import Directory, KnownPlace
from services.refusal import Reason, Refused
from services.votes import ballots


async def propose(context: Context, tap: ProposeVillage) -> None:
    """The question before the village is kept, because names repeat."""
    await _propose(context, await _village(context, tap.place_id))


async def settle(context: Context, tap: SettleIn) -> None:
    place = await _village(context, tap.place_id)
    if _live_in(await context.residents(), place):
        await _already_there(context)
        return
    await people.settle(context.session, context.account, place.id, now=context.now)
    context.changed()
    await stop_looking(context)
    context.toast(context.t("✅ Saved. You can change the village in the settings."))
    await context.go(OpenMenu())


async def stay(context: Context, _tap: Stay) -> None:
    await stop_looking(context)
    context.toast(context.t("All right. Nothing has changed."))
    await context.go(OpenMenu())


async def arrive(context: Context, tap: ArriveInVillage) -> None:
    """The link of a poster: a newcomer is settled at once, somebody from elsewhere is asked."""
    directory = await context.directory()
    place = directory.by_code(tap.code)
    if place is None or not _can_live_in(directory, place):
        await show_ways_to_find(context, unknown=True)
    elif await context.residents():
        await _propose(context, place)
    else:
        await people.settle(context.session, context.account, place.id, now=context.now)
        context.changed()
        await stop_looking(context)
        await context.go(OpenMenu())


def confirm_screen(t: Translator, directory: Directory, place: KnownPlace) -> Screen:
    """The first village."""
    return Screen(
        t("Your village is <b>{village}</b>. Right?", village=place_label(t, directory, place)),
        (
            (Button(t("✅ Yes, right"), SettleIn(place.id)),),
            (Button(t("❌ No, another one"), OpenVillages()),),
        ),
    )


def move_screen(
    t: Translator,
    directory: Directory,
    place: KnownPlace,
    residents: Sequence[Resident],
    losing: Sequence[Vote],
) -> Screen:
    """Another village than the present one. `losing`: open votes from which a ballot of this
    phone is withdrawn."""
    home = directory.get(residents[0].village_id)
    return Screen(
        lines(
            t("📍 Your village: <b>{village}</b>", village=place_label(t, directory, home))
            if home
            else None,
            t("<b>Move to {village}?</b>", village=place_label(t, directory, place)),
            "",
            t("From now on you take part in the votes of the new village."),
            t("In these open votes your vote is withdrawn:") if losing else None,
            *(Markup("🗳 {}").format(vote.title(t.language)) for vote in losing),
            t("If you stay, nothing changes."),
            t("Everybody on this phone moves: {count}.", count=len(residents))
            if len(residents) > 1
            else None,
        ),
        (
            (Button(t("✅ Yes, move"), SettleIn(place.id)),),
            (Button(t("❌ No, stay"), Stay()),),
        ),
    )


def _can_live_in(directory: Directory, place: KnownPlace) -> bool:
    return place.exists and directory.is_settlement(place)


def _live_in(residents: Sequence[Resident], place: KnownPlace) -> bool:
    """Whether this phone's people live there already."""
    return bool(residents) and all(r.village_id == place.id for r in residents)


async def _village(context: Context, place_id: int) -> KnownPlace:
    """Raises Refused(PLACE_UNKNOWN) for what is no village of today."""
    directory = await context.directory()
    place = directory.get(place_id)
    if place is None or not _can_live_in(directory, place):
        raise Refused(Reason.PLACE_UNKNOWN)
    return place


async def _propose(context: Context, place: KnownPlace) -> None:
    residents = await context.residents()
    if _live_in(residents, place):
        await _already_there(context)
        return
    context.show(await _question(context, place))


async def _question(context: Context, place: KnownPlace) -> Screen:
    residents, directory = await context.residents(), await context.directory()
    if residents:
        losing = await ballots.lost_by_moving(context.session, residents, place.id)
        return move_screen(context.t, directory, place, residents, losing)
    return confirm_screen(context.t, directory, place)


async def _already_there(context: Context) -> None:
    await stop_looking(context)
    context.toast(context.t("This is your village already."))
    await context.go(OpenMenu())
