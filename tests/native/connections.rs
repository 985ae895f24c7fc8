//! Connections of clients that are slow, endless or greedy, and what a kept one may rely on.

use std::time::Duration;

use reqwest::{Method, StatusCode, header};
use stoa::{
    shared::sync::wire::{PROTOCOL, ToClient, ToServer, close},
    web::listener::Timeouts,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::{interval, timeout},
};
use tokio_tungstenite::tungstenite::Error;

use crate::{
    client::{Client, SOON, connect},
    place::{Place, Site},
};

/// Heads must be whole soon; nothing else is limited.
const HASTY_HEADS: Timeouts = Timeouts {
    idle: Duration::from_secs(600),
    head: Duration::from_millis(200),
    body: Duration::from_secs(600),
    write: Duration::from_secs(600),
};

/// One connection over which HTTP is spoken by hand.
struct Raw(BufReader<TcpStream>);

impl Raw {
    async fn open(site: &Site) -> Self {
        let address = site.url.strip_prefix("http://").unwrap();
        Self(BufReader::new(TcpStream::connect(address).await.unwrap()))
    }

    async fn write(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).await.unwrap();
    }

    async fn post(&mut self, path: &str, headers: &str, body: &str) {
        let length = body.len();
        self.write(&format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        ))
        .await;
    }

    /// The next response: its status, and whether it says that the connection is closed. None if it was closed
    /// without one.
    async fn response(&mut self) -> Option<(u16, bool)> {
        let read = async {
            let (mut head, mut length, mut is_last) = (String::new(), 0, false);
            loop {
                let mut line = String::new();
                if self.0.read_line(&mut line).await.ok()? == 0 {
                    return None;
                }
                let line = line.trim_end().to_ascii_lowercase();
                if line.is_empty() {
                    break;
                }
                if let Some(value) = line.strip_prefix("content-length: ") {
                    length = value.parse().unwrap();
                }
                is_last |= line == "connection: close";
                head = if head.is_empty() { line } else { head };
            }
            self.0.read_exact(&mut vec![0; length]).await.ok()?;
            Some((head.split(' ').nth(1)?.parse().unwrap(), is_last))
        };
        timeout(SOON, read).await.expect("a response or the end")
    }

    /// Whether the server ends the connection.
    async fn ends(&mut self) -> bool {
        let mut rest = Vec::new();
        timeout(SOON, self.0.read_to_end(&mut rest)).await.is_ok()
    }
}

#[tokio::test]
async fn e7_a_kept_connection_outlives_refusals_or_says_that_it_ends() {
    let place = Place::with(&["--sends-per-second", "1"]).await;
    let site = place.serve().await;
    let mut raw = Raw::open(&site).await;
    let mut statuses = Vec::new();
    for _ in 0..80 {
        raw.post("/csp-reports", "", "{}").await;
        statuses.push(raw.response().await.expect("each is answered"));
    }
    assert!(statuses.contains(&(429, false)), "{statuses:?}");
    assert!(statuses.iter().all(|(_, is_last)| !is_last), "{statuses:?}");
    let other_origin = "Origin: https://evil.example\r\nContent-Type: application/json\r\n";
    for _ in 0..12 {
        raw.post("/rpc/sign_in", other_origin, r#"{"email":"a"}"#).await;
        assert_eq!(raw.response().await, Some((403, false)));
    }
    // That of the `Host` which this connection names.
    let own_origin = "Origin: http://a\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    raw.post("/rpc/sign_in", own_origin, &"a".repeat(200_000)).await;
    assert_eq!(raw.response().await, Some((413, false)));
    raw.post("/csp-reports", "", "{}").await;
    assert_eq!(raw.response().await, Some((429, false)));
    raw.write("POST /rpc/sign_in HTTP/1.1\r\nHost: a\r\nOrigin: https://evil.example\r\nExpect: 100-continue\r\nContent-Length: 90\r\n\r\n")
        .await;
    assert_eq!(raw.response().await, Some((403, true)), "its body was not asked for");
    assert!(raw.ends().await);
}

#[tokio::test]
async fn e7_a_begun_head_has_little_time_and_an_idle_connection_or_a_socket_much() {
    let place = Place::new().await;
    let viewer = place.user("Noor").await;
    let site = place.serve_within(HASTY_HEADS).await;
    let (mut idle, mut kept) = (Raw::open(&site).await, Raw::open(&site).await);
    kept.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(kept.response().await, Some((200, false)));
    let mut socket = Client::open(&place, &site, &viewer, 0).await;
    socket.until(|frame| matches!(frame, ToClient::Welcome { .. })).await;
    for begun in ["G", "GET /healthz HTTP/1.1\r\nHost: a\r\n"] {
        let mut slow = Raw::open(&site).await;
        slow.write(begun).await;
        assert!(slow.ends().await);
    }
    for raw in [&mut idle, &mut kept] {
        raw.write("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert_eq!(raw.response().await, Some((200, false)));
    }
    socket.say(&ToServer::Ping).await;
    socket.until(|frame| matches!(frame, ToClient::Pong { .. })).await;
}

#[tokio::test]
async fn e7_a_body_that_trickles_comes_to_an_end() {
    let place = Place::new().await;
    let timeouts = Timeouts { body: Duration::from_millis(300), ..Timeouts::default() };
    let site = place.serve_within(timeouts).await;
    let mut raw = Raw::open(&site).await;
    raw.write("POST /csp-reports HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n").await;
    let mut pace = interval(Duration::from_millis(20));
    let (mut reader, mut writer) = tokio::io::split(raw.0.into_inner());
    let trickle = async {
        while writer.write_all(b"a").await.is_ok() {
            pace.tick().await;
        }
    };
    let mut answer = Vec::new();
    let answered = async {
        tokio::select! { _ = reader.read_to_end(&mut answer) => {}, () = trickle => {} }
    };
    timeout(SOON, answered).await.expect("the connection ends");
}

#[tokio::test]
async fn e7_a_head_without_end_is_refused_before_it_fills_the_memory() {
    let place = Place::new().await;
    let site = place.serve().await;
    let mut raw = Raw::open(&site).await;
    raw.write("GET /healthz HTTP/1.1\r\nHost: a\r\n").await;
    let line = format!("X-Long: {}\r\n", "a".repeat(8_000));
    for _ in 0..8 {
        // The server may have ended the connection already.
        let _ = raw.0.get_mut().write_all(line.as_bytes()).await;
    }
    let refused = raw.response().await;
    assert!(refused.is_none_or(|(status, _)| status == 431), "{refused:?}");
    assert!(raw.ends().await);
}

#[tokio::test]
async fn e7_a_session_that_has_ended_opens_nothing_through_a_socket_that_waited() {
    let place = Place::new().await;
    let viewer = place.user("Noor").await;
    let session = place.session(&viewer).await;
    let site = place.serve().await;
    let socket = connect(&site, Some(&session), &site.url).await.unwrap();
    let mut client = Client { socket, epoch: place.context.epoch.clone() };
    stoa::server::domain::users::sign_out(&place.context, Some(session.as_str()), &Default::default())
        .await
        .unwrap();
    let epoch = client.epoch.clone();
    client.say(&ToServer::Hello { epoch, head: 0, protocol: PROTOCOL }).await;
    let closed = client.frame().await;
    let tokio_tungstenite::tungstenite::Message::Close(Some(reason)) = closed else { panic!("{closed:?}") };
    assert_eq!(u16::from(reason.code), close::SIGNED_OUT, "and no welcome before it");
}

#[tokio::test]
async fn e7_sockets_that_wait_with_their_hello_are_bounded() {
    let place = Place::new().await;
    let session = place.session(&place.user("Noor").await).await;
    let of_other = place.session(&place.user("Tomas").await).await;
    let site = place.serve().await;
    let mut waiting = Vec::new();
    let refusal = loop {
        match connect(&site, Some(&session), &site.url).await {
            Ok(socket) => waiting.push(socket),
            Err(Error::Http(response)) => break response,
            Err(other) => panic!("{other}"),
        }
        assert!(waiting.len() < 100, "it is never refused");
    };
    assert_eq!((refusal.status().as_u16(), waiting.len()), (503, 10));
    assert!(connect(&site, Some(&of_other), &site.url).await.is_ok(), "nobody else is concerned");
    let socket = waiting.pop().unwrap();
    let mut client = Client { socket, epoch: place.context.epoch.clone() };
    let epoch = client.epoch.clone();
    client.say(&ToServer::Hello { epoch, head: 0, protocol: PROTOCOL }).await;
    client.until(|frame| matches!(frame, ToClient::Welcome { .. })).await;
    client.say(&ToServer::Ping).await;
    client.until(|frame| matches!(frame, ToClient::Pong { .. })).await;
    assert!(connect(&site, Some(&session), &site.url).await.is_ok(), "who says hello makes room");
}

#[tokio::test]
async fn e7_the_cookie_is_renewed_with_the_session() {
    const HOUR: i64 = 3_600_000_000;
    let place = Place::new().await;
    let session = place.session(&place.user("Noor").await).await;
    let site = place.serve().await;
    let renewed = async || {
        let response = site.request(Method::GET, "/api/users/me", Some(&session)).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response.headers().get(header::SET_COOKIE).map(|cookie| cookie.to_str().unwrap().to_owned())
    };
    assert_eq!(renewed().await, None);
    place.context.clock.advance(2 * HOUR);
    let cookie = renewed().await.expect("a new life for the cookie");
    let value = format!("stoa_session={}; ", session.as_str());
    assert!(cookie.starts_with(&value) && cookie.contains("; Max-Age=2592000"), "{cookie}");
    assert_eq!(renewed().await, None, "once an hour");
}
