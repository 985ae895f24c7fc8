"""A bot: it answers each message that people write to its owner, once, whatever becomes of connections, servers and itself.

It keeps nothing. What it has read is what it has answered, and the server knows that; the id of an answer is made from the
question's, so that one that is sent again is still one answer. docs/protocol.md tells the rules.

    pip install websockets
    STOA_URL=https://chat.example.com STOA_TOKEN=stoa_… python bot.py

The token is one with the scopes read and write, made under Settings of the account that the bot speaks for.
"""

import hashlib, http.client, json, os, random, time, urllib.error, urllib.request, uuid

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

URL = os.environ["STOA_URL"].rstrip("/")
AUTHORIZATION = {"Authorization": f"Bearer {os.environ['STOA_TOKEN']}"}
# Questions of one conversation that are answered before the next one has its turn.
PAGE = 50


def reply_to(question):
    return f"You wrote: {question['body'][:100]}"


def ask(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data, {**AUTHORIZATION, "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def answer_id(question):
    """Always the same for a question: a UUID of version 7 (RFC 9562), whose time is the question's."""
    digest = hashlib.sha256(f"answer to {question['id']}".encode()).digest()
    bits = int.from_bytes(uuid.UUID(question["id"]).bytes[:6] + digest[:10], "big")
    return str(uuid.UUID(int=bits & ~(0xF << 76) & ~(3 << 62) | 7 << 76 | 2 << 62))


def answer(conversation, me, epoch):
    """Answers what is unread of a conversation, oldest first, and reads it."""
    path = f"/api/conversations/{conversation['id']}"
    while conversation["unread"] > 0:
        page = ask(f"{path}/messages?after_seq={conversation['read_seq']}&limit={PAGE}")
        for question in page["messages"]:
            if question["kind"] == "text" and question["sender"] != me and not question["deleted_at"]:
                try:
                    ask(f"{path}/messages", {"id": answer_id(question), "body": reply_to(question)})
                except urllib.error.HTTPError as refusal:
                    # Closed to us, or answered before the question was edited: no further attempt changes that.
                    if refusal.code not in (403, 409):
                        raise
        ask(f"{path}/read", {"upto_seq": page["messages"][-1]["seq"], "epoch": epoch})
        conversation = ask(path)


def conversations(page):
    """Those of a page and of all pages after it."""
    yield from page["conversations"]
    while (after := page["next"]) is not None:
        page = ask(f"/api/conversations?unread=true&after_listed={after['listed']}&after_id={after['id']}")
        yield from page["conversations"]


def follow():
    """One connection until it breaks: first what came before it, then what comes."""
    me, page = ask("/api/users/me")["id"], ask("/api/conversations?unread=true")
    with connect(URL.replace("http", "ws", 1) + "/ws", additional_headers=AUTHORIZATION) as socket:
        socket.send(json.dumps({"type": "hello", "epoch": page["epoch"], "head": page["head"], "protocol": 1}))
        for conversation in conversations(page):
            answer(conversation, me, page["epoch"])
        for frame in map(json.loads, socket):
            for conversation in frame["conversations"] if frame["type"] == "change" else ():
                if conversation["state"] == "active":
                    answer(conversation, me, page["epoch"])


while True:
    try:
        follow()
    except (OSError, http.client.HTTPException, WebSocketException) as error:
        print(f"bot: {error}: again in a moment", flush=True)
        time.sleep(1 + random.random())
