//! Rough handling, short of killing: clocks that are wrong, everything at once, frames that are none.

use std::time::Duration;

use futures::{SinkExt, future::join_all};
use stoa::shared::{
    ids::MessageId,
    sync::{
        changes::Change,
        wire::{PROTOCOL, ToClient, ToServer},
    },
    values::time::{HOUR, MINUTE},
};
use tokio::{io::AsyncReadExt, time::sleep};
use tokio_tungstenite::{
    MaybeTlsStream,
    tungstenite::{Error, Message as Frame},
};

use crate::{
    checker,
    client::{Client, connect},
    crowd::{Crowd, PACE},
    invariants::Dice,
    place::Place,
};

#[tokio::test(flavor = "multi_thread")]
async fn d7_a_clock_that_jumps_by_an_hour_changes_no_order() {
    let place = Place::new().await;
    let site = place.serve().await;
    let crowd = Crowd::of_pairs(&place, 10, &site.url, PACE).await;
    let mut dice = Dice(5);
    for _ in 0..20 {
        sleep(Duration::from_millis(100)).await;
        place.context.clock.advance(match dice.below(4) {
            0 => HOUR,
            1 => -HOUR,
            2 => -MINUTE,
            _ => MINUTE,
        });
    }
    let clients = crowd.finish().await;
    let found = checker::findings(&place, &clients).await;
    assert!(found.is_empty(), "{found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn d7_a_hundred_identical_sends_at_once_store_one_message() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let site = place.serve().await;
    let id = MessageId::new();
    let send = ToServer::SendMessage {
        id,
        conversation,
        body: "Is there a cot?".into(),
        attached: Default::default(),
    };
    let devices = join_all((0..10).map(|_| Client::open(&place, &site, &guest, 1))).await;
    let answers = join_all(devices.into_iter().map(|mut device| {
        let send = send.clone();
        async move {
            for _ in 0..10 {
                device.say(&send).await;
            }
            let mut acks = Vec::new();
            while acks.len() < 10 {
                if let ToClient::Ack { message, .. } = device.hear().await {
                    acks.push(message);
                }
            }
            acks
        }
    }));
    let answers: Vec<_> = answers.await.into_iter().flatten().collect();
    assert_eq!(answers.len(), 100);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(place.get(&host, conversation).await.last_seq, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn d9_a_reader_of_one_byte_a_second_slows_nobody() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let site = place.serve().await;
    let mut slow = Client::open(&place, &site, &host, 1).await;
    slow.join(conversation).await;
    let slow = tokio::spawn(async move {
        let MaybeTlsStream::Plain(stream) = slow.socket.get_mut() else { panic!("no TLS here") };
        while stream.read_u8().await.is_ok() {
            sleep(Duration::from_secs(1)).await;
        }
    });
    let mut quick = Client::open(&place, &site, &host, 1).await;
    quick.join(conversation).await;
    let body = "x".repeat(9_000);
    for _ in 0..800 {
        let id = place.send(&guest, conversation, &body).await.unwrap().id;
        loop {
            let change = quick.change().await;
            if change.messages.iter().flat_map(|news| &news.messages).any(|message| message.id == id) {
                break;
            }
        }
    }
    assert!(!slow.is_finished(), "it has hardly begun to read, and is not cut off for that");
    slow.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn c4_two_thousand_that_connect_at_once_get_what_they_missed() {
    const SOCKETS: usize = 2_000;
    let place = Place::new().await;
    let host = place.user("Tomas").await;
    let mut guests = Vec::new();
    for number in 0..SOCKETS / 40 {
        let guest = place.user(&format!("Guest {number}")).await;
        let conversation = place.conversation(&guest, &host).await.id;
        place.send(&host, conversation, "Are you coming?").await.unwrap();
        guests.push((place.session(&guest).await, conversation));
    }
    let site = place.serve().await;
    let all = guests.iter().cycle().take(SOCKETS).map(|(session, conversation)| {
        let (place, site) = (&place, &site);
        async move {
            // Whom a server that has too much to do does not let in, or whose hello comes too late for it, asks again, as
            // clients do: after a while.
            loop {
                let socket = match connect(site, Some(session), &site.url).await {
                    Ok(socket) => socket,
                    Err(Error::Http(answer)) if answer.status() == 503 => {
                        tokio::time::sleep(Duration::from_millis(200)).await;
                        continue;
                    }
                    Err(error) => panic!("{error}"),
                };
                let epoch = place.context.epoch.clone();
                let mut client = Client { socket, epoch: epoch.clone() };
                let hello = ToServer::Hello { epoch, head: 0, protocol: PROTOCOL };
                let _ = client.socket.send(Frame::Text(serde_json::to_string(&hello).unwrap().into())).await;
                if let Some(change) = first_change(&mut client).await {
                    assert_eq!((change.conversations[0].id(), change.unread), (*conversation, 1));
                    break client;
                }
            }
        }
    });
    let clients = join_all(all).await;
    assert_eq!(clients.len(), SOCKETS);
    assert_eq!(place.context.sockets.all().len(), SOCKETS);
}

/// `None` if the socket is closed before one comes.
async fn first_change(client: &mut Client) -> Option<Change> {
    loop {
        match client.frame().await {
            Frame::Text(text) => {
                if let ToClient::Change(change) = serde_json::from_str(&text).unwrap() {
                    return Some(change);
                }
            }
            Frame::Close(_) => return None,
            _ => {}
        }
    }
}

#[tokio::test]
async fn e7_what_is_no_text_closes_that_socket_and_no_other() {
    let place = Place::new().await;
    let viewer = place.user("Noor").await;
    let site = place.serve().await;
    let mut other = Client::open(&place, &site, &viewer, 0).await;
    other.hear().await;
    // A text frame that is no UTF-8, a frame of a kind that does not exist, a length without end.
    let frames: [&[u8]; 4] = [
        &[0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe],
        &[0x8b, 0x80, 0, 0, 0, 0],
        &[0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0],
        &[0x81, 0x02, 0x68, 0x69],
    ];
    for frame in frames {
        let mut client = Client::open(&place, &site, &viewer, 0).await;
        client.hear().await;
        let MaybeTlsStream::Plain(stream) = client.socket.get_mut() else { panic!("no TLS here") };
        tokio::io::AsyncWriteExt::write_all(stream, frame).await.unwrap();
        client.closed().await;
    }
    assert_eq!(other.heard_so_far().await, []);
}

#[tokio::test]
async fn e7_numbers_that_are_huge_or_below_zero_change_nothing() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    place.send(&guest, conversation, "Hi").await.unwrap();
    let site = place.serve().await;
    let mut client = Client::open(&place, &site, &host, 2).await;
    client.hear().await;
    for head in [i64::MAX, i64::MIN, -1] {
        client.say(&ToServer::Delivered { head }).await;
    }
    for number in ["99999999999999999999999", "1e999", "-1", "1.5", "\"1\"", "null", "{}"] {
        let frame =
            format!(r#"{{"type":"join_conversation","conversation":"{conversation}","version":{number}}}"#);
        client.text(&frame).await;
        assert!(matches!(client.hear().await, ToClient::Refused { .. }), "{number}");
        let frame = format!(r#"{{"type":"mark_read","conversation":"{conversation}","upto_seq":{number}}}"#);
        client.text(&frame).await;
        assert!(matches!(client.hear().await, ToClient::Refused { .. }), "{number}");
    }
    assert_eq!(client.heard_so_far().await, []);
    client.socket.send(Frame::Ping(vec![1].into())).await.unwrap();
    let seen = place.get(&guest, conversation).await;
    assert_eq!((seen.people[0].read_seq, seen.people[0].delivered_seq), (0, 0));
    let found = checker::rows(&place).await;
    assert!(found.is_empty(), "{found:#?}");
}
