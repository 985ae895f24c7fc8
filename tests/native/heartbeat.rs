//! Connections that are dead, slow or over are found and closed, and no other.

use std::time::Duration;

use stoa::shared::sync::wire::{ToClient, ToServer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    client::{Client, connect},
    place::{Place, Site},
};

/// Moves the runtime's time, with everything that waits in it.
async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

async fn stream(site: &Site) -> TcpStream {
    TcpStream::connect(site.url.trim_start_matches("http://")).await.unwrap()
}

#[tokio::test]
async fn c2_a_client_that_says_nothing_for_seventy_seconds_is_closed_and_one_that_pings_is_not() {
    let place = Place::new().await;
    let (silent, alive) = (place.user("Tomas").await, place.user("Noor").await);
    let site = place.serve().await;
    let mut silent = Client::open(&place, &site, &silent, 0).await;
    let mut alive = Client::open(&place, &site, &alive, 0).await;
    silent.hear().await;
    alive.hear().await;
    for _ in 0..2 {
        pass(36).await;
        assert_eq!(alive.heard_so_far().await, []);
    }
    assert_eq!(u16::from(silent.closed().await.unwrap().code), 4408);
    while place.context.sockets.all().len() > 1 {
        tokio::task::yield_now().await;
    }
    alive.heard_so_far().await;
}

#[tokio::test]
async fn c2_a_socket_without_hello_is_closed() {
    let place = Place::new().await;
    let session = place.session(&place.user("Noor").await).await;
    let site = place.serve().await;
    let mut client =
        Client { socket: connect(&site, Some(&session), &site.url).await.unwrap(), epoch: String::new() };
    pass(11).await;
    assert_eq!(u16::from(client.closed().await.unwrap().code), 4408);
    let mut wrong =
        Client { socket: connect(&site, Some(&session), &site.url).await.unwrap(), epoch: String::new() };
    wrong.say(&ToServer::Ping).await;
    assert!(matches!(wrong.hear().await, ToClient::Refused { frame: Some(frame), .. } if frame == "ping"));
    assert_eq!(u16::from(wrong.closed().await.unwrap().code), 4400);
}

#[tokio::test]
async fn e7_a_connection_that_asks_nothing_or_half_a_question_is_closed() {
    let place = Place::new().await;
    let site = place.serve().await;
    for (said, seconds) in [("", 76), ("G", 16), ("GET / HTTP/1.1\r\nHost: x\r\n", 16)] {
        let mut stream = stream(&site).await;
        stream.write_all(said.as_bytes()).await.unwrap();
        // Taken in by the server before the time passes: it has accepted a later one.
        site.get("/api/messages/unread-count", None).await;
        pass(seconds).await;
        let mut rest = Vec::new();
        // Well before a connection that is idle would be closed.
        let closed = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut rest));
        closed.await.expect("closed").unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn d9_a_reader_that_takes_nothing_slows_nobody_and_is_closed() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let site = place.serve().await;
    let mut stuck = Client::open(&place, &site, &host, 1).await;
    stuck.hear().await;
    stuck.join(conversation).await;
    let mut quick = Client::open(&place, &site, &host, 1).await;
    quick.join(conversation).await;
    let body = "x".repeat(9_000);
    // Far more than the buffers of the system hold.
    for _ in 0..1_500 {
        let id = place.send(&guest, conversation, &body).await.unwrap().id;
        loop {
            let change = quick.change().await;
            if change.messages.iter().flat_map(|news| &news.messages).any(|message| message.id == id) {
                break;
            }
        }
    }
    while place.context.sockets.all().len() > 1 {
        quick.heard_so_far().await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn e7_a_suspended_account_loses_its_sockets() {
    let place = Place::new().await;
    let viewer = place.user("Noor").await;
    let site = place.serve().await;
    let mut devices = Vec::new();
    for _ in 0..2 {
        let mut device = Client::open(&place, &site, &viewer, 0).await;
        device.hear().await;
        devices.push(device);
    }
    let (user, now) = (viewer.id.0, place.context.clock.now().0);
    let write = place.context.store.write(move |mut conn| {
        Box::pin(async move {
            let statement = "UPDATE users SET suspended_at = $3 WHERE id = $2 AND $1 = $2";
            crate::sql::execute(&mut conn, statement, (user, user, now)).await
        })
    });
    write.await.unwrap();
    for mut device in devices {
        assert_eq!(u16::from(device.closed().await.unwrap().code), 4403);
    }
}

#[tokio::test]
async fn e7_an_expired_session_loses_its_socket_and_opens_no_other() {
    let place = Place::new().await;
    let viewer = place.user("Noor").await;
    let site = place.serve().await;
    let session = place.session(&viewer).await;
    let mut client = Client::open_with(&place, &site, &session, 0).await;
    client.hear().await;
    place.context.clock.advance(31 * stoa::shared::values::time::DAY);
    assert_eq!(u16::from(client.closed().await.unwrap().code), 4401);
    assert!(connect(&site, Some(&session), &site.url).await.is_err());
}

#[tokio::test]
async fn e7_one_user_has_fifty_sockets_at_most() {
    let place = Place::new().await;
    let viewer = place.user("Noor").await;
    let site = place.serve().await;
    let session = place.session(&viewer).await;
    let mut clients = Vec::new();
    for _ in 0..51 {
        let mut client = Client::open_with(&place, &site, &session, 0).await;
        client.hear().await;
        clients.push(client);
    }
    assert_eq!(u16::from(clients[0].closed().await.unwrap().code), 4429);
    clients[1].heard_so_far().await;
    clients[50].heard_so_far().await;
}
