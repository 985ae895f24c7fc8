"""A client of Stoa that was written from docs/protocol.md and /api/frames.json alone, as somebody else would write
one: with a token, in another language, from none of our own code. tests/native/second_client.rs starts it and compares
what it holds in the end with the database.

Environment: STOA_URL, STOA_TOKEN, STOA_CONVERSATION (the thread that it keeps open).
Standard input takes commands, one a line, and each is answered by one line:
  write N   writes N messages; "wrote" when all of them are answered
  rest      writes nothing more and reports nothing more; "rested" when everything written is answered
  report    catches up, prints its state as JSON, and ends
"""

import http.client, json, os, queue, random, sys, threading, time, urllib.request, uuid

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

URL, TOKEN, CONVERSATION = (os.environ[name] for name in ("STOA_URL", "STOA_TOKEN", "STOA_CONVERSATION"))
PROTOCOL = 1
# What its server takes to answer, at most; a connection that is silent for longer is useless.
PATIENCE_S = 3
PACE_S = 0.02
RECEIPTS_EVERY_S = 0.4
EDIT_EACH = 10
TRANSIENT = ("too_fast", "retry", "full", "internal")
AUTHORIZATION = {"Authorization": f"Bearer {TOKEN}"}
# Past the proxies that the environment may name.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Cut(Exception):
    """The connection is gone, or useless."""


def get(path):
    request = urllib.request.Request(URL + path, headers=AUTHORIZATION)
    with DIRECT.open(request, timeout=PATIENCE_S) as answer:
        return json.load(answer)


def uuid_v7():
    bits = (int(time.time() * 1000) << 80) | random.getrandbits(80)
    return str(uuid.UUID(int=bits & ~(0xF << 76) & ~(3 << 62) | 7 << 76 | 2 << 62))


class Follower:
    def __init__(self):
        self.socket = None
        self.user = None
        self.epoch, self.head, self.unread = "", 0, 0
        self.conversations, self.totals = {}, None
        self.version, self.messages, self.first = 0, {}, 1
        self.outbox, self.in_flight = [], None
        self.made, self.acked, self.refused, self.wrong = [], {}, {}, []
        self.to_write, self.is_resting, self.waits_for = 0, False, None
        self.connections = 0
        self.receipt_at = self.write_at = self.heard_at = 0.0
        self.reported = (0, 0)

    # Loading: a page of conversations with the cursor to follow from, and the open thread.

    def load(self):
        self.user = get("/api/users/me")["id"]
        page = get("/api/conversations")
        self.epoch, self.head = page["epoch"], page["head"]
        self.unread, self.totals = page["unread"], page["totals"]
        self.conversations = {}
        while True:
            for summary in page["conversations"]:
                self.put_summary(summary)
            if page["next"] is None:
                break
            after = page["next"]
            page = get(f"/api/conversations?after_listed={after['listed']}&after_id={after['id']}")
        self.load_thread()

    def load_thread(self):
        page = get(f"/api/conversations/{CONVERSATION}/messages?limit=200")
        self.version, self.messages = page["conversation"]["version"], {}
        self.begin_history(page["conversation"])
        for message in page["messages"]:
            self.messages[message["seq"]] = message

    # Following.

    def put_summary(self, summary):
        summary = {name: value for name, value in summary.items() if name != "state"}
        held = self.conversations.get(summary["id"])
        if held is None or held["changed"] <= summary["changed"]:
            self.conversations[summary["id"]] = summary

    def begin_history(self, summary):
        self.first = max(self.first, summary["from_seq"], summary["floor_seq"] + 1)
        self.messages = {seq: message for seq, message in self.messages.items() if seq >= self.first}

    def apply(self, change):
        if change["from"] > self.head:
            raise Cut("a change begins above the cursor")
        if change["to"] > self.head:
            for update in change["conversations"]:
                if update["state"] == "left":
                    self.conversations.pop(update["id"], None)
                elif update["state"] == "active":
                    self.put_summary(update)
            self.unread, self.totals = change["unread"], change["notifications"]["totals"]
            self.head = change["to"]
        for update in change["conversations"]:
            if update["id"] == CONVERSATION and update["state"] == "active":
                self.begin_history(update)
        for update in change["messages"]:
            if update["conversation"] == CONVERSATION:
                self.apply_thread(update)

    def apply_thread(self, update):
        if update["version"] <= self.version:
            return
        has_gap = update["is_reload"] or update["base"] > self.version
        if not has_gap:
            for message in sorted(update["messages"], key=lambda message: message["seq"]):
                has_gap |= not self.put_message(message)
            self.version = update["version"]
        if has_gap:
            self.load_thread()
            self.say("join_conversation", conversation=CONVERSATION, version=self.version)

    def put_message(self, message):
        """False if it would leave a gap at the end."""
        seq, last = message["seq"], max(self.messages, default=self.first - 1)
        held = self.messages.get(seq)
        if held is not None:
            if message["version"] > held["version"]:
                self.messages[seq] = message
        elif seq == last + 1:
            self.messages[seq] = message
        return seq <= last + 1

    # The socket.

    def say(self, kind, **fields):
        self.socket.send(json.dumps({"type": kind, **fields}))

    def hear(self, timeout):
        """The next frame, or None if none comes in time."""
        try:
            frame = json.loads(self.socket.recv(timeout))
        except TimeoutError:
            return None
        self.heard_at = time.monotonic()
        return frame

    def hello(self):
        self.say("hello", epoch=self.epoch, head=self.head, protocol=PROTOCOL)
        frame = self.hear(PATIENCE_S)
        if frame is None:
            raise Cut("no welcome")
        if frame["type"] == "reset":
            if self.epoch:
                self.wrong.append("another history")
            self.load()
            raise Cut("loaded anew")
        if frame["type"] != "welcome" or frame["user"] != self.user or frame["head"] < self.head:
            self.wrong.append(f"instead of a welcome: {frame}")
        self.say("join_conversation", conversation=CONVERSATION, version=self.version)

    def handle(self, frame):
        kind = frame["type"]
        if kind == "change":
            self.apply(frame)
        elif kind == "ack":
            message = frame["message"]
            if frame["id"] != message["id"]:
                self.wrong.append(f"an answer names another message: {frame}")
            if self.acked.setdefault(frame["id"], message["seq"]) != message["seq"]:
                self.wrong.append(f"two places for one message: {frame}")
            self.put_message(message)
            if self.answered(frame["id"]) and len(self.acked) % EDIT_EACH == 0 and not self.is_resting:
                self.say("edit_message", id=message["id"], seen_version=message["version"], body="On second thoughts.")
        elif kind == "refused":
            error = frame["error"]
            if frame["frame"] == "send_message" and error["code"] not in TRANSIENT:
                self.refused[frame["id"]] = error
                self.answered(frame["id"])
            elif frame["frame"] == "send_message":
                time.sleep(min(error.get("retry_after", 0.05), 1))
                self.in_flight = None
            elif error["code"] not in TRANSIENT and frame["frame"] != "edit_message":
                self.wrong.append(f"refused: {frame}")

    def answered(self, message_id):
        self.in_flight = None if self.in_flight == message_id else self.in_flight
        is_first = bool(self.outbox) and self.outbox[0][0] == message_id
        if is_first:
            self.outbox.pop(0)
        return is_first

    def write(self):
        now = time.monotonic()
        if self.to_write > 0 and now >= self.write_at and len(self.outbox) < 10:
            body = f"Follower {self.user[-4:]} writes number {len(self.made)} 😀"
            self.outbox.append((uuid_v7(), body))
            self.made.append(self.outbox[-1][0])
            self.to_write, self.write_at = self.to_write - 1, now + PACE_S
        if self.outbox and self.in_flight is None:
            self.in_flight, body = self.outbox[0]
            self.say("send_message", id=self.in_flight, conversation=CONVERSATION, body=body)

    def report_receipts(self):
        last = max(self.messages, default=0)
        now, state = time.monotonic(), (self.head, last)
        if self.is_resting or now < self.receipt_at or state == self.reported:
            return
        self.receipt_at, self.reported = now + RECEIPTS_EVERY_S, state
        self.say("mark_read", conversation=CONVERSATION, upto_seq=last)
        self.say("delivered", head=self.head)

    def connection(self, commands):
        """One connection, until it is cut or everything is done."""
        url = URL.replace("http", "ws", 1) + "/ws"
        self.in_flight = None
        options = {"additional_headers": AUTHORIZATION, "proxy": None, "open_timeout": PATIENCE_S, "close_timeout": 0.2}
        with connect(url, **options) as self.socket:
            self.connections += 1
            self.hello()
            while True:
                try:
                    name, *number = commands.get_nowait().split()
                    self.waits_for = name
                    self.is_resting = self.is_resting or name != "write"
                    self.to_write = int(number[0]) if name == "write" else 0
                except queue.Empty:
                    pass
                self.write()
                self.report_receipts()
                frame = self.hear(PACE_S)
                if frame is not None:
                    self.handle(frame)
                elif time.monotonic() - self.heard_at > PATIENCE_S:
                    raise Cut("silent")
                elif time.monotonic() - self.heard_at > 0.3 or self.waits_for == "report":
                    if self.catch_up() and self.waits_for == "report":
                        return self.print_state()
                if self.waits_for in ("write", "rest") and not self.outbox and self.to_write == 0:
                    print("wrote" if self.waits_for == "write" else "rested", flush=True)
                    self.waits_for = None

    def catch_up(self):
        """Pings until the answer. True if nothing is missing and nothing came meanwhile."""
        self.say("ping")
        before, until = self.head, time.monotonic() + PATIENCE_S
        while (frame := self.hear(until - time.monotonic())) is not None:
            if frame["type"] == "pong":
                return before == self.head == frame["head"]
            self.handle(frame)
        raise Cut("no pong")

    def print_state(self):
        names = ("user", "epoch", "head", "unread", "totals", "conversations", "version", "made", "acked", "refused", "wrong", "connections")
        state = {name: getattr(self, name) for name in names}
        state["messages"] = [self.messages[seq] for seq in sorted(self.messages)]
        state["unsent"] = [message_id for message_id, _ in self.outbox]
        print(json.dumps(state), flush=True)

    def run(self, commands):
        while True:
            try:
                if self.user is None:
                    self.load()
                self.connection(commands)
                return
            except (Cut, OSError, ValueError, TimeoutError, WebSocketException, http.client.HTTPException) as cut:
                print(f"follower: {type(cut).__name__}: {cut}", file=sys.stderr)
                time.sleep(0.05)


commands = queue.Queue()
threading.Thread(target=lambda: [commands.put(line) for line in sys.stdin], daemon=True).start()
Follower().run(commands)
