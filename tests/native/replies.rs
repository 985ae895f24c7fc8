//! Replies: a message that names another one by its place (F7).

use stoa::{
    server::domain::{messages, rooms, sync},
    shared::{
        conversations::rooms::History,
        errors::{ErrorCode, Result},
        ids::{ConversationId, MessageId},
        messages::{Message, QUOTED_MAX, Range, attached::NewAttached},
        positions::Seq,
        sync::{
            changes::{ApplyOutcome, OpenThread, Poll},
            thread::Thread,
            wire::{PROTOCOL, ToClient, ToServer},
        },
        users::Viewer,
    },
};

use crate::{client::Client, place::Place};

async fn reply(
    place: &Place,
    from: &Viewer,
    to: ConversationId,
    id: MessageId,
    body: &str,
    reply: Seq,
) -> Result<Message> {
    let attached = NewAttached { reply: Some(reply), files: Vec::new() };
    let sent = messages::send_attached(&place.context, from, to, id, body.to_owned(), attached).await?;
    Ok(sent.message)
}

#[tokio::test]
async fn f7_a_reply_names_a_place_and_is_the_same_however_often_it_is_sent() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    place.send(&guest, conversation, "Is there a cot?").await.unwrap();
    let id = MessageId::new();
    let sent = reply(&place, &host, conversation, id, "There is.", 1).await.unwrap();
    assert_eq!((sent.seq, sent.attached.read().reply), (2, Some(1)));
    assert_eq!(reply(&place, &host, conversation, id, "There is.", 1).await.unwrap(), sent);
    // The same text without it, or in reply to something else, is another message.
    assert_eq!(
        place.send_as(&host, conversation, id, "There is.").await.unwrap_err().code,
        ErrorCode::Conflict
    );
    let other = reply(&place, &host, conversation, id, "There is.", 2).await.unwrap_err();
    assert_eq!(other.code, ErrorCode::Conflict);
    let page = messages::page(&place.context, &guest, conversation, Range::Newest, None).await.unwrap();
    assert_eq!(page.messages[1], sent);
    // Its text can change, and what it replies to stays; deleted it refers to nothing.
    let edited =
        messages::edit(&place.context, &host, id, sent.version, "Yes.".into()).await.unwrap().message;
    assert_eq!((edited.body.as_str(), edited.attached.read().reply), ("Yes.", Some(1)));
    let deleted = messages::delete(&place.context, &host, id, edited.version).await.unwrap().message;
    assert!(deleted.attached.is_empty());
    assert_eq!(
        place.rows::<(i64,)>("SELECT COUNT(*) FROM messages WHERE attached IS NOT NULL").await,
        [(0,)]
    );
    assert_eq!(reply(&place, &host, conversation, id, "There is.", 1).await.unwrap(), deleted);
}

#[tokio::test]
async fn f7_only_what_the_sender_may_see_can_be_replied_to() {
    let place = Place::new().await;
    let (host, guest, stranger) =
        (place.user("Tomas").await, place.user("Noor").await, place.user("Eve").await);
    let other = place.user("Mei").await;
    for person in [&guest, &other] {
        place.conversation(person, &host).await;
    }
    let room = ConversationId::new();
    place.room(&host, room, "A room", History::Joining, &[other.id]).await;
    let before = place.send(&host, room, "Before you came").await.unwrap();
    place.let_in(&host, room, &guest).await;
    let after = place.send(&host, room, "Welcome").await.unwrap();
    for seq in [0, -1, before.seq, after.seq + 1, i64::MAX] {
        let refused = reply(&place, &guest, room, MessageId::new(), "Hi", seq).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (ErrorCode::Invalid, Some("reply")), "{seq}");
    }
    assert_eq!(place.get(&host, room).await.last_seq, after.seq);
    let answered = reply(&place, &guest, room, MessageId::new(), "Hi", after.seq).await.unwrap();
    assert_eq!(answered.attached.read().reply, Some(after.seq));
    // A stranger learns nothing, and neither does who was taken out.
    let missing =
        reply(&place, &stranger, ConversationId::new(), MessageId::new(), "Hi", 1).await.unwrap_err();
    let theirs = reply(&place, &stranger, room, MessageId::new(), "Hi", after.seq).await.unwrap_err();
    assert_eq!((theirs.code, &theirs), (ErrorCode::NotFound, &missing));
    rooms::remove(&place.context, &host, room, MessageId::new(), guest.id).await.unwrap();
    let former = reply(&place, &guest, room, MessageId::new(), "Hi", after.seq).await.unwrap_err();
    assert_eq!(former, missing);
    let get = |viewer, id, places| messages::quoted::get(&place.context, viewer, id, places);
    assert_eq!(get(&guest, room, vec![after.seq]).await.unwrap_err(), missing);
    assert_eq!(get(&stranger, room, vec![after.seq]).await.unwrap_err(), missing);
    // Who replied to something from before the other one came, whose place alone they learn.
    reply(&place, &host, room, MessageId::new(), "As I said", before.seq).await.unwrap();
    place.let_in(&host, room, &guest).await;
    let page = get(&guest, room, vec![before.seq, after.seq]).await.unwrap();
    assert!(page.messages.is_empty(), "both are from before they came back");
    let many = get(&host, room, vec![1; QUOTED_MAX + 1]).await.unwrap_err();
    assert_eq!(many.code, ErrorCode::Invalid);
}

#[tokio::test]
async fn f7_what_is_replied_to_comes_with_the_page_and_follows_its_edits() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let first = place.send(&guest, conversation, "The code is 1234").await.unwrap();
    for number in 0..80 {
        place.send(&host, conversation, &number.to_string()).await.unwrap();
    }
    reply(&place, &host, conversation, MessageId::new(), "That one?", first.seq).await.unwrap();
    let plain = messages::page(&place.context, &host, conversation, Range::Newest, None).await.unwrap();
    assert_eq!(plain.messages.len(), 50, "a page of the API holds nothing else");
    let range = Range::Newest;
    let page = messages::page_with_quoted(&place.context, &host, conversation, range, None).await.unwrap();
    assert_eq!((page.messages.len(), page.messages.last().unwrap()), (51, &first));
    let mut thread = Thread::from_page(page);
    assert_eq!((thread.tail().len(), thread.at(first.seq)), (50, Some(&first)));
    let edited = messages::edit(&place.context, &guest, first.id, first.version, "It is 9999".into())
        .await
        .unwrap()
        .message;
    let open = OpenThread { conversation, version: thread.version };
    let epoch = place.context.epoch.clone();
    let Poll::News { change, .. } = sync::poll(&place.context, &host, &epoch, 0, Some(open)).await.unwrap()
    else {
        panic!("there is news")
    };
    for update in &change.messages {
        assert_eq!(thread.apply(update), ApplyOutcome::Applied);
    }
    assert_eq!(thread.at(first.seq), Some(&edited));
}

#[tokio::test(flavor = "multi_thread")]
async fn f7_a_reply_goes_over_the_socket_and_comes_with_what_it_refers_to() {
    let place = Place::new().await;
    let site = place.serve().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    place.send(&guest, conversation, "Is there a cot?").await.unwrap();
    let open = async |viewer: &Viewer| {
        let (session, head) =
            (place.session(viewer).await, sync::position(&place.context, viewer).await.unwrap());
        Client::of_protocol(PROTOCOL, &site.url, &session, &place.context.epoch, head).await
    };
    let (mut of_host, mut of_guest) = (open(&host).await, open(&guest).await);
    for client in [&mut of_host, &mut of_guest] {
        client.join(conversation).await;
        client.heard_so_far().await;
    }
    let id = MessageId::new();
    let attached = NewAttached { reply: Some(1), files: Vec::new() };
    let body = "There is.".to_owned();
    of_host
        .say(&ToServer::SendMessage { id, conversation, body: body.clone(), attached: attached.unread() })
        .await;
    // With what is attached the sender's own delta comes whole, and the ack beside it.
    let ack = of_host.until(|frame| matches!(frame, ToClient::Ack { .. })).await;
    let ToClient::Ack { message, .. } = ack else { unreachable!() };
    assert_eq!((message.id, message.attached.read().reply), (id, attached.reply));
    let heard = of_guest.until(|frame| matches!(frame, ToClient::Message(_))).await;
    let ToClient::Message(delta) = heard else { unreachable!() };
    assert_eq!((delta.message, &*body), (message, "There is."));
}
