"""The bulletin's map as GeoJSON: zones by name with their Comuni, laid out like the published files.

Neither zone codes nor ISTAT codes stand in it, as in the real ones. Its shapes are empty: nobody here
draws a map.
"""

import base64
import io
import json
import struct
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Body, HTTPException, Request, Response
from pydantic import BaseModel

from deployments.sandbox.alerts import current_bulletin
from deployments.sandbox.archive import archive_id
from deployments.sandbox.conditional import conditional
from deployments.sandbox.world import World
from deployments.sandbox.zones import ZoneRow

_KEY = "lists"


class Lists(BaseModel):
    """`PUT /dpc/_prova/comuni`: names of Comuni by zone code."""

    comuni: dict[str, list[str]]


def geojson_routes(world: World) -> APIRouter:
    """`/dpc/files/geojson/<id>_today.json` and `_tomorrow.json`, and the control of their lists."""
    router = APIRouter(prefix="/dpc")

    @router.get("/files/geojson/{name}")
    async def download(name: str, request: Request) -> Response:
        bulletin = current_bulletin(world)
        identifier = archive_id(bulletin.issued)
        if name not in (f"{identifier}_today.json", f"{identifier}_tomorrow.json"):
            raise HTTPException(404)
        rows = rows_of(base64.b64decode(bulletin.content), name.removesuffix(".json") + ".dbf")
        stored = world.store.get(Lists, _KEY)
        content = write_geojson(rows, stored.comuni if stored else default_lists())
        # text/plain, as GitHub serves raw files
        return conditional(request, content, "text/plain; charset=utf-8", bulletin.issued)

    @router.put("/_prova/comuni")
    async def order(lists: Annotated[Lists, Body()]) -> dict[str, int]:
        world.store.put(_KEY, lists)
        return {"zone": len(lists.comuni)}

    @router.delete("/_prova/comuni")
    async def back_to_default() -> dict[str, int]:
        world.store.delete(Lists, _KEY)
        return {"zone": len(default_lists())}

    return router


def default_lists() -> dict[str, list[str]]:
    """Names by zone code, of the few zones that the sandbox knows Comuni of."""
    return tomllib.loads((Path(__file__).parent / "comuni.toml").read_text("utf-8"))


def write_geojson(rows: Sequence[ZoneRow], lists: Mapping[str, Sequence[str]]) -> bytes:
    """A FeatureCollection with one feature a zone, in the order and with the keys of the real ones."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "Rappresentata nella mappa": row.summary,
                "Per rischio idraulico": row.idraulico,
                "Per rischio temporali": row.temporali,
                "Per rischio idrogeologico": row.idrogeologico,
                # only the DBF has lost its apostrophes
                "Nome zona": row.name.replace("?", "'"),
                "Comuni": list(lists.get(row.code, ())),
            },
            "geometry": {"type": "Polygon", "coordinates": []},
        }
        for row in rows
    ]
    document = {"type": "FeatureCollection", "features": features}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def rows_of(archive: bytes, member: str) -> list[ZoneRow]:
    """The rows that an archive of ours was written from."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        table = opened.read(member)
    count, header, width = struct.unpack_from("<IHH", table, 4)
    widths = [table[32 + 32 * place + 16] for place in range((header - 33) // 32)]
    rows = []
    for start in range(header, header + count * width, width):
        cells, place = [], start + 1
        for size in widths:
            cells.append(table[place : place + size].decode("latin-1").rstrip())
            place += size
        rows.append(ZoneRow(*cells))
    return rows
