"""Checks the signature of one webhook by the library of Standard Webhooks: `{"secret", "headers", "body"}` as JSON on standard input."""

import json
import sys

from standardwebhooks import Webhook

call = json.load(sys.stdin)
event = Webhook(call["secret"]).verify(call["body"], call["headers"])
print(event["type"])
