"""POST /orders keeps an order of {"items": {"apple": 2}}; GET /orders/ID reads it back."""
import json
import os
import uuid

import store_common
import store_data

table = store_data.table(os.environ["TABLE"])
currency = store_data.parameter(os.environ["CURRENCY"])


def handler(event, context):
    if event["httpMethod"] == "GET":
        found = table.get_item(Key={"id": event["pathParameters"]["id"]}).get("Item")
        return store_common.answer(200, json.loads(found["order"])) if found else store_common.answer(404, {"message": "no such order"})

    prices = store_common.configuration()["items"]
    items = json.loads(event["body"])["items"]
    if unknown := sorted(set(items) - set(prices)):
        return store_common.answer(400, {"message": f"not sold here: {', '.join(unknown)}"})

    order = {
        "id": uuid.uuid4().hex[:8],
        "items": items,
        "totalCents": sum(prices[name] * count for name, count in items.items()),
        "currency": currency,
    }
    table.put_item(Item={"id": order["id"], "order": json.dumps(order)})
    return store_common.answer(201, order)
