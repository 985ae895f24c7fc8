//! The socket: commands, news, and who is kept out.

use futures::{SinkExt, StreamExt};
use reqwest::Method;
use stoa::shared::notifications::totals::UnreadTotals;
use stoa::{
    server::domain,
    shared::{
        errors::ErrorCode,
        ids::{ConversationId, MessageId},
        sync::{
            changes::{OpenThread, Poll},
            inbox::Inbox,
            wire::{FRAME_MAX_BYTES, PROTOCOL, ToClient, ToServer},
        },
    },
};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{
    Error, Message as Frame,
    protocol::frame::{
        Frame as WireFrame,
        coding::{Data, OpCode},
    },
};

use crate::{
    client::{Client, SOON, Socket, connect},
    place::Place,
};

#[tokio::test]
async fn c1_a_message_sent_on_one_socket_arrives_on_the_others() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let site = place.serve().await;
    let mut of_host = Client::open(&place, &site, &host, 1).await;
    let mut of_guest = Client::open(&place, &site, &guest, 1).await;
    let mut second = Client::open(&place, &site, &guest, 1).await;
    of_host.join(conversation).await;
    let id = MessageId::new();
    of_guest
        .say(&ToServer::SendMessage {
            id,
            conversation,
            body: "Is there a cot?".into(),
            attached: Default::default(),
        })
        .await;
    let ack = of_guest.until(|frame| matches!(frame, ToClient::Ack { .. })).await;
    assert!(matches!(ack, ToClient::Ack { id: acked, .. } if acked == id));
    // The host may have joined after the message came: then a second change brings it.
    let change = loop {
        let change = of_host.change().await;
        if !change.messages.is_empty() {
            break change;
        }
    };
    assert_eq!((change.unread, change.messages[0].messages[0].id), (1, id));
    assert_eq!(second.change().await.conversations[0].id(), conversation, "C3 a second device keeps step");
}

/// With one that has to be read first in the middle: who is named in it.
#[tokio::test]
async fn c1_messages_said_at_once_stand_and_are_answered_in_their_order() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let site = place.serve().await;
    let mut of_guest = Client::open(&place, &site, &guest, 1).await;
    let ids: Vec<_> = (0..50).map(|_| MessageId::new()).collect();
    for (number, id) in ids.iter().enumerate() {
        let body = if number == 20 { "Ask @Tomas.".to_owned() } else { format!("Number {number}") };
        of_guest
            .say(&ToServer::SendMessage { id: *id, conversation, body, attached: Default::default() })
            .await;
    }
    for (id, seq) in ids.iter().zip(1..) {
        let ack = of_guest.until(|frame| matches!(frame, ToClient::Ack { .. })).await;
        let ToClient::Ack { id: acked, message } = ack else { panic!("an answer") };
        assert_eq!((acked, message.id, message.seq), (*id, *id, seq));
    }
}

#[tokio::test]
async fn c1_news_on_the_socket_is_what_reading_from_the_same_cursor_gives() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let other = place.conversation(&guest, &host).await.id;
    let site = place.serve().await;
    let mut of_host = Client::open(&place, &site, &host, 0).await;
    of_host.change().await;
    of_host.join(conversation).await;
    of_host.heard_so_far().await;
    let mut version = 0;
    let (node, epoch) = (&place.context, &place.context.epoch);
    for number in 0..21 {
        let long = format!("{number} {}", "x".repeat(200));
        match number % 7 {
            // Two that follow on each other, one beside them, then what comes of them on both sides.
            0 | 1 => drop(place.send(&guest, conversation, &long).await.unwrap()),
            2 => drop(place.send(&host, other, &long).await.unwrap()),
            // It changes nothing for whoever reports it.
            3 => {
                place.report_delivered(&host).await;
                continue;
            }
            5 => place.report_delivered(&guest).await,
            4 => {
                domain::messages::receipts::mark_read(node, &host, conversation, 1_000, epoch).await.unwrap();
            }
            _ => {
                domain::messages::receipts::mark_read(node, &guest, other, 1_000, epoch).await.unwrap();
            }
        }
        let change = of_host.change().await;
        let open = OpenThread { conversation, version };
        let polled = domain::sync::updates_since(&place.context, &host, change.from, vec![open]).await;
        let Ok(Poll::News { change: polled, more: false, .. }) = polled else { panic!("news: {polled:?}") };
        assert_eq!(change, polled);
        version = change.messages.first().map_or(version, |news| news.version);
    }
    assert_eq!(version, 6);
}

#[tokio::test]
async fn c4_what_was_missed_comes_first_in_pages() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    for _ in 0..70 {
        let conversation = place.conversation(&guest, &host).await.id;
        place.send(&guest, conversation, "Hi").await.unwrap();
    }
    let site = place.serve().await;
    let mut client = Client::open(&place, &site, &host, 0).await;
    let ToClient::Welcome { head, user, .. } = client.hear().await else { panic!("welcome comes first") };
    assert_eq!(user, host.id);
    let mut inbox = Inbox::empty_at(client.epoch.clone(), 0, 0, UnreadTotals::default());
    while inbox.head < head {
        let change = client.change().await;
        assert!(change.conversations.len() < 60);
        inbox.apply(&change);
    }
    assert_eq!((inbox.all().len(), inbox.unread), (70, 70));
}

#[tokio::test]
async fn c4_a_cursor_of_another_history_is_reset() {
    let place = Place::new().await;
    let viewer = place.user("Noor").await;
    let site = place.serve().await;
    let mut ahead = Client::open(&place, &site, &viewer, 1_000).await;
    assert!(matches!(ahead.hear().await, ToClient::Reset { head: 0, .. }));
    let session = place.session(&viewer).await;
    let mut other =
        Client { socket: connect(&site, Some(&session), &site.url).await.unwrap(), epoch: String::new() };
    other.say(&ToServer::Hello { epoch: "another".into(), head: 0, protocol: PROTOCOL }).await;
    assert!(matches!(other.hear().await, ToClient::Reset { .. }));
    let mut old =
        Client { socket: connect(&site, Some(&session), &site.url).await.unwrap(), epoch: String::new() };
    old.say(&ToServer::Hello { epoch: place.context.epoch.clone(), head: 0, protocol: 0 }).await;
    assert_eq!(old.hear().await, ToClient::Reload);
    assert_eq!(u16::from(old.closed().await.unwrap().code), 4426);
}

#[tokio::test]
async fn e7_the_socket_wants_a_session_and_our_own_origin() {
    let place = Place::new().await;
    let session = place.session(&place.user("Noor").await).await;
    let site = place.serve().await;
    let status = |refused: Result<_, Error>| match refused {
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(other) => panic!("{other}"),
        Ok(_) => 101,
    };
    assert_eq!(status(connect(&site, None, &site.url).await), 401);
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1.evil.example"] {
        assert_eq!(status(connect(&site, Some(&session), origin).await), 403, "{origin}");
    }
    assert_eq!(status(connect(&site, Some(&session), &site.url).await), 101);
}

#[tokio::test]
async fn e7_signing_out_closes_the_sockets_of_that_session_only() {
    let place = Place::new().await;
    let viewer = place.user("Noor").await;
    let site = place.serve().await;
    let (one, other) = (place.session(&viewer).await, place.session(&viewer).await);
    let mut ended = Client::open_with(&place, &site, &one, 0).await;
    let mut stays = Client::open_with(&place, &site, &other, 0).await;
    ended.hear().await;
    stays.hear().await;
    domain::users::sign_out(&place.context, Some(one.as_str()), &Default::default()).await.unwrap();
    assert_eq!(u16::from(ended.closed().await.unwrap().code), 4401);
    stays.say(&ToServer::Ping).await;
    assert!(matches!(stays.hear().await, ToClient::Pong { .. }));
}

#[tokio::test]
async fn e7_what_can_not_be_read_is_refused_and_the_socket_goes_on() {
    let place = Place::new().await;
    let viewer = place.user("Noor").await;
    let site = place.serve().await;
    let mut client = Client::open(&place, &site, &viewer, 0).await;
    client.hear().await;
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    let wrong = [
        "",
        "{",
        "[]",
        "7",
        r#"{"type":"fly"}"#,
        r#"{"type":"typing","conversation":7}"#,
        &deep,
        r#"{"type":"mark_read","conversation":"x","upto_seq":1e400}"#,
        r#"{"type":"send_message"}"#,
    ];
    for text in wrong {
        client.text(text).await;
        let ToClient::Refused { error, .. } = client.hear().await else {
            panic!("{text:.40} was not refused")
        };
        assert_eq!(error.code, ErrorCode::Invalid);
    }
    client.socket.send(Frame::Binary(vec![0, 159, 146, 150].into())).await.unwrap();
    assert!(matches!(client.hear().await, ToClient::Refused { .. }));
    client.say(&ToServer::Ping).await;
    assert!(matches!(client.hear().await, ToClient::Pong { head: 0 }));
}

/// The code with which the server closes the socket while this frame is being written.
async fn code_after(socket: Socket, frame: Frame) -> Option<u16> {
    let (mut sink, mut stream) = socket.split();
    tokio::spawn(async move { sink.send(frame).await });
    let closed = async {
        loop {
            match stream.next().await {
                Some(Ok(Frame::Close(reason))) => return reason.map(|reason| reason.code.into()),
                Some(Ok(_)) => {}
                _ => return None,
            }
        }
    };
    timeout(SOON, closed).await.expect("it is closed")
}

/// A connection that ends with bytes unread is reset, and the client may never see why: so this one is held.
#[tokio::test]
async fn e7_what_no_frame_may_be_closes_the_socket_with_a_code_that_says_so() {
    let place = Place::new().await;
    let viewer = place.user("Noor").await;
    let site = place.serve().await;
    let session = place.session(&viewer).await;
    let text = |text: String| Frame::Text(text.into());
    let not_utf8 = WireFrame::message(vec![0xC3, 0x28], OpCode::Data(Data::Text), true);
    let reserved = WireFrame::message(vec![1], OpCode::Data(Data::Reserved(3)), true);
    for (frame, code) in [
        (text("x".repeat(FRAME_MAX_BYTES + 1)), 1009),
        (text("x".repeat(1_000_000)), 1009),
        (Frame::Binary(vec![0; 300_000].into()), 1009),
        (Frame::Frame(not_utf8), 1007),
        (Frame::Frame(reserved), 1002),
    ] {
        let mut client = Client::open_with(&place, &site, &session, 0).await;
        client.hear().await;
        assert_eq!(code_after(client.socket, frame.clone()).await, Some(code));
        let early = connect(&site, Some(&session), &site.url).await.unwrap();
        assert_eq!(code_after(early, frame).await, Some(code), "before hello");
    }
    let mut client = Client::open_with(&place, &site, &session, 0).await;
    client.hear().await;
    client.text(&format!("{{\"type\":\"{}\"}}", "x".repeat(FRAME_MAX_BYTES - 11))).await;
    assert!(matches!(client.hear().await, ToClient::Refused { .. }), "as long as may be");
    client.heard_so_far().await;
}

#[tokio::test]
async fn e7_a_first_frame_that_is_no_hello_is_refused_and_closes_the_socket_with_a_code_of_its_own() {
    let place = Place::new().await;
    let session = place.session(&place.user("Noor").await).await;
    let site = place.serve().await;
    for text in [
        "",
        "{",
        r#"{"type":"hello"}"#,
        r#"{"type":"hello","epoch":1,"head":0,"protocol":1}"#,
        r#"{"type":"ping"}"#,
    ] {
        let socket = connect(&site, Some(&session), &site.url).await.unwrap();
        let mut client = Client { socket, epoch: String::new() };
        client.text(text).await;
        let ToClient::Refused { frame, error, .. } = client.hear().await else { panic!("{text} was taken") };
        assert_eq!(frame.is_some(), text.contains("type"), "{text}");
        assert_eq!(error.code, ErrorCode::Invalid);
        assert_eq!(u16::from(client.closed().await.unwrap().code), 4400, "{text}");
    }
}

#[tokio::test]
async fn b31_a_refusal_names_what_it_refuses() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let site = place.serve().await;
    let mut client = Client::open(&place, &site, &guest, 1).await;
    client.until(|frame| matches!(frame, ToClient::Welcome { .. })).await;
    let mut refusal = async |text: &str| {
        client.text(text).await;
        let refused = client.until(|frame| matches!(frame, ToClient::Refused { .. })).await;
        let ToClient::Refused { frame, id, conversation, error } = refused else { unreachable!() };
        (frame.unwrap_or_default(), id, conversation, error)
    };
    let (id, nowhere) = (MessageId::new().to_string(), ConversationId::new().to_string());
    let about = Some(conversation.to_string());
    for body in [r#""hi \ud83d""#, "5"] {
        let send =
            format!(r#"{{"type":"send_message","id":"{id}","conversation":"{conversation}","body":{body}}}"#);
        let (frame, named, place, error) = refusal(&send).await;
        assert_eq!((frame.as_str(), named.as_ref(), &place), ("send_message", Some(&id), &about));
        assert_eq!(error.code, ErrorCode::Invalid);
    }
    let join = |to: &str| format!(r#"{{"type":"join_conversation","conversation":"{to}","version":0}}"#);
    let (frame, _, place, error) = refusal(&join(&nowhere)).await;
    assert_eq!(
        (frame.as_str(), place, error.code),
        ("join_conversation", Some(nowhere), ErrorCode::NotFound)
    );
    let (_, _, place, error) = refusal(&join("the harbour")).await;
    assert_eq!((place.as_deref(), error.code), (Some("the harbour"), ErrorCode::Invalid));
    // The fields of an error have the names that they have in the frame.
    let v4 = "5cdd6e35-31e4-4709-ba2b-2991a4f721c5";
    let send =
        format!(r#"{{"type":"send_message","id":"{v4}","conversation":"{conversation}","body":"Hi"}}"#);
    let (_, named, _, error) = refusal(&send).await;
    assert_eq!((named.as_deref(), error.field.as_deref()), (Some(v4), Some("id")));
}

/// Any frame may be the one too many, also one that has no answer otherwise.
#[tokio::test]
async fn b31_what_comes_too_fast_is_refused_by_its_name() {
    let place = Place::new().await;
    let viewer = place.user("Noor").await;
    let site = place.serve().await;
    let mut client = Client::open(&place, &site, &viewer, 0).await;
    client.hear().await;
    for _ in 0..1_000 {
        client.say(&ToServer::Ping).await;
    }
    let refused = client.until(|frame| matches!(frame, ToClient::Refused { .. })).await;
    let ToClient::Refused { frame, error, .. } = refused else { unreachable!() };
    assert_eq!((frame.as_deref(), error.code), (Some("ping"), ErrorCode::TooFast));
    assert!(error.retry_after.is_some_and(|seconds| seconds > 0));
}

#[tokio::test]
async fn e7_a_refused_upgrade_is_a_problem_as_the_api_has_them() {
    let place = Place::new().await;
    let session = place.session(&place.user("Noor").await).await;
    let site = place.serve().await;
    let mut upgrade = site.request(Method::GET, "/ws", Some(&session));
    for (name, value) in [
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ] {
        upgrade = upgrade.header(name, value);
    }
    let mut foreign = upgrade.build().unwrap();
    foreign.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    let foreign = reqwest::RequestBuilder::from_parts(reqwest::Client::new(), foreign);
    for (request, status, code) in [
        (foreign, 403, "forbidden"),
        (site.request(Method::GET, "/ws", None), 401, "signed_out"),
        (site.request(Method::GET, "/ws", Some(&session)), 422, "invalid"),
        (site.request(Method::POST, "/ws", Some(&session)), 405, "method_not_allowed"),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/problem+json", "{code}");
        assert_eq!(response.status(), status, "{code}");
        let problem: serde_json::Value = response.json().await.unwrap();
        assert_eq!(problem["code"], code, "{problem}");
    }
}

#[tokio::test]
async fn e7_a_stranger_joins_nothing_and_hears_nothing() {
    let place = Place::new().await;
    let (host, guest, stranger) =
        (place.user("Tomas").await, place.user("Noor").await, place.user("Eve").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let site = place.serve().await;
    let mut eve = Client::open(&place, &site, &stranger, 0).await;
    eve.hear().await;
    for frame in [
        ToServer::JoinConversation(OpenThread { conversation, version: 0 }),
        ToServer::SendMessage {
            id: MessageId::new(),
            conversation,
            body: "Hi".into(),
            attached: Default::default(),
        },
        ToServer::MarkRead { conversation, upto_seq: 1 },
        ToServer::Typing { conversation, is_typing: true },
    ] {
        eve.say(&frame).await;
        let theirs = eve.hear().await;
        assert!(matches!(&theirs, ToClient::Refused { error, .. } if error.code == ErrorCode::NotFound));
        let text = serde_json::to_string(&frame).unwrap();
        eve.text(&text.replace(&conversation.to_string(), &ConversationId::new().to_string())).await;
        let missing = eve.hear().await;
        let error = |frame: &ToClient| match frame {
            ToClient::Refused { error, .. } => Some(error.clone()),
            _ => None,
        };
        assert_eq!(error(&missing), error(&theirs), "a stranger can't tell it from a missing one");
    }
    let mut of_host = Client::open(&place, &site, &host, 1).await;
    of_host.join(conversation).await;
    let mut of_guest = Client::open(&place, &site, &guest, 1).await;
    of_guest.join(conversation).await;
    of_guest.say(&ToServer::Typing { conversation, is_typing: true }).await;
    let typing = of_host.until(|frame| matches!(frame, ToClient::Typing { .. })).await;
    assert_eq!(typing, ToClient::Typing { conversation, user: guest.id, is_typing: true });
    assert_eq!(eve.heard_so_far().await, [], "who shares no conversation hears nothing");
}

#[tokio::test]
async fn e7_a_socket_of_another_rank_ends_so_that_the_next_has_that_of_today() {
    let place = Place::new().await;
    let (mara, noor) = (place.operator("Mara").await, place.user("Noor").await);
    let site = place.serve().await;
    let mut of_mara = Client::open(&place, &site, &mara, 0).await;
    let mut of_noor = Client::open(&place, &site, &noor, 0).await;
    of_mara.hear().await;
    of_noor.hear().await;
    place.run("UPDATE users SET rank = 'member' WHERE rank = 'operator'").await;
    assert_eq!(u16::from(of_mara.closed().await.unwrap().code), 1001, "connect again");
    of_noor.say(&ToServer::Ping).await;
    of_noor.until(|frame| matches!(frame, ToClient::Pong { .. })).await;
}
