"""The store's data, for the functions that use it; apart from store_common, because boto3 takes its time to load."""
import os

import boto3

# Older boto3, Debian 12's among them, does not read the variable itself.
endpoint = os.environ.get("AWS_ENDPOINT_URL")


def table(name):
    return boto3.resource("dynamodb", endpoint_url=endpoint).Table(name)


def parameter(name):
    return boto3.client("ssm", endpoint_url=endpoint).get_parameter(Name=name)["Parameter"]["Value"]
