//! The log of a real server: what stands in it, and above all what does not.

use std::path::Path;

use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde_json::{Value, json};
use stoa::{
    server::domain,
    shared::{
        conversations::rooms::History,
        ids::{ConversationId, MessageId, TokenId},
        sync::wire::{ToClient, ToServer},
        users::api_tokens::Scopes,
    },
};

use crate::{
    client::Client,
    place::{Place, Site, answer},
    server::Server,
};

/// All that the server and its libraries could ever say.
const ALL: &[(&str, &str)] = &[("RUST_LOG", "trace")];
const EMAIL: &str = "quince.secret@example.com";
const NAME: &str = "Quentin Quince";
const PASSWORD: &str = "marmalade on toast";
const SAID: &str = "The key is under the flowerpot";
const ROOM: &str = "Surprise party";

fn lines(log: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(log).expect("the log");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect()
}

/// The fields of the span to which a line belongs.
fn span(line: &Value) -> &Value {
    &line["spans"][0]
}

#[tokio::test]
async fn e8_nothing_that_people_say_and_nothing_that_opens_a_door_is_in_the_log() {
    let place = Place::new().await;
    let host = place.user("Tomas Tamarind").await;
    let friend = place.user("Fig Friend").await;
    place.admin("Ada").await;
    place.conversation(&friend, &host).await;
    let room = ConversationId::new();
    let people = vec![friend.id];
    place.room(&host, room, ROOM, History::default(), &people).await;
    let link = domain::rooms::set_link(&place.context, &host, room, true).await.unwrap().unwrap();
    let scopes = Scopes { read: true, write: true, ..Scopes::default() };
    let token = place.token(&host, TokenId::new(), scopes).await;
    let (host_session, epoch) = (place.session(&host).await, place.context.epoch.clone());

    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut server = Server::start_logging(&place.database.url, ALL, &log).await;
    let site = Site::at(server.url());
    let signing_up = [("name", NAME), ("email", EMAIL), ("password", PASSWORD)];
    let signed_up = site.request(Method::POST, "/rpc/sign_up", None).form(&signing_up).send().await.unwrap();
    assert_eq!(signed_up.status(), 200);
    let cookie =
        signed_up.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let session = cookie.split_once('=').unwrap().1.to_owned();
    let as_guest = |method, path: &str| site.request(method, path, None).header(header::COOKIE, &cookie);
    let wrong = [("email", EMAIL), ("password", "a wrong password of his")];
    assert_ne!(site.form("/rpc/sign_in", None, &wrong).await.0, StatusCode::OK);

    let page = format!("/rooms/join/{link}?next=/secret-place");
    assert_eq!(answer(as_guest(Method::GET, &page)).await.0, StatusCode::OK);
    let id = MessageId::new().to_string();
    let joining = [("link", link.as_str()), ("message_id", &id)];
    assert_eq!(answer(as_guest(Method::POST, "/rpc/join_room").form(&joining)).await.0, StatusCode::OK);
    let thread = format!("/api/conversations/{room}/messages");
    let message = json!({ "id": MessageId::new(), "body": SAID });
    let sent = answer(as_guest(Method::POST, &thread).json(&message)).await;
    assert!(sent.0.is_success(), "{sent:?}");
    assert_eq!(answer(as_guest(Method::GET, "/?q=hidden-wish")).await.0, StatusCode::OK);
    let program = reqwest::Client::new().get(format!("{}{thread}", site.url)).bearer_auth(token.as_str());
    assert_eq!(answer(program).await.0, StatusCode::OK);

    let mut client = Client::at(&server.url(), &host_session, &epoch, 0).await;
    let id = MessageId::new();
    client
        .say(&ToServer::SendMessage {
            id,
            conversation: room,
            body: SAID.into(),
            attached: Default::default(),
        })
        .await;
    client.until(|frame| matches!(frame, ToClient::Ack { .. })).await;
    client.text(&format!("{{\"nonsense\":\"{SAID}\"}}")).await;
    client.until(|frame| matches!(frame, ToClient::Refused { .. })).await;
    drop(client);
    // The server alone deletes what belongs to the account.
    place.context.stopping.send_replace(true);
    let export = [("export_password", PASSWORD), ("format", "json")];
    let exported = answer(as_guest(Method::POST, "/account/export").form(&export)).await;
    assert!(exported.0 == StatusCode::OK && exported.1["profile"]["email"] == EMAIL, "{exported:?}");
    let close = [("closing_password", PASSWORD), ("with_texts", "true")];
    assert_eq!(answer(as_guest(Method::POST, "/rpc/close_account").form(&close)).await.0, StatusCode::OK);
    place.settle().await;
    server.terminate();
    server.ended_within(30).await.unwrap();

    let lines = lines(&log);
    for route in
        ["/rpc/sign_up", "/rpc/sign_in", "/rooms/join/{link}", "/rpc/join_room", "/account/export", "/"]
    {
        assert!(lines.iter().any(|line| span(line)["route"] == route), "{route} is not in the log");
    }
    for (event, route) in [("sign_up", "/rpc/sign_up"), ("sign_in_refused", "/rpc/sign_in")] {
        let is_it = |line: &&Value| line["message"] == "security" && line["event"] == event;
        let found: Vec<_> = lines.iter().filter(is_it).collect();
        let [line] = found[..] else { panic!("one line of {event}: {found:?}") };
        assert_eq!(span(line)["route"], route, "it belongs to its request");
    }
    let text = std::fs::read_to_string(&log).unwrap();
    let secrets = [
        EMAIL,
        "quince",
        NAME,
        "Quentin",
        "Tamarind",
        PASSWORD,
        "marmalade",
        "wrong password of",
        SAID,
        "flowerpot",
        ROOM,
        "secret-place",
        "hidden-wish",
        &link,
        &session,
        token.as_str(),
        host_session.as_str(),
        &host.email,
    ];
    for secret in secrets {
        let found = text.lines().find(|line| line.contains(secret) || line.contains(&in_hex(secret)));
        assert_eq!(found, None, "{secret:?} is in the log");
    }
}

fn in_hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn e8_every_line_of_a_request_and_of_a_socket_has_its_id_and_the_users() {
    let place = Place::new().await;
    let viewer = place.user("Noor").await;
    let (session, epoch) = (place.session(&viewer).await, place.context.epoch.clone());
    let scopes = Scopes { read: true, ..Scopes::default() };
    let token = place.token(&viewer, TokenId::new(), scopes).await;
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let environment = [("RUST_LOG", "stoa=debug"), ("STOA_TRUSTED_PROXIES", "127.0.0.1")];
    let mut server = Server::start_logging(&place.database.url, &environment, &log).await;
    let site = Site::at(server.url());

    let given =
        |id: &str| site.request(Method::GET, "/api/users/me", Some(&session)).header("x-request-id", id);
    assert_eq!(id_of(given("from-the-proxy-1")).await, "from-the-proxy-1");
    let made = id_of(given("not an id")).await;
    assert!(made.len() == 32 && made != id_of(given("")).await);
    let page = id_of(site.request(Method::GET, "/messages", Some(&session))).await;
    let client = Client::at(&server.url(), &session, &epoch, 0).await;
    place.run("ALTER TABLE tokens RENAME TO gone").await;
    let bearer = reqwest::Client::new().get(format!("{}/api/rooms", site.url)).bearer_auth(token.as_str());
    let failed = bearer.send().await.unwrap();
    assert_eq!(failed.status(), 500);
    let failed = failed.headers()["x-request-id"].to_str().unwrap().to_owned();
    place.run("ALTER TABLE heads RENAME TO nowhere").await;
    let mut client = client;
    client.say(&ToServer::Ping).await;
    client.until(|frame| matches!(frame, ToClient::Refused { .. })).await;
    drop(client);
    server.terminate();
    server.ended_within(30).await.unwrap();

    let lines = lines(&log);
    let of = |id: &str| -> Vec<&Value> { lines.iter().filter(|line| span(line)["id"] == id).collect() };
    for (id, route) in [("from-the-proxy-1", "/api/users/me"), (&made, "/api/users/me"), (&page, "/messages")]
    {
        let [line] = of(id)[..] else { panic!("one line: {:?}", of(id)) };
        let shown = span(line);
        assert_eq!((&shown["route"], &shown["method"]), (&json!(route), &json!("GET")));
        assert_eq!((&shown["user"], &line["status"]), (&json!(viewer.id), &json!(200)));
    }
    let [cause, end] = of(&failed)[..] else { panic!("cause and end: {:?}", of(&failed)) };
    assert!(cause["error"].as_str().unwrap().contains("tokens"), "{cause}");
    assert_eq!((&end["level"], &end["status"]), (&json!("ERROR"), &json!(500)));
    assert_eq!(span(end)["route"], "/api/rooms");
    let socket = lines.iter().find(|line| span(line)["name"] == "socket" && line["level"] == "ERROR");
    let socket = socket.expect("what failed on the socket");
    assert_eq!(span(socket)["user"], json!(viewer.id));
    let opening = of(span(socket)["id"].as_str().unwrap());
    assert!(opening.iter().any(|line| span(line)["route"] == "/ws" && line["status"] == 101));
}

#[tokio::test]
async fn e8_the_log_is_text_for_people_where_that_is_wanted() {
    let place = Place::new().await;
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let environment = [("RUST_LOG", "info"), ("STOA_LOG", "text")];
    let mut server = Server::start_logging(&place.database.url, &environment, &log).await;
    server.terminate();
    server.ended_within(30).await.unwrap();
    let text = std::fs::read_to_string(&log).unwrap();
    assert!(text.contains(" INFO stoa: listening address="), "{text}");
    assert!(!text.contains('\u{1b}'), "no colours in a file");
}

async fn id_of(request: RequestBuilder) -> String {
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.headers()["x-request-id"].to_str().unwrap().to_owned()
}
