//! Personal access tokens: who makes them, what they open, and what they don't.

use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde_json::{Value, json};
use stoa::shared::users::{credentials::Email, rank::Rank};
use stoa::{
    server::{
        auth::session_tokens::{Token, hash},
        domain::{self, users::api_tokens},
        realtime::delivery_receipts,
        store::users,
    },
    shared::{
        conversations::Conversation,
        errors::ErrorCode,
        ids::{MessageId, TokenId},
        sync::wire::{PROTOCOL_MIN, ToClient, ToServer},
        users::{
            Viewer,
            api_tokens::{Scopes, TOKENS_MAX, TokenLifetime},
        },
        values::time::{DAY, MINUTE, SECOND},
    },
    web::rest,
};
use tokio_tungstenite::tungstenite::Error;

use crate::{
    authorisation::is_for_admins,
    client::{Client, connect_with_token},
    contents::{contents, difference},
    place::{Place, Site, answer},
};

const READ: Scopes = Scopes {
    read: true,
    write: false,
    system: false,
    notify: false,
    events: false,
    event_texts: false,
    manage: false,
};
const WRITE: Scopes = Scopes {
    read: false,
    write: true,
    system: false,
    notify: false,
    events: false,
    event_texts: false,
    manage: false,
};
const BOTH: Scopes = Scopes {
    read: true,
    write: true,
    system: false,
    notify: false,
    events: false,
    event_texts: false,
    manage: false,
};
const SYSTEM: Scopes = Scopes {
    read: true,
    write: true,
    system: true,
    notify: false,
    events: false,
    event_texts: false,
    manage: false,
};

async fn make(place: &Place, viewer: &Viewer, scopes: Scopes) -> Token {
    place.token(viewer, TokenId::new(), scopes).await
}

const PASSWORD: &str = "a long password";

/// Somebody with a password, which making a token wants.
async fn sign_up(place: &Place) -> (Token, Viewer) {
    place.admin("Ada").await;
    let (email, client) = ("noor@example.com", Default::default());
    let opened = domain::users::sign_up(&place.context, "Noor", email, PASSWORD, &client).await.unwrap();
    let viewer = place.viewer_of(opened.token.as_str()).await.unwrap().unwrap();
    (opened.token, viewer)
}

/// As a program asks: without `Origin`, without cookie.
fn ask(site: &Site, method: Method, path: &str, token: &str) -> RequestBuilder {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    client.request(method, format!("{}{path}", site.url)).bearer_auth(token)
}

async fn get(site: &Site, path: &str, token: &str) -> (StatusCode, Value) {
    answer(ask(site, Method::GET, path, token)).await
}

fn messages_of(conversation: &Conversation) -> String {
    format!("/api/conversations/{}/messages", conversation.id)
}

fn message(body: &str) -> Value {
    json!({ "id": MessageId::new(), "body": body })
}

#[tokio::test]
async fn e7_a_program_reads_and_writes_with_a_token_and_nothing_else() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await;
    let site = place.serve().await;
    let token = make(&place, &guest, BOTH).await;
    assert!(token.as_str().starts_with("stoa_") && token.as_str().len() > 60, "{}", token.as_str());
    let request = ask(&site, Method::POST, &messages_of(&conversation), token.as_str());
    let (status, sent) = answer(request.json(&message("From a program"))).await;
    assert_eq!((status, &sent["message"]["sender"]), (StatusCode::OK, &json!(guest.id)));
    let (status, page) = get(&site, &messages_of(&conversation), token.as_str()).await;
    assert_eq!((status, &page["messages"][0]["body"]), (StatusCode::OK, &json!("From a program")));
    let stranger = make(&place, &place.user("Eve").await, BOTH).await;
    assert_eq!(get(&site, &messages_of(&conversation), stranger.as_str()).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn e7_every_endpoint_wants_the_scope_for_what_it_does() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await;
    let site = place.serve().await;
    let (read, write) = (make(&place, &guest, READ).await, make(&place, &guest, WRITE).await);
    // What wants a scope of its own is tested by itself.
    let has_own = |route: &rest::Route| {
        route.path == "/api/messages/system"
            || (route.path == "/api/notifications" && route.method == Method::POST)
            || is_for_admins(route.path)
    };
    for route in rest::routes().into_iter().filter(|route| !has_own(route)) {
        let path = route.path.replace("{id}", &conversation.id.to_string()).replace("{key}", "REQ-222222");
        let (wrong, right) = if route.method == Method::GET { (&write, &read) } else { (&read, &write) };
        let call = async |token: &Token| {
            let request = ask(&site, route.method.clone(), &path, token.as_str());
            answer(if route.method == Method::GET { request } else { request.json(&message("Hi")) }).await
        };
        let (status, problem) = call(wrong).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::FORBIDDEN, &json!("forbidden")),
            "{path} {problem}"
        );
        assert!(problem["title"].as_str().unwrap().starts_with("This token may not"), "{problem}");
        let (status, body) = call(right).await;
        let is_scope = body["title"].as_str().is_some_and(|title| title.contains("This token"));
        assert!(status != StatusCode::UNAUTHORIZED && !is_scope, "{path} {body}");
    }
    let (_, page) = get(&site, &messages_of(&conversation), read.as_str()).await;
    assert_eq!(
        page["messages"].as_array().map(Vec::len),
        Some(1),
        "what was refused changed nothing: {page}"
    );
}

#[tokio::test]
async fn e7_a_token_opens_no_page_and_no_server_function() {
    let place = Place::new().await;
    let guest = place.user("Noor").await;
    let site = place.serve().await;
    let token = make(&place, &guest, BOTH).await;
    let token = token.as_str();
    for path in ["/rpc/get_conversations?is_unread_only=false", "/rpc/get_tokens"] {
        let (status, body) = get(&site, path, token).await;
        assert!(status.is_client_error(), "{path}: {status} {body}");
    }
    let page = ask(&site, Method::GET, "/settings", token).header(header::ACCEPT, "text/html");
    let page = page.send().await.unwrap();
    assert_eq!(page.status(), StatusCode::FOUND);
    assert!(page.headers()[header::LOCATION].to_str().unwrap().starts_with("/sign-in"));
    let fields = [("name", "Mallory"), ("hue", "1")];
    for origin in [None, Some(&site.url)] {
        let mut request = ask(&site, Method::POST, "/rpc/update_profile", token);
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        let status = answer(request.form(&fields)).await.0;
        assert!([StatusCode::FORBIDDEN, StatusCode::UNAUTHORIZED].contains(&status), "{status}");
    }
}

async fn open_socket(place: &Place, site: &Site, token: &Token) -> Client {
    let socket = connect_with_token(site, token).await.expect("the socket opens");
    let mut client = Client { socket, epoch: place.context.epoch.clone() };
    client.say(&ToServer::Hello { epoch: client.epoch.clone(), head: 0, protocol: PROTOCOL_MIN }).await;
    client.until(|frame| matches!(frame, ToClient::Welcome { .. })).await;
    client
}

#[tokio::test]
async fn e7_a_program_opens_the_socket_with_a_token_and_its_scopes_hold_on_every_frame() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let message = place.send(&guest, conversation, "Is it free?").await.unwrap();
    place.send(&host, conversation, "It is").await.unwrap();
    let site = place.serve().await;
    let (read, write, both) = (
        make(&place, &guest, READ).await,
        make(&place, &guest, WRITE).await,
        make(&place, &guest, BOTH).await,
    );
    let changes = [
        ToServer::SendMessage {
            id: MessageId::new(),
            conversation,
            body: "Hi".into(),
            attached: Default::default(),
        },
        ToServer::EditMessage { id: message.id, seen_version: message.version, body: "In June?".into() },
        ToServer::Typing { conversation, is_typing: true },
        ToServer::MarkRead { conversation, upto_seq: 2 },
        ToServer::Delivered { head: 3 },
        ToServer::DeleteMessage { id: message.id, seen_version: 5 },
    ];
    let Err(Error::Http(response)) = connect_with_token(&site, &write).await else {
        panic!("it may not read")
    };
    assert_eq!(response.status(), 403);

    // Reading: what comes is seen, and nobody sees the reader.
    let mut reader = open_socket(&place, &site, &read).await;
    reader.join(conversation).await;
    let before = contents(&place).await;
    for frame in &changes {
        reader.say(frame).await;
        let refused = reader.until(|frame| matches!(frame, ToClient::Refused { .. })).await;
        let ToClient::Refused { error, .. } = refused else { unreachable!() };
        assert_eq!(error.code, ErrorCode::Forbidden, "{frame:?}");
    }
    assert_eq!(difference(&before, &contents(&place).await), Vec::<String>::new());
    assert!(
        !place.context.sockets.presence(guest.id, None).is_online,
        "a token that reads shows nobody online"
    );
    let sent = place.send(&host, conversation, "Still there?").await.unwrap();
    let is_it = |frame: &ToClient| match frame {
        ToClient::Change(change) => {
            change.messages.iter().flat_map(|update| &update.messages).any(|message| message.id == sent.id)
        }
        _ => false,
    };
    reader.until(is_it).await;

    let mut writer = open_socket(&place, &site, &both).await;
    assert!(place.context.sockets.presence(guest.id, None).is_online);
    for frame in &changes {
        writer.say(frame).await;
        let heard = writer.heard_so_far().await;
        let refused = heard.iter().find(|frame| matches!(frame, ToClient::Refused { .. }));
        assert_eq!(refused, None, "{frame:?}");
    }
}

#[tokio::test]
async fn e7_a_revoked_token_loses_its_socket_and_another_keeps_its_own() {
    let place = Place::new().await;
    let noor = place.user("Noor").await;
    let site = place.serve().await;
    let id = TokenId::new();
    let revoked = place.token(&noor, id, BOTH).await;
    let kept = make(&place, &noor, READ).await;
    let mut ended = open_socket(&place, &site, &revoked).await;
    let mut stays = open_socket(&place, &site, &kept).await;
    api_tokens::revoke(&place.context, &noor, id, &Default::default()).await.unwrap();
    assert_eq!(u16::from(ended.closed().await.unwrap().code), 4401);
    stays.heard_so_far().await;
    let refused = connect_with_token(&site, &revoked).await;
    assert!(matches!(refused, Err(Error::Http(response)) if response.status() == 401));
}

/// Whoever sent it must not see that a program fetched it which may only read.
#[tokio::test]
async fn l1_a_poll_with_a_token_that_may_only_read_reports_no_delivery() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await;
    place.send(&host, conversation.id, "It is free").await.unwrap();
    let site = place.serve().await;
    let (read, both) = (make(&place, &guest, READ).await, make(&place, &guest, BOTH).await);
    let poll = async |token: &Token| {
        let head = domain::sync::position(&place.context, &guest).await.unwrap();
        let path = format!("/api/messages/poll?epoch={}&since={head}", place.context.epoch);
        assert_eq!(get(&site, &path, token.as_str()).await.0, StatusCode::OK);
        delivery_receipts::store_reports(&place.context).await;
        place.get(&host, conversation.id).await.people[0].delivered_seq
    };
    assert_eq!(poll(&read).await, 0);
    assert_eq!(poll(&both).await, 1);
}

#[tokio::test]
async fn e7_a_bad_token_is_refused_even_with_a_session_beside_it() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await;
    let site = place.serve().await;
    let session = place.session(&guest).await;
    let made = make(&place, &host, BOTH).await;
    let bad =
        ["", "nonsense", "stoa_", session.as_str(), &made.as_str()[..60], Token::new_api_token().as_str()]
            .map(str::to_owned);
    for token in bad {
        for scheme in ["Bearer", "bearer"] {
            let request = site.request(Method::GET, "/api/conversations", Some(&session));
            let (status, problem) =
                answer(request.header(header::AUTHORIZATION, format!("{scheme} {token}"))).await;
            assert_eq!(
                (status, &problem["code"]),
                (StatusCode::UNAUTHORIZED, &json!("signed_out")),
                "{token}"
            );
        }
    }
    // Another scheme is for a proxy before us, and the session counts.
    let request =
        site.request(Method::GET, "/api/conversations", Some(&session)).basic_auth("proxy", Some("x"));
    assert_eq!(answer(request).await.0, StatusCode::OK);
    // A token decides who asks, whoever is signed in beside it.
    let request = site.request(Method::POST, &messages_of(&conversation), Some(&session));
    let (_, sent) = answer(request.bearer_auth(made.as_str()).json(&message("Hi"))).await;
    assert_eq!(sent["message"]["sender"], json!(host.id));
}

#[tokio::test]
async fn e7_a_token_beside_a_cookie_does_not_lift_the_check_of_the_origin() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await;
    let site = place.serve().await;
    let session = place.session(&guest).await;
    let token = make(&place, &guest, BOTH).await;
    let cookie = format!("stoa_session={}", session.as_str());
    for origin in [None, Some("https://evil.example")] {
        for bearer in [None, Some("nonsense"), Some(token.as_str())] {
            let mut request =
                reqwest::Client::new().post(format!("{}{}", site.url, messages_of(&conversation)));
            request = request.header(header::COOKIE, &cookie).json(&message("Hi"));
            if let Some(origin) = origin {
                request = request.header(header::ORIGIN, origin);
            }
            if let Some(bearer) = bearer {
                request = request.bearer_auth(bearer);
            }
            assert_eq!(answer(request).await.0, StatusCode::FORBIDDEN, "{origin:?} {bearer:?}");
        }
    }
    assert_eq!(place.get(&guest, conversation.id).await.last_seq, 0);
}

#[tokio::test]
async fn e7_a_revoked_token_and_one_of_a_suspended_account_open_nothing() {
    let place = Place::new().await;
    let (noor, eve) = (place.user("Noor").await, place.user("Eve").await);
    let site = place.serve().await;
    let id = TokenId::new();
    let token = place.token(&noor, id, BOTH).await;
    let is_in = async || get(&site, "/api/conversations", token.as_str()).await.0 == StatusCode::OK;
    assert!(is_in().await);
    assert_eq!(
        api_tokens::revoke(&place.context, &eve, id, &Default::default()).await.unwrap_err().code,
        ErrorCode::NotFound
    );
    assert!(is_in().await, "a stranger revokes nothing");
    assert!(api_tokens::list(&place.context, &eve, None).await.unwrap().tokens.is_empty());
    api_tokens::revoke(&place.context, &noor, id, &Default::default()).await.unwrap();
    assert!(!is_in().await);
    assert_eq!(
        api_tokens::revoke(&place.context, &noor, id, &Default::default()).await.unwrap_err().code,
        ErrorCode::NotFound
    );
    let token = make(&place, &noor, BOTH).await;
    assert_eq!(get(&site, "/api/conversations", token.as_str()).await.0, StatusCode::OK);
    let (user, now) = (noor.id.0, place.context.clock.now().0);
    let suspended = place.context.store.write(move |mut conn| {
        Box::pin(async move {
            let statement = "UPDATE users SET suspended_at = $3 WHERE id = $2 AND $1 = $2";
            crate::sql::execute(&mut conn, statement, (user, user, now)).await
        })
    });
    suspended.await.unwrap();
    assert_eq!(get(&site, "/api/conversations", token.as_str()).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn e7_signing_out_leaves_tokens_and_a_new_password_ends_them() {
    let place = Place::new().await;
    let noor = place.user("Noor").await;
    let site = place.serve().await;
    let session = place.session(&noor).await;
    let token = make(&place, &noor, BOTH).await;
    site.form("/rpc/sign_out", Some(&session), &[]).await;
    assert_eq!(get(&site, "/api/conversations", token.as_str()).await.0, StatusCode::OK);
    let email = Email::parse(&noor.email).unwrap();
    let changed = place.context.store.write(move |mut conn| {
        Box::pin(async move { users::set_password(&mut conn, &email, "another hash").await })
    });
    assert!(changed.await.unwrap());
    assert_eq!(get(&site, "/api/conversations", token.as_str()).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn e7_the_database_has_no_token_and_writes_its_use_once_a_minute() {
    let place = Place::new().await;
    let noor = place.user("Noor").await;
    let token = make(&place, &noor, BOTH).await;
    let kept: Vec<(Vec<u8>, String)> = place.rows("SELECT token_hash, name FROM tokens").await;
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].0, hash(token.as_str()));
    let use_it = async || {
        api_tokens::holder(&place.context, hash(token.as_str())).await.unwrap().expect("it works");
        api_tokens::list(&place.context, &noor, None).await.unwrap().tokens[0].used_at
    };
    assert_eq!(api_tokens::list(&place.context, &noor, None).await.unwrap().tokens[0].used_at, None);
    place.context.clock.advance(SECOND);
    let first = use_it().await.expect("it was used");
    place.context.clock.advance(30 * SECOND);
    assert_eq!(use_it().await, Some(first));
    place.context.clock.advance(MINUTE);
    assert!(use_it().await > Some(first.plus(MINUTE)));
}

#[tokio::test]
async fn r5_a_token_ends_after_90_days_unless_another_time_is_chosen() {
    let place = Place::new().await;
    let (_, noor) = sign_up(&place).await;
    let site = place.serve().await;
    let make = async |lifetime| {
        let (id, client) = (TokenId::new(), Default::default());
        let choice = (BOTH, lifetime);
        api_tokens::create(&place.context, &noor, PASSWORD, id, "Calendar", choice, &client).await.unwrap()
    };
    let usual = make(TokenLifetime::default()).await;
    let (month, endless) = (make(TokenLifetime::Month).await, make(TokenLifetime::UntilRevoked).await);
    let works =
        async |token: &Token| get(&site, "/api/conversations", token.as_str()).await.0 == StatusCode::OK;
    place.context.clock.advance(29 * DAY);
    assert!(works(&month).await);
    place.context.clock.advance(2 * DAY);
    assert!(!works(&month).await && works(&usual).await);
    place.context.clock.advance(58 * DAY);
    assert!(works(&usual).await, "on the 89th day");
    place.context.clock.advance(2 * DAY);
    assert!(!works(&usual).await && works(&endless).await);
    let list = api_tokens::list(&place.context, &noor, None).await.unwrap().tokens;
    assert_eq!(list.iter().filter(|token| token.expires_at.is_none()).count(), 1, "they stay in the list");
}

#[tokio::test]
async fn e7_a_token_is_shown_once_and_its_id_makes_no_second() {
    let place = Place::new().await;
    let (session, _) = sign_up(&place).await;
    let site = place.serve().await;
    let id = TokenId::new().to_string();
    let named = [("token_id", id.as_str()), ("token_name", " My  calendar "), ("scopes[read]", "true")];
    let fields = [&named[..], &[("token_password", PASSWORD)]].concat();
    let (status, made) = site.form("/rpc/create_token", Some(&session), &fields).await;
    let made = made.as_str().expect("a token").to_owned();
    assert!(status == StatusCode::OK && made.starts_with("stoa_"), "{status} {made}");
    let (status, again) = site.form("/rpc/create_token", Some(&session), &fields).await;
    assert_eq!((status, &again["code"]), (StatusCode::CONFLICT, &json!("conflict")));
    let (email, client) = ("eve@example.com", Default::default());
    let opened = domain::users::sign_up(&place.context, "Eve", email, PASSWORD, &client).await.unwrap();
    let other = opened.token;
    assert_eq!(site.form("/rpc/create_token", Some(&other), &fields).await.0, StatusCode::CONFLICT);
    let (_, list) = site.get("/rpc/get_tokens", Some(&session)).await;
    assert!(!list.to_string().contains(&made), "{list}");
    let token = &list["tokens"][0];
    assert_eq!((&token["name"], &token["scopes"]["write"]), (&json!("My calendar"), &json!(false)));
    assert_eq!(list["tokens"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn e7_a_plain_form_shows_its_token_once_to_its_owner_and_never_in_an_address() {
    let place = Place::new().await;
    let ((session, _), eve) = (sign_up(&place).await, place.user("Eve").await);
    let site = place.serve().await;
    let id = TokenId::new().to_string();
    let named = [("token_id", id.as_str()), ("token_name", "Calendar"), ("scopes[read]", "true")];
    let fields = [&named[..], &[("token_password", PASSWORD)]].concat();
    let request = site.request(Method::POST, "/rpc/create_token", Some(&session));
    let response = request.header(header::ACCEPT, "text/html").form(&fields).send().await.unwrap();
    assert_eq!(
        (response.status(), response.headers()[header::LOCATION].to_str().unwrap()),
        (StatusCode::FOUND, "/settings#tokens")
    );
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("Max-Age=60"), "{cookie}");
    let made = cookie.split(';').next().unwrap().to_owned();
    let token = made.strip_prefix("stoa_made=").unwrap().to_owned();
    let page = async |session: &Token| {
        let cookies = format!("stoa_session={}; {made}", session.as_str());
        let request = site.request(Method::GET, "/settings", None).header(header::COOKIE, cookies);
        let response = request.send().await.unwrap();
        let taken = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
        (taken, response.text().await.unwrap())
    };
    let (taken, html) = page(&session).await;
    assert!(taken.starts_with("stoa_made=;") && taken.contains("Max-Age=0"), "{taken}");
    assert!(html.contains(&token));
    let (_, html) = page(&place.session(&eve).await).await;
    assert!(!html.contains(&token), "somebody else’s is not shown");
    let (_, list) = site.get("/rpc/get_tokens", Some(&session)).await;
    assert!(!list.to_string().contains(&token));
}

#[tokio::test]
async fn e7_a_token_has_a_name_and_a_scope_and_there_are_at_most_twenty() {
    let place = Place::new().await;
    let (_, noor) = sign_up(&place).await;
    let create = async |name: &str, scopes| {
        let (id, client) = (TokenId::new(), Default::default());
        api_tokens::create(&place.context, &noor, PASSWORD, id, name, (scopes, Default::default()), &client)
            .await
            .map(drop)
    };
    for (name, scopes, field) in [
        ("", BOTH, "token_name"),
        (&*"x".repeat(61), BOTH, "token_name"),
        ("evil\u{202E}gpj", BOTH, "token_name"),
        ("Calendar", Scopes::default(), "scopes"),
    ] {
        let error = create(name, scopes).await.unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (ErrorCode::Invalid, Some(field)), "{name}");
    }
    create(&"x".repeat(60), READ).await.unwrap();
    for _ in 0..TOKENS_MAX - 2 {
        make(&place, &noor, READ).await;
    }
    let last = futures::future::join_all((0..4).map(|_| create("Last", READ))).await;
    assert_eq!(last.iter().filter(|made| made.is_ok()).count(), 1, "{last:?}");
    let list = api_tokens::list(&place.context, &noor, None).await.unwrap().tokens;
    assert_eq!(list.len() as i64, TOKENS_MAX);
    api_tokens::revoke(&place.context, &noor, list[0].id, &Default::default()).await.unwrap();
    create("Again", READ).await.unwrap();
}

#[tokio::test]
async fn e7_only_staff_make_tokens_for_system_messages_and_lose_them_with_their_rank() {
    let place = Place::new().await;
    let noor = place.user("Noor").await;
    let (id, client) = (TokenId::new(), Default::default());
    let refused =
        api_tokens::create(&place.context, &noor, "", id, "Orders", (SYSTEM, Default::default()), &client)
            .await;
    assert_eq!(refused.err().map(|error| error.code), Some(ErrorCode::Forbidden));
    let set_rank = async |rank| {
        let email = Email::parse(&noor.email).unwrap();
        let set = place
            .context
            .store
            .write(move |mut conn| Box::pin(async move { users::set_rank(&mut conn, &email, rank).await }));
        assert!(set.await.unwrap());
    };
    set_rank(Rank::Operator).await;
    let operator = place.viewer_of(place.session(&noor).await.as_str()).await.unwrap();
    let token = make(&place, &operator.expect("he is in"), SYSTEM).await;
    let scopes =
        async || api_tokens::holder(&place.context, hash(token.as_str())).await.unwrap().expect("it works").1;
    assert_eq!(scopes().await, SYSTEM);
    let site = place.serve().await;
    let system = async |token: &Token| {
        let request = ask(&site, Method::POST, "/api/messages/system", token.as_str()).json(&json!({}));
        answer(request).await.0
    };
    assert_eq!(system(&make(&place, &noor, BOTH).await).await, StatusCode::FORBIDDEN);
    assert_ne!(system(&token).await, StatusCode::FORBIDDEN);
    set_rank(Rank::Member).await;
    assert_eq!(scopes().await, BOTH);
    assert_eq!(system(&token).await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn m6_a_token_wants_the_present_password_and_guesses_are_slowed_down() {
    let place = Place::new().await;
    let (session, noor) = sign_up(&place).await;
    let site = place.serve().await;
    let create = async |password: &str| {
        let id = TokenId::new().to_string();
        let named = [("token_id", id.as_str()), ("token_name", "Calendar"), ("scopes[read]", "true")];
        let fields = [&named[..], &[("token_password", password)]].concat();
        site.form("/rpc/create_token", Some(&session), &fields).await
    };
    for _ in 0..5 {
        let (status, error) = create("a guess").await;
        assert_eq!((status, &error["field"]), (StatusCode::FORBIDDEN, &json!("token_password")), "{error}");
    }
    assert!(api_tokens::list(&place.context, &noor, None).await.unwrap().tokens.is_empty());
    assert_eq!(create(PASSWORD).await.0, StatusCode::OK);
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(create("a guess").await.0);
    }
    assert!(statuses.contains(&StatusCode::TOO_MANY_REQUESTS), "{statuses:?}");
}
