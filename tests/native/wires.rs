//! The wire between a node and what it stands on (its database, NATS), which can be cut: then nothing
//! goes through in either direction and nobody is told, until it is whole again.

use std::{net::SocketAddr, path::PathBuf};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
};

#[derive(Clone)]
pub enum End {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

pub struct Wire {
    pub address: SocketAddr,
    is_cut: watch::Sender<bool>,
}

impl Wire {
    pub async fn to(end: End) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (is_cut, state) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(connect(near, end.clone(), state.clone()));
            }
        });
        Self { address, is_cut }
    }

    pub fn cut(&self) {
        self.is_cut.send_replace(true);
    }

    pub fn mend(&self) {
        self.is_cut.send_replace(false);
    }
}

type State = watch::Receiver<bool>;

async fn connect(near: TcpStream, end: End, mut state: State) {
    let _ = near.set_nodelay(true);
    if state.wait_for(|is_cut| !is_cut).await.is_err() {
        return;
    }
    match end {
        End::Tcp(address) => {
            if let Ok(far) = TcpStream::connect(address).await {
                let _ = far.set_nodelay(true);
                let (from_far, to_far) = far.into_split();
                join(near, from_far, to_far, state).await;
            }
        }
        End::Unix(path) => {
            if let Ok(far) = UnixStream::connect(path).await {
                let (from_far, to_far) = far.into_split();
                join(near, from_far, to_far, state).await;
            }
        }
    }
}

async fn join(
    near: TcpStream,
    from_far: impl AsyncRead + Unpin,
    to_far: impl AsyncWrite + Unpin,
    state: State,
) {
    let (from_near, to_near) = near.into_split();
    tokio::select! {
        () = carry(from_near, to_far, state.clone()) => {}
        () = carry(from_far, to_near, state) => {}
    }
}

async fn carry(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, mut state: State) {
    let mut bytes = vec![0; 16_384];
    loop {
        let count = from.read(&mut bytes).await.unwrap_or(0);
        // What was read while it is cut comes late, as what TCP sends again does; an end is not seen either.
        if state.wait_for(|is_cut| !is_cut).await.is_err() || count == 0 {
            return;
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
