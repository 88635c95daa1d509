"""The alert archive over HTTP, and the controls that write any bulletin into it."""

import base64
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Body, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from deployments.sandbox.archive import archive_id, write_archive
from deployments.sandbox.conditional import conditional
from deployments.sandbox.config import ROME
from deployments.sandbox.world import World
from deployments.sandbox.zones import AlertError, ZoneRow, all_green, rows_from_csv, rows_from_levels

_KEY = "latest"
_AN_ALERT_A_DAY = {"Lomb-09": {"temporali": "gialla"}}
_Day = dict[str, str]


class Bulletin(BaseModel):
    """The archive now published; `automatic` ones are renewed every day, as Protezione Civile does."""

    issued: datetime
    content: str = Field(repr=False)  # base64
    automatic: bool


class ZoneDays(BaseModel):
    """Levels of a zone: {hazard: level}; what is not said is green."""

    model_config = ConfigDict(extra="forbid")

    today: _Day = {}
    tomorrow: _Day = {}


class LevelsOrder(BaseModel):
    """`POST /dpc/_prova`; a time without a zone is Italian time."""

    model_config = ConfigDict(extra="forbid")

    zones: dict[str, ZoneDays]
    issued: datetime


class CsvOrder(BaseModel):
    """`POST /dpc/_prova/csv`; the day that is left out becomes green for the zones of the other."""

    model_config = ConfigDict(extra="forbid")

    today_csv: str | None = None
    tomorrow_csv: str | None = None
    issued: datetime


def alert_routes(world: World) -> APIRouter:
    """Routes under `/dpc`."""
    router = APIRouter(prefix="/dpc")

    @router.get("/files/all/{name}")
    async def download(name: str, request: Request) -> Response:
        bulletin = current_bulletin(world)
        if name not in ("latest_all.zip", f"{archive_id(bulletin.issued)}_all.zip"):
            raise HTTPException(404)
        return conditional(request, base64.b64decode(bulletin.content), "application/zip", bulletin.issued)

    @router.post("/_prova")
    async def publish_levels(order: Annotated[LevelsOrder, Body()]) -> dict[str, str]:
        today = rows_from_levels({code: days.today for code, days in order.zones.items()})
        tomorrow = rows_from_levels({code: days.tomorrow for code, days in order.zones.items()})
        return _publish(world, today, tomorrow, order.issued)

    @router.post("/_prova/csv")
    async def publish_csv(order: Annotated[CsvOrder, Body()]) -> dict[str, str]:
        return _publish(world, *_csv_days(order), order.issued)

    @router.delete("/_prova")
    async def back_to_automatic() -> dict[str, str]:
        world.store.delete(Bulletin, _KEY)
        return {"id": archive_id(current_bulletin(world).issued)}

    return router


def current_bulletin(world: World) -> Bulletin:
    """The one in force: what was ordered, else one issued on this very day with an alert for tomorrow."""
    stored = world.store.get(Bulletin, _KEY)
    now = world.now()
    if stored and (not stored.automatic or stored.issued.astimezone(ROME).date() == now.date()):
        return stored
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    issued = max(midnight, now.replace(second=0, microsecond=0) - timedelta(minutes=25))
    content = write_archive(rows_from_levels({}), rows_from_levels(_AN_ALERT_A_DAY), issued)
    return _store(world, content, issued, automatic=True)


def _csv_days(order: CsvOrder) -> tuple[list[ZoneRow], list[ZoneRow]]:
    today = None if order.today_csv is None else rows_from_csv(order.today_csv)
    tomorrow = None if order.tomorrow_csv is None else rows_from_csv(order.tomorrow_csv)
    if today is not None:
        return today, all_green(today) if tomorrow is None else tomorrow
    if tomorrow is not None:
        return all_green(tomorrow), tomorrow
    raise AlertError("serve today_csv o tomorrow_csv")


def _publish(world: World, today: list[ZoneRow], tomorrow: list[ZoneRow], issued: datetime) -> dict[str, str]:
    local = issued.replace(tzinfo=ROME) if issued.tzinfo is None else issued.astimezone(ROME)
    _store(world, write_archive(today, tomorrow, local), local, automatic=False)
    return {"id": archive_id(local)}


def _store(world: World, content: bytes, issued: datetime, *, automatic: bool) -> Bulletin:
    encoded = base64.b64encode(content).decode("ascii")
    bulletin = Bulletin(issued=issued, content=encoded, automatic=automatic)
    world.store.put(_KEY, bulletin)
    return bulletin
