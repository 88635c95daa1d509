"""Whether a process of a host answers at its port."""

import httpx

SECONDS = 5.0


def answers(port: int, path: str) -> bool:
    try:
        with httpx.Client(trust_env=False, timeout=SECONDS) as client:
            return (
                client.get(f"http://127.0.0.1:{port}{path}").status_code < httpx.codes.INTERNAL_SERVER_ERROR
            )
    except httpx.HTTPError:
        return False
