"""Signs in at a Stoa with demo data, makes a token, and writes a configuration for Schemathesis with the
ids of things that are there, since ids that are made up lead to nothing but 404. Prints the token."""

import http.client, json, os, re, sys, time, urllib.error, urllib.parse, urllib.request, uuid

url, config = sys.argv[1:]
cookie = ""


def ask(path, form=None, body=None):
    headers = {"origin": url, "cookie": cookie}
    data = urllib.parse.urlencode(form).encode() if form else None
    if body is not None:
        headers["content-type"], data = "application/json", json.dumps(body).encode()
    return urllib.request.urlopen(urllib.request.Request(url + path, data, headers), timeout=30)


def get(path):
    return json.load(ask(path))


def until_it_answers():
    for _ in range(600):
        try:
            return ask("/api/openapi.json")
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError):
            time.sleep(0.1)
    sys.exit("fuzz: the server does not answer")


def uuid_v7():
    bits = (int(time.time() * 1000) << 80) | (uuid.uuid4().int & ((1 << 80) - 1))
    return str(uuid.UUID(int=bits & ~(0xF << 76) & ~(3 << 62) | 7 << 76 | 2 << 62))


until_it_answers()
users = open("src/shared/users/credentials.rs").read()
password = re.search(r'DEMO_PASSWORD: &str = "(.*)"', users)[1]
signed_in = ask("/rpc/sign_in", {"email": "aino@demo.stoa.example", "password": password})
cookie = signed_in.headers["set-cookie"].split(";")[0]
scopes = {f"scopes[{scope}]": "true" for scope in ("read", "write", "system", "notify")}
token = json.load(ask("/rpc/create_token", {"token_id": uuid_v7(), "token_name": "Fuzz", "token_password": password, **scopes}))

me = get("/api/users/me")["id"]
order = {"id": str(uuid.uuid4()), "title": "A table", "note": "Of oak."}
made = json.load(ask("/api/orders", body=order))
conversation, code = made["conversation"], made["card"]["code"]
said = f"/api/conversations/{conversation}/messages"
messages = [json.load(ask(said, body={"id": uuid_v7(), "body": "Hello"}))["message"]["id"] for _ in range(2)]
notice = {"id": uuid_v7(), "user_id": me, "kind": "payment", "title": "Paid"}
told = json.load(ask("/api/notifications", body=notice))["ids"][0]
contact = next(iter(json.load(ask("/rpc/get_contacts?search="))), None)
people = [contact["id"]] if contact else [me]
room = {"id": uuid_v7(), "name": "A room", "people": people}
json.load(ask("/api/rooms", body=room))

known = [
    ("^/api/conversations/", "id", conversation),
    ("^/api/orders/", "key", code),
    ("^/api/rooms/", "id", room["id"]),
    ("^/api/messages/.id.$", "id", messages[0]),
    ("^/api/notifications/", "id", told),
    ("^/api/users/", "id", people[0]),
]
with open(config, "w") as file:
    hooks = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fuzz_hooks.py")
    file.write(f"hooks = {json.dumps(hooks)}\n")
    file.write('headers = { Authorization = "Bearer ${STOA_FUZZ_TOKEN}" }\n')
    for path, name, value in known:
        file.write(f'\n[[operations]]\ninclude-path-regex = "{path}"\nparameters = {{ "path.{name}" = "{value}" }}\n')
print(token)
