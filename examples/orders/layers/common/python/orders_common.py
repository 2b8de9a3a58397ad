"""What the shop's Python functions share: the settings that /opt shows, and how an order is summed up."""
import json


def settings():
    with open("/opt/config/orders.json", encoding="utf-8") as file:
        return json.load(file)


def total(items, vat_percent):
    """Net, tax and total in cents; tax is rounded down."""
    net = sum(item["quantity"] * item["priceCents"] for item in items)
    tax = net * vat_percent // 100
    return {"netCents": net, "taxCents": tax, "totalCents": net + tax}
