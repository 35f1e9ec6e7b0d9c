"""A villager votes: choose, review, confirm, keep the receipt."""

from bot.ui.routes import Command, Route, Tap
from handlers.doors import OpenVote, OpenVotes
from handlers.voting import ballot, listing, taps

ROUTES: tuple[Route, ...] = (
    Command("vote", listing.show_votes),
    Tap(OpenVotes, listing.show_votes),
    Tap(OpenVote, ballot.show_ballot),
    Tap(taps.Pick, ballot.pick),
    Tap(taps.PickNone, ballot.pick_none),
    Tap(taps.Review, ballot.review),
    Tap(taps.Rechoose, ballot.rechoose),
    Tap(taps.Confirm, ballot.confirm),
    Tap(taps.ShowPictures, ballot.show_pictures),
    Tap(taps.Hear, ballot.hear),
    Tap(taps.CheckReceipt, ballot.check_receipt),
)
