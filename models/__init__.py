"""The tables of Ashar, one module for each room of the house; none knows Telegram's shapes."""

from models.access import Grant, Invitation, JournalEntry, Role
from models.machine import Campaign, CampaignStatus, Draft, Lane, Media, Outbox, ProcessedUpdate
from models.people import Account, AgeBand, Resident, Sex
from models.places import Place, PlaceLevel, PlaceParent
from models.schema import Model
from models.votes import (
    Ballot,
    Channel,
    Tally,
    TallyGroup,
    Turnout,
    Vote,
    VoteMethod,
    VoteOption,
    VoteReceipt,
    VoteStatus,
    VoteVillage,
)

__all__ = [
    "Account",
    "AgeBand",
    "Ballot",
    "Campaign",
    "CampaignStatus",
    "Channel",
    "Draft",
    "Grant",
    "Invitation",
    "JournalEntry",
    "Lane",
    "Media",
    "Model",
    "Outbox",
    "Place",
    "PlaceLevel",
    "PlaceParent",
    "ProcessedUpdate",
    "Resident",
    "Role",
    "Sex",
    "Tally",
    "TallyGroup",
    "Turnout",
    "Vote",
    "VoteMethod",
    "VoteOption",
    "VoteReceipt",
    "VoteStatus",
    "VoteVillage",
]
