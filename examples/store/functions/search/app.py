"""GET /search?q=app: what is sold whose name has the text."""
import store_common


def handler(event, context):
    text = (event["queryStringParameters"] or {}).get("q", "")
    items = store_common.configuration()["items"]
    return store_common.answer(200, {name: cents for name, cents in items.items() if text in name})
