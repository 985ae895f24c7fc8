//! Deltas: what a client of protocol 2 gets in place of changes, and in how many bytes.

use stoa::shared::{
    ids::{ConversationId, MessageId},
    notifications::totals::UnreadTotals,
    positions::SyncSeq,
    sync::{
        changes::ApplyOutcome,
        inbox::Inbox,
        wire::{PROTOCOL, ToClient, ToServer},
    },
    users::Viewer,
};
use tokio_tungstenite::tungstenite::Message as Frame;

use crate::{
    client::Client,
    frame_schema,
    place::{Place, Site},
};

/// As many characters as a text usually has at most.
const CHARS: usize = 200;

async fn open(place: &Place, site: &Site, viewer: &Viewer, head: SyncSeq) -> Client {
    let session = place.session(viewer).await;
    let mut client = Client::of_protocol(PROTOCOL, &site.url, &session, &place.context.epoch, head).await;
    client.until(|frame| matches!(frame, ToClient::Welcome { .. })).await;
    client
}

/// The next frame that tells of a message or a receipt, and its bytes.
async fn update(client: &mut Client) -> (ToClient, usize) {
    loop {
        let Frame::Text(text) = client.frame().await else { panic!("the socket stays open") };
        frame_schema::check(&text);
        match serde_json::from_str(&text).unwrap() {
            ToClient::Presence(_) | ToClient::Typing { .. } => {}
            frame => return (frame, text.len()),
        }
    }
}

fn send(id: MessageId, conversation: ConversationId, body: &str) -> ToServer {
    ToServer::SendMessage { id, conversation, body: body.to_owned(), attached: Default::default() }
}

#[tokio::test]
async fn c1_a_text_of_200_characters_takes_700_bytes_to_its_recipient_and_400_to_its_sender() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let site = place.serve().await;
    let (mut of_guest, mut of_host) =
        (open(&place, &site, &guest, 1).await, open(&place, &site, &host, 1).await);
    let (id, body) = (MessageId::new(), "x".repeat(CHARS));
    of_guest.say(&send(id, conversation, &body)).await;
    let (ToClient::Message(delta), to_recipient) = update(&mut of_host).await else { panic!("a message") };
    assert_eq!((delta.message.id, delta.message.body.as_str(), delta.head), (id, body.as_str(), 2));
    assert_eq!((delta.unread, delta.is_muted, &delta.sender), (1, false, &None));
    let (ToClient::Stored(stored), to_sender) = update(&mut of_guest).await else { panic!("it is stored") };
    assert_eq!(stored.clone().with_body(conversation, guest.id, body).message, delta.message);
    println!("{to_recipient} bytes to the recipient, {to_sender} to the sender");
    assert!(to_recipient <= 700 && to_sender <= 400, "{to_recipient} and {to_sender} bytes");
    // Nothing else comes of it but the receipt that the host has it.
    of_host.say(&ToServer::Delivered { head: 2 }).await;
    let (ToClient::Receipt(receipt), _) = update(&mut of_guest).await else { panic!("a receipt") };
    assert_eq!((receipt.user, receipt.delivered_seq, receipt.head), (host.id, 1, 3));
    of_host.say(&ToServer::MarkRead { conversation, upto_seq: 1 }).await;
    let (ToClient::Receipt(own), _) = update(&mut of_host).await else { panic!("a receipt") };
    assert_eq!(own.own.map(|own| own.unread), Some(0));
    let (ToClient::Receipt(read), _) = update(&mut of_guest).await else { panic!("a receipt") };
    assert_eq!(
        (read.read.map(|read| read.upto_seq), read.own),
        (Some(1), None),
        "a reader's counts are theirs"
    );
}

#[tokio::test]
async fn c2_what_is_stored_otherwise_than_it_was_sent_is_acknowledged_with_its_text() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let site = place.serve().await;
    let mut of_guest = open(&place, &site, &guest, 1).await;
    let (trimmed, repeated) = (MessageId::new(), MessageId::new());
    of_guest.say(&send(trimmed, conversation, " Is there a cot? ")).await;
    let (ToClient::Message(delta), _) = update(&mut of_guest).await else { panic!("a message") };
    assert_eq!(delta.message.body, "Is there a cot?");
    let (ToClient::Ack { id, message }, _) = update(&mut of_guest).await else { panic!("an ack") };
    assert_eq!((id, message), (trimmed, delta.message));
    // Twice at once: the first is answered by its delta, the second by an ack.
    for _ in 0..2 {
        of_guest.say(&send(repeated, conversation, "And a desk?")).await;
    }
    let (ToClient::Stored(stored), _) = update(&mut of_guest).await else { panic!("it is stored") };
    let (ToClient::Ack { id, message }, _) = update(&mut of_guest).await else { panic!("an ack") };
    assert_eq!((stored.id, id, message.seq), (repeated, repeated, stored.seq));
}

#[tokio::test]
async fn c4_what_does_not_follow_comes_as_a_change() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let site = place.serve().await;
    place.send(&guest, conversation, "Is there a cot?").await.unwrap();
    let mut of_host = open(&place, &site, &host, 1).await;
    let (ToClient::Change(missed), _) = update(&mut of_host).await else { panic!("a change") };
    assert_eq!((missed.from, missed.to), (1, 2));
    // From then on by deltas, which make of the summary what the database has.
    let mut inbox = Inbox::empty_at(place.context.epoch.clone(), 1, 0, UnreadTotals::default());
    assert_eq!(inbox.apply(&missed), ApplyOutcome::Applied);
    for number in 0..3 {
        place.send(&guest, conversation, &format!("Number {number}")).await.unwrap();
        let (ToClient::Message(delta), _) = update(&mut of_host).await else { panic!("a message") };
        let change = inbox.change_by_message(*delta, host.id, None).unwrap();
        assert_eq!(inbox.apply(&change), ApplyOutcome::Applied);
    }
    assert_eq!(inbox.get(conversation), Some(&place.get(&host, conversation).await));
    assert_eq!(inbox.unread, 4);
}
