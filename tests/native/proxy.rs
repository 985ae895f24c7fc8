//! A bad network between clients and server: it delays, cuts in the middle, says its last words
//! twice, and falls silent. Several connections of one person overtake each other.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{
    checker,
    crowd::{CLIENTS, Crowd, PACE},
    invariants::Dice,
    live::Live,
    place::Place,
};

/// What befalls one connection, after so many bytes in each direction.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    /// Nothing.
    Passes,
    /// It is cut, wherever a frame may be.
    Cut(usize),
    /// What the client said last is said again, then it is cut.
    Repeats(usize),
    /// Nothing goes through any more, and nobody is told.
    Silent(usize),
    /// Everything comes late.
    Late(Duration),
}

pub struct Proxy {
    pub address: SocketAddr,
}

impl Proxy {
    /// Stands before a server; each new connection gets the next fate.
    pub async fn before(server: SocketAddr, fate: impl FnMut() -> Fate + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let fate = Arc::new(Mutex::new(fate));
        tokio::spawn(async move {
            loop {
                let Ok((client, _)) = listener.accept().await else { return };
                let fate = (fate.lock().expect("nobody panics"))();
                tokio::spawn(async move {
                    if let Ok(server) = TcpStream::connect(server).await {
                        pass(client, server, fate).await;
                    }
                });
            }
        });
        Self { address }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn pass(client: TcpStream, server: TcpStream, fate: Fate) {
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let is_repeating = matches!(fate, Fate::Repeats(_));
    let up = carry(from_client, to_server, fate, is_repeating);
    let down = carry(from_server, to_client, fate, false);
    // Whichever direction ends first takes the other with it.
    tokio::select! {
        () = up => {}
        () = down => {}
    }
}

async fn carry(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    fate: Fate,
    is_repeating: bool,
) {
    let mut carried = 0;
    let mut bytes = vec![0; 2_048];
    loop {
        let Ok(count @ 1..) = from.read(&mut bytes).await else { return };
        let limit = match fate {
            Fate::Cut(limit) | Fate::Repeats(limit) | Fate::Silent(limit) => limit,
            Fate::Passes | Fate::Late(_) => usize::MAX,
        };
        if let Fate::Late(by) = fate {
            tokio::time::sleep(by).await;
        }
        let fits = count.min(limit.saturating_sub(carried));
        if is_repeating && fits < count {
            // A whole frame, most likely: then it is a command given twice.
            let _ = to.write_all(&bytes[..count]).await;
            let _ = to.write_all(&bytes[..count]).await;
            return;
        }
        if to.write_all(&bytes[..fits]).await.is_err() {
            return;
        }
        carried += fits;
        if fits < count {
            if matches!(fate, Fate::Silent(_)) {
                std::future::pending::<()>().await;
            }
            return;
        }
    }
}

/// Fates from a seed, of connections that carry so many bytes at most.
pub fn bad_luck(seed: u64, most: usize) -> impl FnMut() -> Fate + Send {
    let mut dice = Dice(seed);
    move || {
        let bytes = 300 + dice.below(most);
        match dice.below(8) {
            0..=2 => Fate::Cut(bytes),
            3 | 4 => Fate::Repeats(bytes),
            5 => Fate::Silent(bytes),
            6 => Fate::Late(Duration::from_millis(5 + dice.below(40) as u64)),
            _ => Fate::Passes,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn d7_a_network_that_cuts_delays_repeats_and_falls_silent_loses_and_doubles_nothing() {
    let place = Place::new().await;
    let site = place.serve().await;
    let server = site.url.trim_start_matches("http://").parse().unwrap();
    let proxy = Proxy::before(server, bad_luck(11, 15_000)).await;
    let crowd = Crowd::of_pairs(&place, CLIENTS / 2, &proxy.url(), 3 * PACE).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let clients = crowd.finish().await;
    let found = checker::findings(&place, &clients).await;
    let connections: usize = clients.iter().map(|client| client.history.connections).sum();
    println!("{connections} connections");
    assert!(found.is_empty(), "{found:#?}");
    assert!(connections > 3 * clients.len(), "{connections} connections");
}

#[tokio::test(flavor = "multi_thread")]
async fn c3_devices_of_one_person_that_overtake_each_other_end_up_the_same() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let site = place.serve().await;
    let server = site.url.trim_start_matches("http://").parse().unwrap();
    let mut dice = Dice(3);
    let late = move || Fate::Late(Duration::from_millis(dice.below(20) as u64));
    let proxy = Proxy::before(server, late).await;
    let mut crowd = Crowd::default();
    for viewer in [&host, &guest, &host, &guest, &host] {
        crowd.add(Live::new(&place, viewer, conversation, &proxy.url()).await, 5 * PACE);
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let clients = crowd.finish().await;
    let found = checker::findings(&place, &clients).await;
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(clients[0].thread.last(), clients[1].thread.last());
    assert!(clients.iter().all(|client| client.history.acks.len() > 10));
}
