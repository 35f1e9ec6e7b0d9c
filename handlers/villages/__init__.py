"""Choosing the village: by its link, its name, the location, or down the list."""

from bot.ui.routes import Command, OpenTo, Route, Tap
from handlers.doors import ArriveInVillage, OpenVillages
from handlers.villages import listing, looking, settling, taps, ways
from handlers.villages.looking import SEARCH, cancel_search, take_location, take_search

__all__ = ["ROUTES", "SEARCH", "cancel_search", "take_location", "take_search"]

ROUTES: tuple[Route, ...] = (
    Command("village", ways.show_ways, OpenTo.CONSENTED),
    Tap(OpenVillages, ways.show_ways, OpenTo.CONSENTED),
    Tap(taps.ReportMissing, ways.report_missing, OpenTo.CONSENTED),
    Tap(taps.TypeName, looking.ask_name, OpenTo.CONSENTED),
    Tap(taps.ShareLocation, looking.ask_location, OpenTo.CONSENTED),
    Tap(taps.Browse, listing.browse, OpenTo.CONSENTED),
    Tap(taps.ProposeVillage, settling.propose, OpenTo.CONSENTED),
    Tap(taps.SettleIn, settling.settle, OpenTo.CONSENTED),
    Tap(taps.Stay, settling.stay, OpenTo.CONSENTED),
    Tap(ArriveInVillage, settling.arrive, OpenTo.CONSENTED),
)
