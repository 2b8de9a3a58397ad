# The same work without a platform: read an event, run the handler, write the answer.
import json
import sys

from index import handler

json.dump(handler(json.load(sys.stdin), None), sys.stdout)
