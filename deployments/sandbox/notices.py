"""CAP documents at addresses of their own, and MeteoAlarm's JSON, both as ordered.

`PUT /cap/_prova/<name>` takes the document itself, whatever is in it; `POST /meteoalarm/_prova` takes
warnings in few words and writes them as the real feed does, green ones of every region beside them.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict

from deployments.sandbox.conditional import conditional
from deployments.sandbox.config import ROME
from deployments.sandbox.world import World

_COLOURS = {1: ("green", "Minor"), 2: ("yellow", "Moderate"), 3: ("orange", "Severe"), 4: ("red", "Extreme")}
_TYPES = {
    1: "Wind",
    2: "snow-ice",
    3: "Thunderstorm",
    5: "High-temperature",
    6: "low-temperature",
    10: "Rain",
}
_REGIONS = {"IT003": "Lombardia", "IT005": "Piemonte", "IT006": "Veneto"}
_ALL = "feeds-italy"


class Document(BaseModel):
    """A CAP document as it was put."""

    content: str
    put: datetime


class Warned(BaseModel):
    """One warning for a region; level 1 is green. Its identifier follows from its place in the order."""

    model_config = ConfigDict(extra="forbid")

    area: str = "IT003"
    type: Literal[1, 2, 3, 5, 6, 10]
    level: Literal[1, 2, 3, 4]
    onset: datetime
    expires: datetime
    identifier: str
    replaces: str | None = None


class NoticeOrder(BaseModel):
    """`POST /meteoalarm/_prova`."""

    model_config = ConfigDict(extra="forbid")

    sent: datetime
    warnings: list[Warned] = []


def notice_routes(world: World) -> APIRouter:
    """Routes under `/cap` and `/meteoalarm`."""
    router = APIRouter()

    @router.put("/cap/_prova/{name}")
    async def put(name: str, request: Request) -> dict[str, str]:
        content = (await request.body()).decode("utf-8", "replace")
        world.store.put(name, Document(content=content, put=world.now()))
        return {"address": f"/cap/{name}"}

    @router.get("/cap/{name}")
    async def document(name: str, request: Request) -> Response:
        notice = world.store.get(Document, name)
        if notice is None:
            raise HTTPException(404)
        return conditional(request, notice.content.encode(), "application/cap+xml", notice.put)

    @router.post("/meteoalarm/_prova")
    async def order(notices: Annotated[NoticeOrder, Body()]) -> dict[str, int]:
        world.store.put(_ALL, notices)
        return {"warnings": len(notices.warnings)}

    @router.get("/meteoalarm/feeds-italy")
    async def feed() -> dict[str, Any]:
        return write_warnings(world.store.get(NoticeOrder, _ALL) or NoticeOrder(sent=world.now()))

    return router


def write_warnings(order: NoticeOrder) -> dict[str, Any]:
    """The JSON: what was ordered, and for each region a green entry, as most of the real feed is."""
    sent = order.sent.astimezone(ROME)
    green = [
        Warned(
            area=area,
            type=5,
            level=1,
            onset=sent,
            expires=sent + timedelta(days=2),
            identifier=f"2.49.0.0.380.3.IT.{sent:%y%m%d%H%M%S}.{position:03}",
        )
        for position, area in enumerate(_REGIONS)
    ]
    warnings = [*green, *order.warnings]
    return {
        "warnings": [{"alert": _alert(warning, sent), "uuid": warning.identifier} for warning in warnings]
    }


def _alert(warning: Warned, sent: datetime) -> dict[str, Any]:
    alert = {
        "identifier": warning.identifier,
        "sender": "prova@sandbox.example",
        "sent": sent.isoformat(),
        "status": "Actual",
        "msgType": "Update" if warning.replaces else "Alert",
        "scope": "Public",
        "info": [_info(warning, language) for language in ("en-GB", "it-IT")],
    }
    if warning.replaces:
        alert["references"] = f"prova@sandbox.example,{warning.replaces},{sent.isoformat()}"
    return alert


def _info(warning: Warned, language: str) -> dict[str, Any]:
    colour, severity = _COLOURS[warning.level]
    return {
        "language": language,
        "event": f"PROVA {colour} {_TYPES[warning.type]}",
        "senderName": "PROVA, servizio meteorologico",
        "severity": severity,
        "onset": warning.onset.astimezone(ROME).isoformat(),
        "expires": warning.expires.astimezone(ROME).isoformat(),
        "parameter": [
            {"valueName": "awareness_level", "value": f"{warning.level}; {colour}; {severity}"},
            {"valueName": "awareness_type", "value": f"{warning.type}; {_TYPES[warning.type]}"},
        ],
        "area": [
            {
                "areaDesc": _REGIONS.get(warning.area, warning.area),
                "geocode": [{"valueName": "EMMA_ID", "value": warning.area}],
            }
        ],
    }
