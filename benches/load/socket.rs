//! A WebSocket client that speaks the protocol of the browser.

use std::sync::atomic::{AtomicU32, Ordering};

use futures::{SinkExt, StreamExt};
use stoa::shared::sync::wire::{PROTOCOL, ToClient, ToServer};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message as Frame, client::IntoClientRequest, http::HeaderValue},
};

use crate::{Result, marketplace::SignedIn};

pub type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The version of the protocol that all clients speak.
pub static SPOKEN: AtomicU32 = AtomicU32::new(PROTOCOL);

pub struct Socket {
    pub stream: Stream,
}

impl Socket {
    /// Connects and sends `hello`; returns once the server has answered with the cursor to start from.
    pub async fn open(address: &str, user: &SignedIn) -> Result<Self> {
        let mut request = format!("ws://{address}/ws").into_client_request()?;
        let headers = request.headers_mut();
        headers.insert("origin", HeaderValue::from_str(&format!("http://{address}"))?);
        headers.insert("cookie", HeaderValue::from_str(&format!("stoa_session={}", user.token))?);
        let (stream, _) = connect_async(request).await?;
        let mut socket = Self { stream };
        // An empty epoch is answered with `reset`.
        socket
            .send(&ToServer::Hello {
                epoch: String::new(),
                head: 0,
                protocol: SPOKEN.load(Ordering::Relaxed),
            })
            .await?;
        match socket.receive().await? {
            ToClient::Reset { .. } => Ok(socket),
            other => Err(format!("{other:?} is no welcome").into()),
        }
    }

    /// Sends one frame.
    pub async fn send(&mut self, frame: &ToServer) -> Result<()> {
        Ok(self.stream.send(Frame::Text(serde_json::to_string(frame)?.into())).await?)
    }

    /// The next frame; an error when the socket has ended.
    pub async fn receive(&mut self) -> Result<ToClient> {
        loop {
            match self.stream.next().await {
                Some(Ok(Frame::Text(text))) => return Ok(serde_json::from_str(&text)?),
                Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => {}
                other => return Err(format!("the socket ended: {other:?}").into()),
            }
        }
    }
}
