//! Stopping: sockets are told, what runs is finished, and nobody can hold the server up.

use stoa::shared::ids::MessageId;
use stoa::shared::wire::{ToClient, ToServer};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::{client::Client, place::Place, server::Server};

/// What a service manager grants before it kills.
const GRANTED_S: u64 = 10;

#[tokio::test]
async fn c2_a_stopping_server_tells_its_sockets_to_connect_again() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let (session, epoch) = (place.session(&guest).await, place.node.epoch.clone());
    let mut server = Server::start(&place.database.url, &[]).await;
    let mut clients = Vec::new();
    for _ in 0..20 {
        let mut client = Client::at(&server.url(), &session, &epoch, 1).await;
        client.hear().await;
        clients.push(client);
    }
    let id = MessageId::new();
    clients[0].say(&ToServer::SendMessage { id, conversation, body: "Hi".into() }).await;
    clients[0].until(|frame| matches!(frame, ToClient::Ack { .. })).await;
    server.terminate();
    for mut client in clients {
        assert_eq!(u16::from(client.closed().await.unwrap().code), 1001);
    }
    assert!(server.ended_within(GRANTED_S).await);
}

#[tokio::test]
async fn c2_requests_that_never_end_and_readers_that_take_nothing_do_not_hold_a_stop_up() {
    let place = Place::new().await;
    let viewer = place.user("Noor").await;
    let (session, epoch) = (place.session(&viewer).await, place.node.epoch.clone());
    let mut server = Server::start(&place.database.url, &[]).await;
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
    assert!(server.ended_within(GRANTED_S).await);
}
