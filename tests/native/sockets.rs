//! The socket, as another client would talk to it.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use stoa::{
    server::{auth::tokens::Token, domain},
    shared::{
        changes::{Change, Head, OpenThread},
        errors::ErrorCode,
        ids::{ConversationId, MessageId},
        inbox::Inbox,
        users::Viewer,
        wire::{PROTOCOL, ToClient, ToServer},
    },
};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        Error, Message as Frame, client::IntoClientRequest, http::HeaderValue, protocol::CloseFrame,
    },
};

use crate::place::{Place, Site};

/// Generous: the tests wait for events, not for times.
const SOON: Duration = Duration::from_secs(10);

struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    epoch: String,
}

async fn connect(
    site: &Site,
    session: Option<&Token>,
    origin: &str,
) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, Error> {
    let mut request = site
        .url
        .replace("http://", "ws://")
        .parse::<String>()
        .map(|url| format!("{url}/ws"))
        .unwrap()
        .into_client_request()?;
    request.headers_mut().insert("origin", HeaderValue::from_str(origin).unwrap());
    if let Some(token) = session {
        let cookie = format!("stoa_session={}", token.as_str());
        request.headers_mut().insert("cookie", HeaderValue::from_str(&cookie).unwrap());
    }
    connect_async(request).await.map(|(socket, _)| socket)
}

impl Client {
    async fn open(place: &Place, site: &Site, viewer: &Viewer, head: Head) -> Self {
        let session = place.session(viewer).await;
        Self::open_with(place, site, &session, head).await
    }

    async fn open_with(place: &Place, site: &Site, session: &Token, head: Head) -> Self {
        let socket = connect(site, Some(session), &site.url).await.expect("the socket opens");
        let epoch = place.node.epoch.clone();
        let mut client = Self { socket, epoch: epoch.clone() };
        client.say(&ToServer::Hello { epoch, head, protocol: PROTOCOL }).await;
        client
    }

    async fn say(&mut self, frame: &ToServer) {
        self.text(&serde_json::to_string(frame).unwrap()).await;
    }

    async fn text(&mut self, text: &str) {
        self.socket.send(Frame::Text(text.into())).await.unwrap();
    }

    async fn frame(&mut self) -> Frame {
        let next = timeout(SOON, self.socket.next()).await.expect("a frame comes");
        next.unwrap_or(Ok(Frame::Close(None))).unwrap_or(Frame::Close(None))
    }

    async fn hear(&mut self) -> ToClient {
        match self.frame().await {
            Frame::Text(text) => serde_json::from_str(&text).unwrap(),
            other => panic!("{other:?} is no answer"),
        }
    }

    /// The next change, whatever comes before it.
    async fn change(&mut self) -> Change {
        loop {
            if let ToClient::Change(change) = self.hear().await {
                return change;
            }
        }
    }

    async fn until(&mut self, is_wanted: impl Fn(&ToClient) -> bool) -> ToClient {
        loop {
            let frame = self.hear().await;
            if is_wanted(&frame) {
                return frame;
            }
        }
    }

    async fn closed(&mut self) -> Option<CloseFrame> {
        loop {
            if let Frame::Close(reason) = self.frame().await {
                return reason;
            }
        }
    }

    async fn join(&mut self, conversation: ConversationId) {
        self.say(&ToServer::JoinConversation(OpenThread { conversation, version: 0 })).await;
    }
}

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
    of_guest.say(&ToServer::SendMessage { id, conversation, body: "Is there a cot?".into() }).await;
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
    let mut inbox = Inbox::at(client.epoch.clone(), 0, 0);
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
    old.say(&ToServer::Hello { epoch: place.node.epoch.clone(), head: 0, protocol: 0 }).await;
    assert_eq!(old.hear().await, ToClient::Reload);
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
    domain::users::sign_out(&place.node, Some(one.as_str())).await.unwrap();
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
    client.text(&"x".repeat(200_000)).await;
    client.closed().await;
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
        ToServer::SendMessage { id: MessageId::new(), conversation, body: "Hi".into() },
        ToServer::MarkRead { conversation, upto_seq: 1 },
    ] {
        eve.say(&frame).await;
        let ToClient::Refused { error, .. } = eve.hear().await else { panic!("{frame:?}") };
        assert_eq!(error.code, ErrorCode::NotFound);
    }
    let mut of_host = Client::open(&place, &site, &host, 1).await;
    of_host.join(conversation).await;
    let mut of_guest = Client::open(&place, &site, &guest, 1).await;
    of_guest.join(conversation).await;
    // Joining is answered by nothing; a ping behind it says that it is done.
    of_host.say(&ToServer::Ping).await;
    of_host.until(|frame| matches!(frame, ToClient::Pong { .. })).await;
    // C8: who is typing is seen by the other participant, not by strangers who only say they joined.
    eve.say(&ToServer::Typing { conversation, is_typing: true }).await;
    of_guest.say(&ToServer::Typing { conversation, is_typing: true }).await;
    let typing = of_host.until(|frame| matches!(frame, ToClient::Typing { .. })).await;
    assert_eq!(typing, ToClient::Typing { conversation, user: guest.id, is_typing: true });
    eve.say(&ToServer::Ping).await;
    assert!(matches!(eve.hear().await, ToClient::Pong { .. }));
}

#[tokio::test]
async fn c2_a_stopping_server_tells_its_sockets_to_connect_again() {
    let place = Place::new().await;
    let viewer = place.user("Noor").await;
    let site = place.serve().await;
    let mut client = Client::open(&place, &site, &viewer, 0).await;
    client.hear().await;
    place.node.stopping.send_replace(true);
    assert_eq!(u16::from(client.closed().await.unwrap().code), 1001);
}
