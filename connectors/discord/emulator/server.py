"""The emulated Discord as one server: REST, gateway, files, people and hands over one state and one history."""

import copy
from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import Any

from aiohttp import web

from connectors.discord.emulator.asking import DiscordCall, Handler
from connectors.discord.emulator.community import Community
from connectors.discord.emulator.gateway import Gateway
from connectors.discord.emulator.hands import Hands
from connectors.discord.emulator.interactions import Interactions
from connectors.discord.emulator.limiter import Limiter, Taken
from connectors.discord.emulator.people import DiscordPerson
from connectors.discord.emulator.refusals import Refusal
from connectors.discord.emulator.rest_application import ApplicationRest
from connectors.discord.emulator.rest_guild import GuildRest
from connectors.discord.emulator.rest_messages import MessageRest
from connectors.discord.emulator.state import DiscordState
from connectors.emulation.control import Act, add_control
from connectors.emulation.limits import machine_time
from connectors.emulation.server import Answer, EmulatedServer
from connectors.emulation.history import Change

BY_TOKEN_IN_PATH = ("interaction.callback", "followup.", "original.")
API = "/api/v10"
