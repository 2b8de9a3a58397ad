"""What the store's Python functions share."""
import json
from pathlib import Path


def configuration():
    return json.loads(Path("/opt/config/store.json").read_text())


def answer(status, body):
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(body),
    }
