//! What a client repeats too often is refused with the time to wait, over HTTP and on the socket, and nobody
//! else is concerned.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use futures::SinkExt;
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use serde_json::Value;
use stoa::{
    server::domain::{self, messages, sync, users::Client as Who},
    shared::{
        errors::ErrorCode,
        ids::MessageId,
        messages::body::BODY_MAX_CHARS,
        operators::site_settings::SettingsChange,
        sync::wire::{ToClient, ToServer},
    },
};
use tokio_tungstenite::tungstenite::{Error, Message as Frame};

use crate::{
    client::{Client, connect},
    database::TestDatabase,
    place::Place,
};

/// The least there is: five requests a second, fifty at once.
const SLOW: &[&str] = &["--sends-per-second", "1"];
const EMAIL: &str = "noor@example.com";
const PASSWORD: &str = "a long password";

fn who_at(client_ip: &str) -> Who {
    Who {
        client_ip: client_ip.to_owned().into(),
        user_agent: String::new(),
        device_token: None,
        time_zone: None,
    }
}

/// Asks until it is refused, which says when to come again.
async fn until_refused(request: impl Fn() -> RequestBuilder) -> Response {
    for _ in 0..1_000 {
        let response = request().send().await.unwrap();
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            let seconds: u64 = response.headers()[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
            assert!((1..=3_600).contains(&seconds), "{seconds}");
            return response;
        }
    }
    panic!("it is never refused");
}

#[tokio::test]
async fn e7_who_asks_too_often_has_to_wait_wherever_he_asks() {
    let place = Place::with(SLOW).await;
    let (noor, other) = (place.user("Noor").await, place.user("Tomas").await);
    let (of_noor, of_other) = (place.session(&noor).await, place.session(&other).await);
    let site = place.serve().await;
    let mut socket = Client::open_with(&place, &site, &of_noor, 0).await;
    socket.hear().await;
    let get = |path: &'static str| site.request(Method::GET, path, Some(&of_noor));
    for path in ["/api/messages/unread-count", "/api/messages/poll", "/api/conversations"] {
        let problem: Value = until_refused(|| get(path)).await.json().await.unwrap();
        assert_eq!(problem["code"], "too_fast", "{path}: {problem}");
    }
    for path in ["/rpc/get_conversations", "/rpc/get_presence", "/rpc/get_unread_count"] {
        let error: Value = until_refused(|| get(path)).await.json().await.unwrap();
        assert_eq!(error["code"], "too_fast", "{path}: {error}");
        assert!(error["message"].as_str().is_some_and(|text| text.contains("lot at once")), "{error}");
    }
    let page = until_refused(|| get("/messages")).await;
    assert_eq!(page.headers()["cache-control"], "no-store");
    assert!(page.text().await.unwrap().starts_with("That was a lot at once."));
    let mut refused = None;
    for _ in 0..200 {
        socket.say(&ToServer::Ping).await;
        if let ToClient::Refused { error, .. } = socket.hear().await {
            refused = Some(error);
            break;
        }
    }
    let error = refused.expect("the socket counts too");
    assert_eq!((error.code, error.retry_after), (ErrorCode::TooFast, Some(1)));
    assert_eq!(site.get("/api/messages/unread-count", Some(&of_other)).await.0, StatusCode::OK);
    assert_eq!(site.get("/rpc/get_listings", None).await.0, StatusCode::OK, "nor are who is signed out");
}

#[tokio::test]
async fn e7_who_is_signed_out_is_counted_by_address() {
    let place = Place::with(SLOW).await;
    let session = place.session(&place.user("Noor").await).await;
    let site = place.serve().await;
    assert_eq!(site.get("/api/users/me", Some(&session)).await.0, StatusCode::OK);
    until_refused(|| site.request(Method::GET, "/rpc/get_listings", None)).await;
    for path in [
        "/api/docs",
        "/api/openapi.json",
        "/api/asyncapi.json",
        "/offline",
        "/readyz",
        "/service-worker.js",
        "/covers/x.svg",
    ] {
        until_refused(|| site.request(Method::GET, path, None)).await;
    }
    until_refused(|| site.request(Method::GET, "/api/users/me", None).bearer_auth("unknown")).await;
    let made_up = stoa::server::auth::session_tokens::Token::new();
    until_refused(|| site.request(Method::GET, "/api/users/me", Some(&made_up))).await;
    assert_eq!(site.get("/api/users/me", Some(&session)).await.0, StatusCode::OK, "who is signed in is not");
    assert_eq!(site.get("/healthz", None).await.0, StatusCode::OK, "nor are those who look after the server");
}

#[tokio::test]
async fn e7_sockets_that_are_opened_again_and_again_are_refused() {
    let place = Place::with(SLOW).await;
    let (noor, other) = (place.user("Noor").await, place.user("Tomas").await);
    let (of_noor, of_other) = (place.session(&noor).await, place.session(&other).await);
    let site = place.serve().await;
    let mut open = Vec::new();
    let refusal = loop {
        match connect(&site, Some(&of_noor), &site.url).await {
            Ok(socket) => open.push(socket),
            Err(Error::Http(response)) => break response,
            Err(other) => panic!("{other}"),
        }
        assert!(open.len() < 100, "it is never refused");
    };
    assert_eq!(refusal.status().as_u16(), 429);
    assert!(refusal.headers().contains_key("retry-after"));
    assert!(open.len() >= 3, "a few at once are no harm: {}", open.len());
    assert!(connect(&site, Some(&of_other), &site.url).await.is_ok(), "nobody else is concerned");
}

/// 400 frames come at once. Beyond them a refusal is followed by a pause, in which ten more become due: of 800 frames
/// at most one in eleven of the rest is refused, however fast they come, and pings are held up along with them.
#[tokio::test]
async fn e7_frames_and_pings_beyond_the_rate_of_a_socket_are_read_slowly() {
    let place = Place::new().await;
    let noor = place.user("Noor").await;
    let site = place.serve().await;
    let mut client = Client::open(&place, &site, &noor, 0).await;
    client.hear().await;
    for _ in 0..400 {
        client.socket.feed(Frame::Ping(Bytes::new())).await.unwrap();
        client.socket.feed(Frame::Text("?".into())).await.unwrap();
    }
    client.socket.flush().await.unwrap();
    let (mut refused, mut pongs) = (0, 0);
    for answers in 1..=400 {
        loop {
            match client.frame().await {
                Frame::Pong(_) => pongs += 1,
                Frame::Text(text) => {
                    refused += usize::from(text.contains(r#""too_fast""#));
                    break;
                }
                other => panic!("{other:?} after {answers} answers"),
            }
        }
    }
    println!("refused {refused}, pongs {pongs}");
    assert!(refused <= 400 / 11 + 1, "{refused} were refused");
    assert!(pongs > 0, "within the rate a ping is answered");
}

#[tokio::test]
async fn d7_whose_id_is_known_gets_the_same_answer_however_fast_he_sends() {
    let place = Place::with(SLOW).await;
    let (noor, tomas) = (place.user("Noor").await, place.user("Tomas").await);
    let (mei, rui) = (place.user("Mei").await, place.user("Rui").await);
    let here = place.conversation(&noor, &tomas).await.id;
    let elsewhere = place.conversation(&mei, &rui).await.id;
    let id = MessageId::new();
    let send = |to, body: &str| messages::send(&place.context, &noor, to, id, body.to_owned());
    let first = send(here, "Are there lamps?").await.unwrap();
    let refused = loop {
        if let Err(error) = place.send(&noor, here, "And chairs?").await {
            break error;
        }
    };
    assert_eq!(refused.code, ErrorCode::TooFast);
    assert_eq!(send(here, "Are there lamps?").await.unwrap(), first);
    for (to, body) in [(here, "Are there chairs?"), (elsewhere, "Are there lamps?")] {
        assert_eq!(send(to, body).await.unwrap_err().code, ErrorCode::Conflict);
    }
}

#[tokio::test]
async fn e7_reports_are_taken_so_many_a_minute() {
    let place = Place::new().await;
    let site = place.serve().await;
    until_refused(|| site.request(Method::POST, "/csp-reports", None).body("{}")).await;
}

#[tokio::test]
async fn e7_guesses_from_many_addresses_are_slowed_down_and_the_owner_gets_in() {
    let place = Place::new().await;
    place.admin("Ada").await;
    let who = |client_ip: String, device_token: Option<String>| Who {
        client_ip: client_ip.into(),
        user_agent: String::new(),
        device_token,
        time_zone: None,
    };
    let first = who("home".into(), None);
    for (name, email) in [("Noor", EMAIL), ("Tomas", "tomas@example.com")] {
        domain::users::sign_up(&place.context, name, email, PASSWORD, &first).await.unwrap();
    }
    let sign_in = async |email: &str, password: &str, client: &Who| {
        let signed_in = domain::users::sign_in(&place.context, email, password, client).await;
        signed_in.map(|outcome| outcome.opened().unwrap().device_token).map_err(|error| error.code)
    };
    let device = sign_in(EMAIL, PASSWORD, &first).await.unwrap();
    // Few at once, so that none lacks a place for hashing.
    let mut refused = 0;
    for number in 0..60 {
        let stranger = who(format!("stranger {}", number % 3), None);
        refused += usize::from(sign_in(EMAIL, "a wrong guess", &stranger).await == Err(ErrorCode::TooFast));
    }
    assert!(refused >= 20, "of sixty from three networks about half are looked at: {refused} were not");
    let elsewhere = who("a hotel".into(), Some(device.clone()));
    assert!(sign_in(EMAIL, PASSWORD, &elsewhere).await.is_ok(), "the owner is known by his browser");
    let forged = who("stranger 1".into(), Some("0".repeat(64)));
    let by_forged = sign_in(EMAIL, "a wrong guess", &forged).await.err();
    assert_eq!(by_forged, Some(ErrorCode::TooFast), "a made-up cookie is a stranger's");
    let at_home = who("home of the owner".into(), None);
    assert!(sign_in(EMAIL, PASSWORD, &at_home).await.is_ok(), "and the owner gets in on a new browser too");
    let of_another = who("a hotel".into(), Some(device));
    assert!(
        sign_in("tomas@example.com", PASSWORD, &of_another).await.is_ok(),
        "another account is not concerned"
    );
}

#[tokio::test]
async fn e7_whoever_has_a_session_cannot_guess_the_password_for_long() {
    let place = Place::new().await;
    place.admin("Ada").await;
    let client = who_at("home");
    let opened = domain::users::sign_up(&place.context, "Noor", EMAIL, PASSWORD, &client).await.unwrap();
    let viewer = place.viewer_of(opened.token.as_str()).await.unwrap().unwrap();
    let guess = async |present| {
        let token = Some(opened.token.as_str());
        let passwords = (present, "another password");
        domain::users::sessions::change_password(
            &place.context,
            &viewer,
            token,
            passwords,
            &Default::default(),
        )
        .await
    };
    for _ in 0..10 {
        assert_eq!(guess("a wrong guess").await.unwrap_err().code, ErrorCode::Forbidden);
    }
    let refused = guess(PASSWORD).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::TooFast);
    assert!(refused.retry_after.is_some_and(|seconds| seconds <= 3_600), "{refused:?}");
}

/// One message fills a page, so catching up reads sixty of them, where fifty may be asked for at once.
#[tokio::test]
async fn s6_pages_of_catching_up_count_as_requests_and_the_socket_waits_beyond_their_rate() {
    let fast = Place::new().await;
    let (host, guest) = (fast.user("Tomas").await, fast.user("Noor").await);
    let id = fast.conversation(&guest, &host).await.id;
    let long = "🦀".repeat(BODY_MAX_CHARS);
    for _ in 0..60 {
        fast.send(&guest, id, &long).await.unwrap();
    }
    let place = Place::on(TestDatabase::at(fast.database.url.clone()), SLOW).await;
    let site = place.serve().await;
    let head = sync::position(&place.context, &host).await.unwrap();
    let mut client = Client::open(&place, &site, &host, head).await;
    client.hear().await;
    let began = Instant::now();
    client.join(id).await;
    let mut pages = Vec::new();
    while pages.iter().sum::<usize>() < 60 {
        pages.push(client.change().await.messages.iter().map(|thread| thread.messages.len()).sum());
    }
    assert_eq!(pages, [1; 60], "all of it comes, none is refused");
    assert!(began.elapsed() > Duration::from_secs(1), "at five a second: {:?}", began.elapsed());
    let refused = (0..5).any(|_| place.context.limits.request(host.id).is_err());
    assert!(refused, "and what was read counts");
}

#[tokio::test]
async fn e7_a_closed_sign_up_hashes_nothing_and_charges_nothing() {
    let place = Place::new().await;
    let admin = place.admin("Aino").await;
    let closed = SettingsChange::SignUp(false);
    domain::operators::site_settings::change(&place.context, &admin, 1, closed).await.unwrap();
    for _ in 0..100 {
        let closed = domain::users::sign_up(&place.context, "Noor", EMAIL, PASSWORD, &who_at("home")).await;
        assert_eq!(closed.err().map(|error| error.code), Some(ErrorCode::Forbidden));
    }
}

#[tokio::test]
async fn e7_the_cookie_that_knows_a_browser_again_opens_nothing_and_no_script_reads_it() {
    let place = Place::new().await;
    place.admin("Ada").await;
    let site = place.serve().await;
    let fields = [("name", "Noor"), ("email", EMAIL), ("password", PASSWORD)];
    let response = site.request(Method::POST, "/rpc/sign_up", None).form(&fields).send().await.unwrap();
    let cookies = response.headers().get_all(header::SET_COOKIE);
    let cookie = cookies
        .iter()
        .map(|cookie| cookie.to_str().unwrap())
        .find(|cookie| cookie.starts_with("stoa_device="));
    let cookie = cookie.unwrap().to_owned();
    assert!(cookie.contains("; HttpOnly; SameSite=Lax; Max-Age=31536000"), "{cookie}");
    let value = cookie.split(';').next().unwrap().to_owned();
    let request = site.request(Method::GET, "/api/users/me", None).header(header::COOKIE, &value);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let as_session = value.replace("stoa_device", "stoa_session");
    let request = site.request(Method::GET, "/api/users/me", None).header(header::COOKIE, as_session);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
}
