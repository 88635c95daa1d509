"""AllertaLOM's hourly XML over HTTP, and the control that sets levels or spoils an answer.

`GET /allertalom/lista-zone?cdTipologiaGis=7&cdIstatComune=015195` answers like the real one: hours from the
present to the end of tomorrow, green unless ordered, then some without a forecast.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal
from xml.etree import ElementTree

from fastapi import APIRouter, Body, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from deployments.sandbox.config import ROME
from deployments.sandbox.world import World

_WORDS = {
    -1: "Nessuna Previsione",
    0: "Codice VERDE",
    1: "Codice GIALLO",
    2: "Codice ARANCIONE",
    3: "Codice ROSSO",
}
_ZONES = {2: ("NV-11", "Area Milanese")}  # snow has zones of its own
_ZONE = ("IM-09", "Nodo Idraulico di Milano")
_HOUR = timedelta(hours=1)


class HourLevels(BaseModel):
    """`POST /allertalom/_prova`: a level from one time until another; times without a zone are Italian."""

    model_config = ConfigDict(extra="forbid")

    begin: datetime
    end: datetime
    level: Literal[-1, 0, 1, 2, 3]


class HourOrder(BaseModel):
    """For one `cdTipologiaGis`; `body` replaces the whole answer, to play an error page or half a list."""

    model_config = ConfigDict(extra="forbid")

    gis: int
    hours: list[HourLevels] = []
    body: str | None = Field(default=None, repr=False)


def regional_routes(world: World) -> APIRouter:
    """Routes under `/allertalom`."""
    router = APIRouter(prefix="/allertalom")

    @router.get("/lista-zone")
    async def zones(
        gis: Annotated[int, Query(alias="cdTipologiaGis")],
        _istat: Annotated[str, Query(alias="cdIstatComune", pattern=r"^\d{6}$")],
    ) -> Response:
        order = world.store.get(HourOrder, str(gis)) or HourOrder(gis=gis)
        if order.body is not None:
            kind = "text/html" if order.body.lstrip().lower().startswith("<!doctype html") else "text/xml"
            return Response(order.body, media_type=kind)
        return Response(write_hours(order, world.now()), media_type="text/xml")

    @router.post("/_prova")
    async def publish(order: Annotated[HourOrder, Body()]) -> dict[str, int]:
        world.store.put(str(order.gis), order)
        return {"gis": order.gis}

    @router.delete("/_prova/{gis}")
    async def back_to_green(gis: int) -> dict[str, int]:
        world.store.delete(HourOrder, str(gis))
        return {"gis": gis}

    return router


def write_hours(order: HourOrder, now: datetime) -> bytes:
    """The list from the present hour on: to the end of tomorrow with a forecast, six hours more without."""
    code, name = _ZONES.get(order.gis, _ZONE)
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    midnight = datetime.combine(now.astimezone(ROME).date() + timedelta(days=2), time(), ROME)
    root = ElementTree.Element("List")
    while hour < midnight + 6 * _HOUR:
        level = 0 if hour < midnight else -1
        for span in order.hours:
            if _italian(span.begin) <= hour < _italian(span.end):
                level = span.level
        item = ElementTree.SubElement(root, "item")
        for tag, text in (
            ("nomeZonaOmogenea", name),
            ("codiceZonaOmogenea", code),
            ("dtPrevisione", str(int(hour.timestamp() * 1000))),
            ("cdLivello", str(level)),
            ("livello", _WORDS[level]),
        ):
            ElementTree.SubElement(item, tag).text = text
        hour += _HOUR
    document: bytes = ElementTree.tostring(root, encoding="utf-8")
    return document


def _italian(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=ROME)
