"""What a marketplace says to Stoa: who a visitor is, and how its users, items and orders are now."""

import json
import logging
import time
import urllib.error
import urllib.request
import uuid
from urllib.parse import quote, urlencode

import jwt
from django.conf import settings
from standardwebhooks import Webhook, WebhookVerificationError

IMPORT_MAX = 1_000
log = logging.getLogger(__name__)


def identity(user):
    """A token that says who the visitor is: for five minutes, and for once."""
    claims = {
        "iss": settings.STOA_ISSUER,
        "aud": settings.STOA_URL,
        "sub": str(user.pk),
        "name": user.get_full_name(),
        "exp": int(time.time()) + 300,
        "jti": str(uuid.uuid4()),
    }
    return jwt.encode(claims, settings.STOA_SECRET, algorithm="HS256", headers={"kid": settings.STOA_KID})


def send(kind, body):
    """Sends how something is now, by the shop's own id. What the shop has done stays done if the chat can't be reached:
    it is logged, and `send_all` sends it again."""
    body = dict(body)
    path = f"external/{kind}s/{quote(body.pop('id'), safe='')}"
    try:
        call("PUT", path, "application/json", json.dumps(body))
    except OSError as error:
        log.error("%s has not reached the chat: %s", path, error)


def send_all(things):
    """Sends all of these, each with its `type` and `id`. What the chat has already changes nothing."""
    for start in range(0, len(things), IMPORT_MAX):
        lines = [json.dumps(thing) + "\n" for thing in things[start : start + IMPORT_MAX]]
        try:
            answers = call("POST", "import", "application/x-ndjson", "".join(lines)).splitlines()
        except OSError as error:
            log.error("not everything has reached the chat: %s", error)
            continue
        for answer in map(json.loads, answers):
            if answer["status"] != 200:
                log.error("the chat does not take %s: %s", lines[answer["line"] - 1], answer["error"])


def verified(request):
    """The event in a webhook; nothing if it is not the chat that sent it."""
    try:
        return Webhook(settings.STOA_WEBHOOK_SECRET).verify(request.body, dict(request.headers))
    except (WebhookVerificationError, ValueError):
        return None


def call(method, path, content_type, body):
    url = f"{settings.STOA_URL}/api/{path}?{urlencode({'issuer': settings.STOA_ISSUER})}"
    headers = {"Authorization": f"Bearer {settings.STOA_TOKEN}", "Content-Type": content_type}
    request = urllib.request.Request(url, body.encode(), headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as refusal:
        raise OSError(f"{refusal.code} {refusal.read().decode()}") from refusal
