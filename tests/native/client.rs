//! A client of the socket, as another program would talk to it.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use stoa::shared::positions::SyncSeq;
use stoa::{
    server::auth::session_tokens::Token,
    shared::{
        ids::ConversationId,
        sync::{
            changes::{Change, OpenThread},
            wire::{PROTOCOL_MIN, ToClient, ToServer},
        },
        users::Viewer,
    },
};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        Error, Message as Frame, client::IntoClientRequest, http::HeaderValue, protocol::CloseFrame,
    },
};

use crate::{
    frame_schema,
    place::{Place, Site},
};

/// Generous: the tests wait for events, not for times.
pub const SOON: Duration = Duration::from_secs(30);

pub struct Client {
    pub socket: Socket,
    pub epoch: String,
}

pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens the socket; says nothing yet.
pub async fn connect(site: &Site, session: Option<&Token>, origin: &str) -> Result<Socket, Error> {
    connect_to(&site.url, session, origin).await
}

/// The same at any address.
pub async fn connect_to(url: &str, session: Option<&Token>, origin: &str) -> Result<Socket, Error> {
    let mut request = format!("{}/ws", url.replace("http://", "ws://")).into_client_request()?;
    request.headers_mut().insert("origin", HeaderValue::from_str(origin).unwrap());
    if let Some(token) = session {
        let cookie = format!("stoa_session={}", token.as_str());
        request.headers_mut().insert("cookie", HeaderValue::from_str(&cookie).unwrap());
    }
    connect_async(request).await.map(|(socket, _)| socket)
}

/// Opens the socket as a program does: with an API token, without origin and cookie.
pub async fn connect_with_token(site: &Site, token: &Token) -> Result<Socket, Error> {
    let mut request = format!("{}/ws", site.url.replace("http://", "ws://")).into_client_request()?;
    let bearer = format!("Bearer {}", token.as_str());
    request.headers_mut().insert("authorization", HeaderValue::from_str(&bearer).unwrap());
    connect_async(request).await.map(|(socket, _)| socket)
}

impl Client {
    pub async fn open(place: &Place, site: &Site, viewer: &Viewer, head: SyncSeq) -> Self {
        let session = place.session(viewer).await;
        Self::open_with(place, site, &session, head).await
    }

    pub async fn open_with(place: &Place, site: &Site, session: &Token, head: SyncSeq) -> Self {
        Self::at(&site.url, session, &place.context.epoch, head).await
    }

    /// Says hello to a server at this address, as a client of the oldest version.
    pub async fn at(url: &str, session: &Token, epoch: &str, head: SyncSeq) -> Self {
        Self::of_protocol(PROTOCOL_MIN, url, session, epoch, head).await
    }

    pub async fn of_protocol(protocol: u32, url: &str, session: &Token, epoch: &str, head: SyncSeq) -> Self {
        let socket = connect_to(url, Some(session), url).await.expect("the socket opens");
        let epoch = epoch.to_owned();
        let mut client = Self { socket, epoch: epoch.clone() };
        client.say(&ToServer::Hello { epoch, head, protocol }).await;
        client
    }

    pub async fn say(&mut self, frame: &ToServer) {
        self.text(&serde_json::to_string(frame).unwrap()).await;
    }

    pub async fn text(&mut self, text: &str) {
        self.socket.send(Frame::Text(text.into())).await.unwrap();
    }

    pub async fn frame(&mut self) -> Frame {
        let next = timeout(SOON, self.socket.next()).await.expect("a frame comes");
        next.unwrap_or(Ok(Frame::Close(None))).unwrap_or(Frame::Close(None))
    }

    pub async fn hear(&mut self) -> ToClient {
        match self.frame().await {
            Frame::Text(text) => {
                frame_schema::check(&text);
                serde_json::from_str(&text).unwrap()
            }
            other => panic!("{other:?} is no answer"),
        }
    }

    /// The next change, whatever comes before it.
    pub async fn change(&mut self) -> Change {
        loop {
            if let ToClient::Change(change) = self.hear().await {
                return change;
            }
        }
    }

    pub async fn until(&mut self, is_wanted: impl Fn(&ToClient) -> bool) -> ToClient {
        loop {
            let frame = self.hear().await;
            if is_wanted(&frame) {
                return frame;
            }
        }
    }

    pub async fn closed(&mut self) -> Option<CloseFrame> {
        loop {
            if let Frame::Close(reason) = self.frame().await {
                return reason;
            }
        }
    }

    pub async fn join(&mut self, conversation: ConversationId) {
        self.say(&ToServer::JoinConversation(OpenThread { conversation, version: 0 })).await;
    }

    /// Everything that was put on the wire before the server answered a ping.
    pub async fn heard_so_far(&mut self) -> Vec<ToClient> {
        self.say(&ToServer::Ping).await;
        let mut heard = Vec::new();
        loop {
            match self.hear().await {
                ToClient::Pong { .. } => return heard,
                frame => heard.push(frame),
            }
        }
    }
}
