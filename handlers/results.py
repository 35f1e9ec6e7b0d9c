"""The result of a vote: a picture, a text that can be read aloud, the list of receipts."""

import asyncio
from collections.abc import Mapping

from markupsafe import Markup

from bot.files import Order
from bot.request import Upload
from bot.ui.callbacks import Callback, callback
from bot.ui.context import Context
from bot.ui.i18n import Translator
from bot.ui.routes import OpenTo, Route, Tap
from bot.ui.screens import CAPTION_LIMIT, Attachment, Button, Row, Screen, lines
from handlers.doors import OpenResult
from handlers.words import (
    age_group,
    menu_button,
    result_text,
    says_all,
    sex_group,
    shorten,
    turnout_of_adults,
    word_of,
)
from models import AgeBand, Sex, TallyGroup, VoteMethod, VoteStatus
from services.refusal import Reason, Refused
from services.votes import ballots, results
from services.votes.results import Breakdown, Result

HIDDEN = "—"


@callback("groups")
class OpenGroups(Callback):
    """The result by sex and age group."""

    vote_id: int


@callback("word")
class ReadWord(Callback):
    """The makers' word in full, where the picture's caption has no room for it."""

    vote_id: int


@callback("receipts")
class GetReceipts(Callback):
    """The list of receipts, as a file."""

    vote_id: int


# --- what arrives -----------------------------------------------------------------------------


async def show_result(context: Context, tap: OpenResult) -> None:
    context.show(result_screen(context.t, await _published(context, tap.vote_id)))


async def show_groups(context: Context, tap: OpenGroups) -> None:
    context.show(groups_screen(context.t, await _published(context, tap.vote_id)))


async def read_word(context: Context, tap: ReadWord) -> None:
    context.show(word_screen(context.t, await _published(context, tap.vote_id)))


async def send_receipts(context: Context, tap: GetReceipts) -> None:
    result = await _published(context, tap.vote_id)
    context.say(receipts_screen(context.t, result))


async def _published(context: Context, vote_id: int) -> Result:
    """A result that everybody may see.

    Raises:
        Refused: NOT_FOUND, also for a vote that is only not published.
    """
    vote = await ballots.load(context.session, vote_id)
    if vote.status is not VoteStatus.PUBLISHED:
        raise Refused(Reason.NOT_FOUND)
    return await results.result_of(context.session, vote_id)


# --- what is shown ----------------------------------------------------------------------------


def result_screen(t: Translator, result: Result) -> Screen:
    """Picture and text together; everything that the picture says is in the text too."""
    vote = result.vote
    text = result_text(t, result, limit=CAPTION_LIMIT)
    whole_word: tuple[Row, ...] = ()
    if not says_all(t, result, text):
        whole_word = ((Button(t("💬 Read it in full"), ReadWord(vote.id)),),)
    return Screen(
        text,
        (
            *whole_word,
            (Button(t("👥 By sex and age"), OpenGroups(vote.id)),),
            (Button(t("🧾 List of receipts"), GetReceipts(vote.id)),),
            (menu_button(t),),
        ),
        picture=Attachment("chart", vote.id, t.language, reuse=True),
    )


def word_screen(t: Translator, result: Result) -> Screen:
    return Screen(
        lines(
            t("<b>📊 Result: {title}</b>", title=result.vote.title(t.language)),
            "",
            word_of(result.vote, t.language),
        ),
        ((Button(t("📊 The result"), OpenResult(result.vote.id)),), (menu_button(t),)),
    )


def groups_screen(t: Translator, result: Result) -> Screen:
    sexes = {sex.value: sex_group(t, sex) for sex in Sex}
    ages = {band.value: age_group(t, band) for band in AgeBand}
    hidden = any(
        score is None
        for group in (TallyGroup.SEX, TallyGroup.AGE)
        for row in (result.groups[group].voters, *result.groups[group].scores.values())
        for score in row.values()
    )
    return Screen(
        lines(
            t("<b>📊 Result: {title}</b>", title=result.vote.title(t.language)),
            *_table(t, result, result.groups[TallyGroup.SEX], sexes),
            *_table(t, result, result.groups[TallyGroup.AGE], ages),
            "",
            t("There is nothing to compare: too few people, or all of one group.")
            if not (result.groups[TallyGroup.SEX].values or result.groups[TallyGroup.AGE].values)
            else None,
            t(
                "«{sign}» stands for few people: hidden, so that nobody can be recognised.",
                sign=HIDDEN,
            )
            if hidden
            else None,
        ),
        ((Button(t("📊 The result"), OpenResult(result.vote.id)),), (menu_button(t),)),
    )


def receipts_screen(t: Translator, result: Result) -> Screen:
    return Screen(
        lines(
            t("<b>🧾 Receipts: {title}</b>", title=result.vote.title(t.language)),
            t("Every counted vote has a receipt in this list. Is yours in it?"),
        ),
        ((menu_button(t),),),
        document=Attachment("receipts", result.vote.id, t.language, reuse=True),
    )


def _table(
    t: Translator, result: Result, groups: Breakdown, names: Mapping[str, Markup]
) -> list[Markup | str]:
    """One line for each option: its figures in the order of the first line."""
    if not groups.values:
        return []

    def figure(score: int | None) -> str:
        return HIDDEN if score is None else t.number(score)

    head = Markup(" · ").join(names[value] for value in groups.values)
    rows = [Markup("<b>{}</b>").format(head)]
    for line in result.lines:
        position = line.option.position if line.option else 0
        title = shorten(line.option.title(t.language), 45) if line.option else t("None of these")
        figures = " · ".join(figure(groups.scores[position][value]) for value in groups.values)
        rows.append(Markup("{}: {}").format(title, figures))
    voters = " · ".join(figure(groups.voters[value]) for value in groups.values)
    rows.append(t("Voted: {figures}", figures=voters))
    return ["", *rows]


# --- files ------------------------------------------------------------------------------------


async def chart(order: Order) -> Upload:
    """The result as a picture in the reader's language."""
    from bot import pictures

    result = await results.result_of(order.session, order.subject)
    t = order.t
    ranking = result.vote.method is VoteMethod.RANKING
    bars = tuple(
        pictures.Bar(
            line.option.title(t.language) if line.option else str(t("None of these").unescape()),
            line.score,
            t.number(line.score)
            if ranking
            else f"{t.number(line.score)} · {t.percent(line.share)}",
            line.winner,
        )
        for line in result.lines
    )
    voted = t.plural("{count} person voted.", "{count} people voted.", result.voters)
    turnout = turnout_of_adults(t, result)
    closed = result.vote.closed_at
    drawn = pictures.ResultChart(
        title=result.vote.title(t.language),
        subtitle=str(t("Result of the vote").unescape()),
        bars=bars,
        footer=tuple(str(part.unescape()) for part in (voted, turnout) if part),
        source=str(t("ARIS · Ashar · {day}", day=t.day_full(closed)).unescape()) if closed else "",
    )
    content = await asyncio.to_thread(pictures.result_chart, drawn)
    return Upload(f"result-{order.subject}-{t.language}.png", content, "image/png")


async def receipts(order: Order) -> Upload:
    """All receipts, one a line, as a text that every phone opens."""
    result = await results.result_of(order.session, order.subject)
    codes = await results.receipts(order.session, order.subject)
    t = order.t
    head = [
        str(t("Receipts: {title}", title=result.vote.title(t.language)).unescape()),
        str(t("Counted votes: {count}", count=len(codes)).unescape()),
        "",
    ]
    text = "\r\n".join([*head, *(f"{code[:5]}-{code[5:]}" for code in codes), ""])
    return Upload(f"receipts-{order.subject}.txt", ("\ufeff" + text).encode(), "text/plain")


MAKERS = {"chart": chart, "receipts": receipts}

ROUTES: tuple[Route, ...] = (
    Tap(OpenResult, show_result, OpenTo.CONSENTED),
    Tap(OpenGroups, show_groups, OpenTo.CONSENTED),
    Tap(ReadWord, read_word, OpenTo.CONSENTED),
    Tap(GetReceipts, send_receipts, OpenTo.CONSENTED),
)
