"""The same template through the translator that AWS publishes, the time in milliseconds of each run after the first."""
import logging
import os
import sys
import time

os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
logging.disable(logging.CRITICAL)
try:
    from samtranslator.translator.transform import transform
    from samtranslator.yaml_helper import yaml_parse
except ImportError:
    sys.exit(3)


class NoPolicies:
    def load(self):
        return {}


with open(sys.argv[1], encoding="utf-8") as file:
    text = file.read()
for run in range(int(sys.argv[2]) + 1):
    start = time.perf_counter()
    transform(yaml_parse(text), {}, NoPolicies())
    if run > 0:
        print((time.perf_counter() - start) * 1000)
