"""Whoever wants to listen to the server's events, over a WebSocket as its pages do."""

import asyncio
import json

import websockets


def listened(
    port: int,
    path: str,
    token: str | None,
    origin: str | None = None,
    host: str | None = None,
    *,
    cookie: str = "",
    below: str = "/api",
) -> str:
    """What becomes of it: `open`, `closed` after the credential, or `refused`."""

    async def ask() -> str:
        headers = ({"Host": host} if host else {}) | ({"Cookie": cookie} if cookie else {})
        try:
            async with websockets.connect(
                f"ws://127.0.0.1:{port}{below}{path}",
                subprotocols=[websockets.Subprotocol("prefect")],
                origin=websockets.Origin(origin) if origin else None,
                additional_headers=headers,
                proxy=None,
            ) as connection:
                await connection.send(json.dumps({"type": "auth", "token": token}))
                told = json.loads(await connection.recv())
                return "open" if told == {"type": "auth_success"} else "closed"
        except websockets.InvalidStatus:
            return "refused"
        except websockets.ConnectionClosed:
            return "closed"

    return asyncio.run(ask())
