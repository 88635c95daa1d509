"""To which app the account's webhooks go, when Meta is asked; an app comes and goes by its own token."""

from typing import Any

from fastapi import APIRouter, Depends

from deployments.sandbox.graph_auth import VERSION, authorised, no_such_object
from deployments.sandbox.webhooks import SUBSCRIPTION, Subscription
from deployments.sandbox.world import World

APP = "1000000000000001"  # that the token belongs to


def subscription_routes(world: World) -> APIRouter:
    """`GET`, `POST` and `DELETE /{version}/{waba_id}/subscribed_apps`."""
    router = APIRouter(prefix=f"/{VERSION}", dependencies=[Depends(authorised(world))])
    path = "/{object_id}/subscribed_apps"

    def require_account(object_id: str) -> None:
        if object_id != world.config.waba_id:
            raise no_such_object()

    def change(object_id: str, is_there: bool) -> dict[str, bool]:
        require_account(object_id)
        world.store.put(SUBSCRIPTION, Subscription(is_there=is_there))
        return {"success": True}

    @router.get(path)
    async def show(object_id: str) -> dict[str, Any]:
        require_account(object_id)
        app = {
            "id": APP,
            "name": "Bollettino, PROVA",
            "link": f"https://www.facebook.com/games/?app_id={APP}",
        }
        is_there = (world.store.get(Subscription, SUBSCRIPTION) or Subscription()).is_there
        return {"data": [{"whatsapp_business_api_data": app}] if is_there else []}

    @router.post(path)
    async def subscribe(object_id: str) -> dict[str, bool]:
        return change(object_id, True)

    @router.delete(path)
    async def unsubscribe(object_id: str) -> dict[str, bool]:
        return change(object_id, False)

    return router
