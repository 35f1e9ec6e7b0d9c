"""Where people live: oblasts, rayons, aiyl aimaks, villages, and who belonged to whom when."""

import enum
from datetime import date

from sqlalchemy import Date, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.schema import BigId, Model, Word


class PlaceLevel(enum.StrEnum):
    OBLAST = "oblast"
    CITY_REP = "city_rep"
    """A city of republican significance, beside the oblasts."""
    RAYON = "rayon"
    CITY = "city"
    TOWN = "town"
    PGT = "pgt"
    """An urban-type settlement."""
    AIMAK = "aimak"
    VILLAGE = "village"


class Place(Model):
    """A place as it is today; its earlier parents are in `place_parent`."""

    __tablename__ = "place"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    level: Mapped[PlaceLevel] = mapped_column(Word(PlaceLevel))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    name_ky: Mapped[str] = mapped_column(String(120))
    name_ru: Mapped[str] = mapped_column(String(120))
    aliases: Mapped[str] = mapped_column(Text, default="")
    """Other names that people type, one a line."""
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    population: Mapped[int | None] = mapped_column(Integer)
    adults_f: Mapped[int | None] = mapped_column(Integer)
    adults_m: Mapped[int | None] = mapped_column(Integer)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    """The first day on which the place no longer exists."""

    def name(self, language: str) -> str:
        return self.name_ru if language == "ru" else self.name_ky


class PlaceParent(Model):
    """To whom a place belonged: from `valid_from` (null: always) until before `valid_to`."""

    __tablename__ = "place_parent"
    __table_args__ = (Index("ix_place_parent_place_id_valid_from", "place_id", "valid_from"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
