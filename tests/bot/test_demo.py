"""The demo: a village that lives, a clock that goes ahead, a bot that restarts."""

import asyncio
import re
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from bot.commands.failing import Failed
from bot.demo import drawings, people, recordings
from bot.demo.people import Character
from bot.demo.phone import Unscripted
from bot.demo.show import show
from bot.demo.stage import TOKEN, Stage
from bot.demo.story import Story
from handlers.doors import OpenResult, OpenStaffVote, OpenVote
from handlers.voting import Confirm, Hear, Pick, ShowPictures
from simulator import Message
from tests.demo import playing

HOUSE = Path(__file__).resolve().parents[2]
