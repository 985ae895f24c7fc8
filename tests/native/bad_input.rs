//! Bad input to every endpoint and every server function: each is refused with a code and a sentence, and
//! nothing changes.

use std::collections::BTreeSet;

use leptos::server_fn::axum::server_fn_paths;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Map, Value, json};
use stoa::{
    server::auth::session_tokens::Token,
    shared::{ids::MessageId, values::dates::Day},
    web::rest::{self, Route, openapi},
};
use uuid::Uuid;

use crate::{
    authorisation::{ABOUT_ONESELF, OF_ADMINS, OF_OPERATORS, OPEN, WITH_PASSWORD, is_for_admins},
    contents::{contents, difference},
    place::answer,
    scene::{Scene, scene},
};

/// Positions that mean the last one when they are beyond it: such a one is no mistake.
const CLAMPED: [&str; 2] = ["upto_seq", "upto"];

/// Numbers that are none, as JSON and as text.
/// The first is a price, and the others are not even that.
const NO_NUMBERS: [&str; 5] = ["1.5", "1e400", "-1e400", "99999999999999999999", "0x10"];

#[tokio::test]
async fn e7_a_body_that_is_wrong_in_any_field_is_refused_and_changes_nothing() {
    let mut scene = scene().await;
    scene.link = scene.real_link().await;
    let mut found = Vec::new();
    let mut tried = 0;
    for route in rest::routes() {
        let Some(schema) = body_of(&route) else { continue };
        let before = contents(&scene.place).await;
        for (what, body) in wrong_bodies(schema, || scene.example(&route).body) {
            tried += 1;
            let request = ask(&scene, &route).header("content-type", "application/json").body(body);
            found.extend(not_refused(request).await.map(|why| format!("{}: {what}: {why}", name(&route))));
        }
        let plain = ask(&scene, &route).body(scene.example(&route).body.to_string());
        found.extend(not_refused(plain).await.map(|why| format!("{}: no JSON: {why}", name(&route))));
        let changed = difference(&before, &contents(&scene.place).await);
        found.extend(changed.into_iter().map(|table| format!("{}: {table}", name(&route))));
        // The same without a mistake is done, or this would mean nothing.
        let (status, answer) = answer(ask(&scene, &route).json(&scene.example(&route).body)).await;
        assert_eq!(status, StatusCode::OK, "{}: {answer}", name(&route));
    }
    assert!(tried > 400, "{tried} is too few for all endpoints");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn e7_an_address_or_a_query_that_is_wrong_is_refused_and_changes_nothing() {
    let scene = scene().await;
    let mut found = Vec::new();
    for route in rest::routes() {
        let before = contents(&scene.place).await;
        let (path, body) = (scene.example(&route).path, scene.example(&route).body);
        let request = |path: &str| {
            let request = scene.site.request(route.method.clone(), path, Some(doer(&scene, &route)));
            if body.is_null() { request } else { request.json(&body) }
        };
        for address in wrong_addresses(&route, &scene.example(&route).missing) {
            let why = not_refused(request(&address)).await;
            found.extend(why.map(|why| format!("{} {address:.80}: {why}", route.method)));
        }
        let path = path.split('?').next().unwrap_or_default();
        for (query, is_harmless) in wrong_queries(&route) {
            let address = format!("{path}?{query}");
            let why = if is_harmless {
                failed(request(&address)).await
            } else {
                not_refused(request(&address)).await
            };
            found.extend(why.map(|why| format!("{} {address:.120}: {why}", route.method)));
        }
        let changed = difference(&before, &contents(&scene.place).await);
        found.extend(changed.into_iter().map(|table| format!("{}: {table}", name(&route))));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn e7_wrong_fields_of_any_server_function_are_refused_and_change_nothing() {
    let mut scene = scene().await;
    scene.link = scene.real_link().await;
    let mut found = Vec::new();
    // What is refused anyhow: with a wrong password, for a missing task, key or passkey, and where no mail is sent, no app is set up or no
    // provider is there.
    let is_refused = [
        "/rpc/remove_passkey",
        "/rpc/retry_task",
        "/rpc/revoke_embed_key",
        "/rpc/ask_to_confirm",
        "/rpc/confirm_app",
        "/rpc/link_identity",
        "/rpc/unlink_identity",
    ];
    let is_refused = |path: &&str| is_refused.contains(path) || WITH_PASSWORD.contains(path);
    let is_in = |path: &&str| !OPEN.contains(path) && !is_refused(path);
    let mut all: Vec<_> = server_fn_paths().filter(|(path, _)| is_in(path)).collect();
    // What is told to many goes on in the background, and would change things under the next one.
    all.sort_by_key(|(path, _)| match *path {
        "/rpc/close_user" => 1,
        "/rpc/send_broadcast" => 2,
        _ => 0,
    });
    for (path, method) in all {
        let before = contents(&scene.place).await;
        let fields = || scene.fields(path, scene.conversation, scene.listing);
        let who = doer_of(&scene, path);
        for index in 0..fields().len() {
            let mut fields = fields();
            let (field, right) = fields.remove(index);
            let is_optional = OPTIONAL.contains(&field);
            let missing = request_of(&scene, path, &method, who, &fields);
            if !is_optional {
                found.extend(not_refused(missing).await.map(|why| format!("{path} without {field}: {why}")));
            }
            for wrong in wrong_words(field, &right) {
                if wrong.is_empty() && is_optional || has_its_way(path, field, &wrong) {
                    continue;
                }
                let mut fields = fields.clone();
                fields.push((field, wrong.clone()));
                let why = not_refused(request_of(&scene, path, &method, who, &fields)).await;
                found.extend(why.map(|why| format!("{path} {field}={wrong:.60?}: {why}")));
            }
        }
        let changed = difference(&before, &contents(&scene.place).await);
        found.extend(changed.into_iter().map(|table| format!("{path}: {table}")));
        let (status, answer) = answer(request_of(&scene, path, &method, who, &fields())).await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        // A new name or title is told in the background.
        scene.place.settle().await;
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Fields of server functions that may be left out or empty.
const OPTIONAL: [&str; 18] = [
    "is_off",
    "event",
    "from",
    "hours",
    "is_on",
    "mail",
    "kinds",
    "shows_text",
    "people[]",
    "scopes[read]",
    "days",
    "app",
    "audience",
    "search",
    "search[text]",
    "user_ids[0]",
    "draft[place]",
    "draft[description]",
];

/// What is right in its own way: a cursor of any other history is reset, and a setting that stands as
/// wanted stands whatever version was seen.
fn has_its_way(path: &str, field: &str, wrong: &str) -> bool {
    let is_number = wrong.parse::<i64>().is_ok();
    (path == "/rpc/poll_messages" && field == "epoch")
        || (OF_ADMINS.contains(&path) && field == "seen_version" && is_number)
}

/// What of a request was not refused as it should be.
async fn not_refused(request: RequestBuilder) -> Option<String> {
    let response = request.send().await.expect("an answer");
    let status = response.status();
    let kind = response.headers().get("content-type").cloned();
    let is_api = response.url().path().starts_with("/api/");
    let body = response.text().await.expect("a body");
    let problem: Value = serde_json::from_str(&body).unwrap_or_default();
    let sentence = if is_api { &problem["title"] } else { &problem["message"] };
    let is_sentence = sentence.as_str().is_some_and(|text| text.ends_with('.') && text.len() > 10);
    let is_problem = !is_api || kind.is_some_and(|kind| kind == "application/problem+json");
    let is_right = status.is_client_error() && problem["code"].is_string() && is_sentence && is_problem;
    (!is_right).then(|| format!("{status} {body:.200}"))
}

/// What may be answered, but not by a fault of ours.
async fn failed(request: RequestBuilder) -> Option<String> {
    let (status, body) = answer(request).await;
    (status.is_server_error() || status == StatusCode::UNAUTHORIZED).then(|| format!("{status} {body:.200}"))
}

fn name(route: &Route) -> String {
    format!("{} {}", route.method, route.path)
}

fn ask(scene: &Scene, route: &Route) -> RequestBuilder {
    scene.site.request(route.method.clone(), &scene.example(route).path, Some(doer(scene, route)))
}

/// Who may do what the example says.
fn doer<'a>(scene: &'a Scene, route: &Route) -> &'a Token {
    match route.path {
        "/api/conversations" | "/api/orders" | "/api/rooms/join" if route.method == Method::POST => {
            &scene.stranger
        }
        "/api/messages/system" | "/api/notifications" if route.method == Method::POST => &scene.operator,
        path if is_for_admins(path) => &scene.admin,
        _ => &scene.host,
    }
}

fn doer_of<'a>(scene: &'a Scene, path: &str) -> &'a Token {
    match path {
        "/rpc/join_room" => &scene.stranger,
        _ if OF_ADMINS.contains(&path) => &scene.admin,
        _ if OF_OPERATORS.contains(&path) => &scene.operator,
        _ if ABOUT_ONESELF.contains(&path) => &scene.stranger,
        _ => &scene.host,
    }
}

fn request_of(
    scene: &Scene,
    path: &str,
    method: &Method,
    who: &Token,
    fields: &[(&str, String)],
) -> RequestBuilder {
    let request = scene.site.request(method.clone(), path, Some(who));
    if *method == Method::GET { request.query(fields) } else { request.form(fields) }
}

fn operation(route: &Route) -> &'static Value {
    &openapi::description()["paths"][route.path][route.method.as_str().to_lowercase()]
}

fn resolved(schema: &'static Value) -> &'static Value {
    match schema["$ref"].as_str() {
        Some(to) => resolved(openapi::description().pointer(to.trim_start_matches('#')).expect(to)),
        None => schema,
    }
}

/// The description of a route's body.
fn body_of(route: &Route) -> Option<&'static Value> {
    let schema = &operation(route)["requestBody"]["content"]["application/json"]["schema"];
    (!schema.is_null()).then(|| resolved(schema))
}

/// What is said of one value.
struct Field {
    schema: &'static Value,
    kind: &'static str,
    is_nullable: bool,
    /// An id or one of some words.
    is_closed: bool,
    /// An id that the client makes, in this form.
    is_version_7: bool,
}

impl Field {
    fn of(schema: &'static Value) -> Self {
        let mut is_nullable = false;
        let is_version_7 = schema.get("pattern").is_some();
        let mut schema = resolved(schema);
        if let Some(options) = schema["oneOf"].as_array() {
            is_nullable = options.iter().any(|option| option["type"] == "null");
            schema = options.iter().map(resolved).find(|option| option["type"] != "null").expect("a type");
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => {
                is_nullable |= kinds.iter().any(|kind| kind == "null");
                kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").expect("a type")
            }
            kind => kind.as_str().expect("a type"),
        };
        let is_closed = schema["format"] == "uuid" || schema.get("enum").is_some();
        Self { schema, kind, is_nullable, is_closed, is_version_7 }
    }

    fn bound(&self, name: &str) -> Option<i64> {
        self.schema[name].as_i64()
    }

    /// Values that don't belong here, as they are written in JSON.
    fn wrong_values(&self, name: &str, is_required: bool) -> Vec<String> {
        let others = [
            ("boolean", "true"),
            ("integer", "7"),
            ("string", "\"7\""),
            ("object", "{}"),
            ("array", "[]"),
            ("null", "null"),
            ("number", "1.5"),
        ];
        let is_other = |kind: &str| kind != self.kind && !(kind == "null" && self.is_nullable);
        let others = others.iter().filter(|(kind, _)| is_other(kind));
        let mut wrong: Vec<String> = others.map(|(_, value)| (*value).to_owned()).collect();
        match self.kind {
            "integer" => {
                wrong.extend(NO_NUMBERS.map(str::to_owned));
                wrong.extend(["-1".to_owned(), i64::MIN.to_string()]);
                wrong.extend(self.bound("minimum").map(|minimum| (minimum - 1).to_string()));
                wrong.extend(self.bound("maximum").map(|maximum| (maximum + 1).to_string()));
                wrong.extend((!CLAMPED.contains(&name)).then(|| i64::MAX.to_string()));
            }
            "boolean" => wrong.extend(["\"true\"", "1", "0"].map(str::to_owned)),
            "array" => {
                wrong.extend(["[7]", "[\"x\"]", "[null]", "[[]]", "7"].map(str::to_owned));
                wrong.extend(["[\"\"]", "[\"\\u0000\"]"].map(str::to_owned));
                wrong.push(json!([Uuid::now_v7()]).to_string());
                wrong.extend(self.bound("minItems").map(|_| "[]".to_owned()));
                let many = |most: i64| (0..=most).map(|_| Uuid::now_v7()).collect::<Vec<_>>();
                wrong.extend(self.bound("maxItems").map(|most| json!(many(most)).to_string()));
                wrong.push(json!(many(3_000)).to_string());
            }
            _ => {
                let most = self.bound("maxLength").unwrap_or(10_000) as usize;
                wrong.extend(
                    [r#""\u0000""#, r#""a\u0000b""#, r#""a\u0007b""#, r#""\ud800""#].map(str::to_owned),
                );
                wrong.push(json!("x".repeat(most + 1)).to_string());
                wrong.push(json!("😀".repeat(most + 1)).to_string());
                wrong.extend((is_required || self.is_closed).then(|| r#""""#.to_owned()));
                wrong.extend(self.is_closed.then(|| "\"7\"".to_owned()));
                wrong.extend(self.bound("minLength").map(|_| r#"" \n\u200b ""#.to_owned()));
                wrong.extend(self.wrong_ids(name));
            }
        }
        wrong
    }

    /// Ids of nothing, where one names something; ids of another version, where one is made.
    fn wrong_ids(&self, name: &str) -> Vec<String> {
        let is_new = ["id", "message_id"].contains(&name);
        let ids: &[Uuid] = match () {
            () if self.schema["format"] != "uuid" => &[],
            () if !is_new => &[Uuid::now_v7(), Uuid::nil(), Uuid::max()],
            () if self.is_version_7 => &[Uuid::new_v4(), Uuid::nil(), Uuid::max()],
            () => &[],
        };
        ids.iter().map(|id| json!(id).to_string()).collect()
    }
}

/// Every body that is wrong in one way, as it is sent.
fn wrong_bodies(schema: &'static Value, example: impl Fn() -> Value) -> Vec<(String, Vec<u8>)> {
    const HERE: &str = "the value to be";
    let mut bodies = Vec::new();
    let required: BTreeSet<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, described) in schema["properties"].as_object().expect("fields") {
        let name = name.as_str();
        if required.contains(name) {
            let mut body = example();
            body.as_object_mut().and_then(|body| body.remove(name)).expect("a required field");
            bodies.push((format!("without {name}"), body.to_string().into_bytes()));
        }
        for value in Field::of(described).wrong_values(name, required.contains(name)) {
            let mut body = example();
            body[name] = json!(HERE);
            let body = body.to_string().replace(&json!(HERE).to_string(), &value);
            bodies.push((format!("{name} = {value:.60}"), body.into_bytes()));
        }
    }
    let mut more = example();
    more["sender"] = json!(Uuid::now_v7());
    bodies.push(("an unknown field".into(), more.to_string().into_bytes()));
    let twice = example().to_string().replacen('{', &format!("{{{},", first_field(&example())), 1);
    bodies.push(("a field twice".into(), twice.into_bytes()));
    let padded = format!("{}{}", " ".repeat(200_000), example());
    bodies.push(("200 KB".into(), padded.into_bytes()));
    bodies.push(("invalid UTF-8".into(), b"{\"id\":\"\xff\xfe\"}".to_vec()));
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    for text in ["", "{", "{}", "[]", "null", "7", "\"x\"", "true", "id=7&body=Hi", "<a/>", &deep] {
        bodies.push((format!("{text:.20}"), text.as_bytes().to_vec()));
    }
    bodies.push(("an array of one".into(), json!([example()]).to_string().into_bytes()));
    bodies.push(("two".into(), format!("{0}{0}", example()).into_bytes()));
    bodies
}

/// `"id":"…"`
fn first_field(body: &Value) -> String {
    let fields: &Map<String, Value> = body.as_object().expect("an object");
    let (name, value) = fields.iter().next().expect("a field");
    format!("{}:{value}", json!(name))
}

/// Addresses that name nothing.
fn wrong_addresses(route: &Route, missing: &str) -> Vec<String> {
    if !route.path.contains('{') {
        return Vec::new();
    }
    // Whatever a marketplace calls its things names one, if it can be an id at all.
    if route.path.contains("{external_id}") {
        let long = "7".repeat(129);
        let keys = ["%00", "%FF", "%20", "a%20b", "%C3%A9", &long];
        return keys.into_iter().map(|key| route.path.replace("{external_id}", key)).collect();
    }
    let long = "7".repeat(2_000);
    let nil = Uuid::nil().to_string();
    let keys = ["x", "7", "-1", "%00", "%FF", "a%2Fb", "%20", "REQ-", "REQ-%00", "null", "{}", &nil, &long];
    let query = missing.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
    let with = |key: &str| format!("{}{query}", route.path.replace("{id}", key).replace("{key}", key));
    keys.into_iter().map(with).chain([missing.to_owned()]).collect()
}

/// Queries that are wrong in one way; and those that may be answered, as long as nothing comes of it.
fn wrong_queries(route: &Route) -> Vec<(String, bool)> {
    let parameters = operation(route)["parameters"].as_array().into_iter().flatten();
    let parameters: Vec<_> = parameters.filter(|parameter| parameter["in"] == "query").collect();
    let mut queries = Vec::new();
    let mut add = |name: &str, wrong: &[&str], is_harmless| {
        queries.extend(wrong.iter().map(|value| (format!("{name}={value}"), is_harmless)));
    };
    for parameter in &parameters {
        let name = parameter["name"].as_str().expect("a name");
        let field = Field::of(&parameter["schema"]);
        let (most, least) = (i64::MAX.to_string(), i64::MIN.to_string());
        match field.kind {
            "integer" => {
                add(name, &NO_NUMBERS, false);
                add(name, &["x", "", "%00", "true", "[]"], false);
                add(name, &["-1", "0", &most, &least], true);
                for (bound, step) in [("minimum", -1), ("maximum", 1)] {
                    if let Some(bound) = field.bound(bound) {
                        add(name, &[&(bound + step).to_string()], false);
                    }
                }
            }
            "boolean" => add(name, &["2", "maybe", "", "%00", "null"], false),
            _ if field.is_closed => add(name, &["x", "", "%00", "7", "null"], false),
            _ => {
                if let Some(most) = field.bound("maxLength") {
                    add(name, &[&"x".repeat(most as usize + 1), "a%00b", "%07"], false);
                }
                add(name, &["", "%00", "%25", "'", "%FF", "%F0%9F%98%80"], true);
            }
        }
        add(name, &[&format!("1&{name}=1")], false);
    }
    if parameters.iter().any(|parameter| parameter["required"] == true) {
        queries.push((String::new(), false));
    }
    if !parameters.is_empty() {
        queries.push(("nonsense=1".to_owned(), false));
    }
    // Half of a cursor says nothing, and from no page.
    let names: BTreeSet<_> = parameters.iter().filter_map(|parameter| parameter["name"].as_str()).collect();
    for half in ["after_listed", "after_raised"].into_iter().filter(|name| names.contains(name)) {
        queries.push((format!("{half}=7"), false));
        queries.push((format!("after_id={}", Uuid::now_v7()), false));
    }
    if names.contains("around_seq") {
        let two = ["before_seq=1&after_seq=1", "after_seq=1&around_seq=1", "before_seq=1&around_seq=1"];
        queries.extend(two.map(|query| (query.to_owned(), false)));
    }
    queries
}

/// What can't stand where this does in a form.
fn wrong_words(field: &str, right: &str) -> Vec<String> {
    let mut wrong = vec![String::new(), "\0".into(), "a\0b".into(), "a\u{7}b".into(), "x".repeat(20_001)];
    if right.parse::<Uuid>().is_ok() {
        wrong.extend(["x".to_owned(), "7".to_owned(), format!("{right}0")]);
    }
    if right.parse::<i64>().is_ok() {
        let is_price = field.ends_with("price") || field.ends_with("price]");
        wrong.extend(NO_NUMBERS[usize::from(is_price)..].iter().map(|number| (*number).to_owned()));
        wrong.extend(["x".to_owned(), "-1".to_owned(), i64::MIN.to_string()]);
    }
    if right.parse::<bool>().is_ok() {
        wrong.extend(["maybe".to_owned(), "2".to_owned()]);
    }
    wrong
}

#[tokio::test]
async fn e7_orders_with_days_numbers_and_steps_that_make_no_sense_are_refused() {
    let scene = scene().await;
    let today = Day::of(scene.place.context.clock.now());
    let (from, to) = (today.plus(10).to_string(), today.plus(12).to_string());
    let before = contents(&scene.place).await;
    let order = |change: Value| {
        let mut body = json!({ "id": Uuid::now_v7(), "listing_id": scene.listing, "starts_on": from,
            "ends_on": to, "quantity": 1 });
        let fields = change.as_object().expect("fields").clone();
        body.as_object_mut().expect("fields").extend(fields);
        body
    };
    let mut found = Vec::new();
    for wrong in [
        json!({ "starts_on": today.plus(-2).to_string() }),
        json!({ "starts_on": to, "ends_on": from }),
        json!({ "ends_on": from }),
        json!({ "ends_on": null }),
        json!({ "starts_on": null }),
        json!({ "starts_on": "2026-02-30" }),
        json!({ "starts_on": "0000-00-00" }),
        json!({ "starts_on": "9999-12-31", "ends_on": "9999-12-31" }),
        json!({ "starts_on": "12.06.2027" }),
        json!({ "ends_on": today.plus(3_000).to_string() }),
        json!({ "quantity": 0 }),
        json!({ "quantity": -1 }),
        json!({ "quantity": 101 }),
        json!({ "quantity": i64::MAX }),
        json!({ "quantity": null }),
        json!({ "listing_id": null }),
        json!({ "title": "A title of my own" }),
    ] {
        let request = scene.site.request(Method::POST, "/api/orders", Some(&scene.stranger));
        found.extend(
            not_refused(request.json(&order(wrong.clone()))).await.map(|why| format!("{wrong}: {why}")),
        );
    }
    let status = format!("/api/orders/{}/status", scene.order.card.code);
    for (to, expected, code) in [
        ("in_progress", "accepted", 409),
        ("completed", "in_progress", 409),
        ("completed", "pending", 403),
        ("pending", "accepted", 403),
        ("pending", "pending", 403),
    ] {
        let body = json!({ "message_id": MessageId::new(), "status": to, "expected": expected });
        let request = scene.site.request(Method::PATCH, &status, Some(&scene.host)).json(&body);
        let (status, problem) = answer(request).await;
        assert_eq!(status.as_u16(), code, "{body}: {problem}");
    }
    for price in [
        "0",
        "-1",
        "",
        "1e400",
        "1e2",
        "80.123",
        "0.00",
        "99999999999999999999",
        "1,2,3",
        "٣",
        "NaN",
        "80 €\0",
    ] {
        let fields =
            [("order", scene.wish.card.code.to_string()), ("message_id", MessageId::new().to_string())];
        let mut fields = fields.to_vec();
        fields.push(("price", price.to_owned()));
        let request = request_of(&scene, "/rpc/quote_order", &Method::POST, &scene.operator, &fields);
        found.extend(not_refused(request).await.map(|why| format!("a quote of {price:?}: {why}")));
    }
    found.extend(difference(&before, &contents(&scene.place).await));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn e7_rooms_of_nobody_of_oneself_or_of_a_crowd_are_refused() {
    let scene = scene().await;
    let of_team = json!({ "id": Uuid::now_v7(), "name": "The team's", "people": [scene.guest] });
    let (status, answer) = scene.site.post("/api/rooms", Some(&scene.operator), &of_team).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let before = contents(&scene.place).await;
    let (_, me) = scene.site.get("/api/users/me", Some(&scene.host)).await;
    let crowd: Vec<_> = (0..10_000).map(|_| Uuid::now_v7()).collect();
    let mut found = Vec::new();
    for people in [
        json!([]),
        json!([me["id"]]),
        json!([scene.guest, me["id"]]),
        json!(crowd),
        json!([scene.guest, Uuid::now_v7()]),
    ] {
        let body = json!({ "id": Uuid::now_v7(), "name": "A room", "people": people });
        let request = scene.site.request(Method::POST, "/api/rooms", Some(&scene.host)).json(&body);
        found.extend(not_refused(request).await.map(|why| format!("{people:.60}: {why}")));
        let path = format!("/api/rooms/{}/people", scene.room);
        let body = json!({ "message_id": MessageId::new(), "people": people });
        let request = scene.site.request(Method::POST, &path, Some(&scene.host)).json(&body);
        found.extend(not_refused(request).await.map(|why| format!("inviting {people:.60}: {why}")));
    }
    // Staff may invite whomever they want, but nobody who is not there.
    let room = format!("/api/rooms/{}/people", of_team["id"].as_str().unwrap());
    for (path, id) in [("/api/rooms", "id"), (&room, "message_id")] {
        let mut body = json!({ id: Uuid::now_v7(), "people": [scene.stranger_viewer.id, Uuid::now_v7()] });
        if id == "id" {
            body["name"] = json!("A room");
        }
        let request = scene.site.request(Method::POST, path, Some(&scene.operator)).json(&body);
        found.extend(not_refused(request).await.map(|why| format!("{path} by staff: {why}")));
    }
    found.extend(difference(&before, &contents(&scene.place).await));
    assert!(found.is_empty(), "{}", found.join("\n"));
    // Somebody who is named twice is meant once.
    let body = json!({ "id": Uuid::now_v7(), "name": "A room", "people": [scene.guest, scene.guest] });
    let (status, room) = scene.site.post("/api/rooms", Some(&scene.host), &body).await;
    assert_eq!(status, StatusCode::OK, "{room}");
    let path = format!("/api/rooms/{}/people", body["id"].as_str().unwrap());
    let (_, people) = scene.site.get(&path, Some(&scene.host)).await;
    assert_eq!(people["invited"].as_array().map(Vec::len), Some(1), "{people}");
}

#[tokio::test]
async fn e7_positions_of_another_history_are_refused_and_those_beyond_the_end_are_the_end() {
    let scene = scene().await;
    let before = contents(&scene.place).await;
    let read = format!("/api/conversations/{}/read", scene.conversation);
    let another = Uuid::new_v4().to_string();
    let (status, problem) =
        scene.site.post(&read, Some(&scene.host), &json!({ "upto_seq": 1, "epoch": another })).await;
    assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("conflict")));
    let request = scene.site.request(Method::PATCH, "/api/notifications", Some(&scene.host));
    let (status, problem) = answer(request.json(&json!({ "upto": 1, "epoch": another }))).await;
    assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("conflict")));
    let far = format!("/api/messages/poll?epoch={}&since={}", scene.epoch, i64::MAX);
    for path in [far, format!("/api/messages/poll?epoch={another}&since=1")] {
        let (status, poll) = scene.site.get(&path, Some(&scene.host)).await;
        assert_eq!((status.as_u16(), &poll["kind"]), (200, &json!("reset")), "{path}");
    }
    assert_eq!(difference(&before, &contents(&scene.place).await), Vec::<String>::new());
    let body = json!({ "upto_seq": i64::MAX, "epoch": scene.epoch });
    assert_eq!(scene.site.post(&read, Some(&scene.host), &body).await.0, StatusCode::OK);
    let page = format!("/api/conversations/{}", scene.conversation);
    let (_, conversation) = scene.site.get(&page, Some(&scene.host)).await;
    assert_eq!(conversation["unread"], 0, "{conversation}");
    let body = json!({ "upto": i64::MAX, "epoch": scene.epoch });
    let request = scene.site.request(Method::PATCH, "/api/notifications", Some(&scene.host)).json(&body);
    assert_eq!(answer(request).await.0, StatusCode::OK);
    scene
        .place
        .tell(&scene.host_viewer, stoa::shared::notifications::kinds::NotificationKind::Payment, "Later")
        .await;
    let (_, page) = scene.site.get("/api/notifications?unread=true", Some(&scene.host)).await;
    assert_eq!(page["notifications"].as_array().map(Vec::len), Some(1), "what came later is unread: {page}");
}
