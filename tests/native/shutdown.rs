//! Stopping: sockets are told, what runs is finished, and nobody can hold the server up.

use std::process::ExitStatus;

use stoa::shared::ids::MessageId;
use stoa::shared::sync::wire::{ToClient, ToServer};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::{client::Client, place::Place, server::Server};

/// Less than the 30 s after which a request's body that doesn't come is given up anyway. Not the 10 s
/// that a service manager grants: how long it takes is for a machine that does nothing else.
const HELD_UP_S: u64 = 25;

#[tokio::test]
async fn c2_a_stopping_server_tells_its_sockets_to_connect_again() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let (session, epoch) = (place.session(&guest).await, place.context.epoch.clone());
    let server = Server::start(&place.database.url, &[]).await;
    let mut clients = Vec::new();
    for _ in 0..20 {
        let mut client = Client::at(&server.url(), &session, &epoch, 1).await;
        client.hear().await;
        clients.push(client);
    }
    let id = MessageId::new();
    clients[0]
        .say(&ToServer::SendMessage { id, conversation, body: "Hi".into(), attached: Default::default() })
        .await;
    clients[0].until(|frame| matches!(frame, ToClient::Ack { .. })).await;
    server.terminate();
    for mut client in clients {
        assert_eq!(u16::from(client.closed().await.unwrap().code), 1001);
    }
    assert_ended_well(server).await;
}

#[tokio::test]
async fn c2_requests_that_never_end_and_readers_that_take_nothing_do_not_hold_a_stop_up() {
    let place = Place::new().await;
    let viewer = place.user("Noor").await;
    let (session, epoch) = (place.session(&viewer).await, place.context.epoch.clone());
    let server = Server::start(&place.database.url, &[]).await;
    let mut held = Vec::new();
    for said in [
        "",
        "GET / HT",
        "GET / HTTP/1.1\r\nHost: x\r\n",
        "POST /rpc/sign_in HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: 100\r\n\r\nemail=",
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        held.push(stream);
    }
    // One that never reads.
    let _client = Client::at(&server.url(), &session, &epoch, 0).await;
    server.terminate();
    assert_ended_well(server).await;
}

async fn assert_ended_well(mut server: Server) {
    let ended = server.ended_within(HELD_UP_S).await;
    assert!(ended.as_ref().is_ok_and(ExitStatus::success), "{ended:?}");
}
