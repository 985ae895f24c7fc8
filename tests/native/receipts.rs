//! What has been delivered and read, and what has not.

use stoa::{
    server::{
        domain::{
            messages::{self, receipts},
            sync,
        },
        realtime::delivery_receipts,
    },
    shared::{
        errors::ErrorCode,
        messages::Range,
        sync::{
            changes::{Change, Poll},
            thread::{Thread, delivery::Delivery},
        },
        users::Viewer,
        values::time::MINUTE,
    },
};

use crate::place::Place;

async fn poll(place: &Place, viewer: &Viewer, since: i64) -> Change {
    let polled = sync::poll(&place.context, viewer, &place.context.epoch, since, None).await.unwrap();
    delivery_receipts::store_reports(&place.context).await;
    match polled {
        Poll::News { change, .. } => change,
        Poll::Reset { .. } => panic!("a cursor of this history is never reset"),
    }
}

#[tokio::test]
async fn a3_each_participant_has_an_unread_count_of_his_own() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    place.send(&guest, conversation, "one").await.unwrap();
    place.send(&guest, conversation, "two").await.unwrap();
    place.send(&host, conversation, "three").await.unwrap();
    let (of_host, of_guest) = (place.get(&host, conversation).await, place.get(&guest, conversation).await);
    assert_eq!((of_host.unread, of_guest.unread), (2, 1));
    assert_eq!(of_guest.last_message.unwrap().text, "three");
    assert_eq!(receipts::unread_total(&place.context, &host).await.unwrap(), 2);
}

#[tokio::test]
async fn a11_reading_drops_the_badge_and_never_goes_back() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    for number in 1..=5 {
        place.send(&guest, conversation, &number.to_string()).await.unwrap();
    }
    let read = |seq| receipts::mark_read(&place.context, &host, conversation, seq, &place.context.epoch);
    assert_eq!(read(3).await.unwrap().unread, 2);
    assert_eq!(read(1).await.unwrap().read_seq, 3);
    let all = read(i64::MAX).await.unwrap();
    assert_eq!((all.read_seq, all.unread, all.unread_total), (5, 0, 0));
    assert_eq!(read(-1).await.unwrap_err().code, ErrorCode::Invalid);
}

#[tokio::test]
async fn a11_reading_twice_writes_nothing_the_second_time() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    place.send(&guest, conversation, "Hi").await.unwrap();
    receipts::mark_read(&place.context, &host, conversation, 1, &place.context.epoch).await.unwrap();
    let before = sync::position(&place.context, &guest).await.unwrap();
    receipts::mark_read(&place.context, &host, conversation, 1, &place.context.epoch).await.unwrap();
    assert_eq!(sync::position(&place.context, &guest).await.unwrap(), before);
}

#[tokio::test]
async fn a4_the_sender_sees_delivered_and_then_when_it_was_read() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    place.send(&guest, conversation, "Is there a cot?").await.unwrap();
    let thread = async || {
        let page = messages::page(&place.context, &guest, conversation, Range::Newest, None).await.unwrap();
        Thread::from_page(page)
    };
    assert_eq!(thread().await.delivery(1), Delivery::Sent);
    let seen = poll(&place, &host, 0).await;
    assert_eq!(thread().await.delivery(1), Delivery::Sent, "only the next poll says that it was applied");
    poll(&place, &host, seen.to).await;
    assert_eq!(thread().await.delivery(1), Delivery::Delivered);
    receipts::mark_read(&place.context, &host, conversation, 1, &place.context.epoch).await.unwrap();
    let Delivery::Read(Some(at)) = thread().await.delivery(1) else { panic!("it was read") };
    place.context.clock.advance(5 * MINUTE);
    place.send(&guest, conversation, "And a bath?").await.unwrap();
    receipts::mark_read(&place.context, &host, conversation, 2, &place.context.epoch).await.unwrap();
    assert_eq!(thread().await.delivery(1), Delivery::Read(Some(at)), "a read time never changes");
    let Delivery::Read(Some(later)) = thread().await.delivery(2) else { panic!("it was read") };
    assert!(later.0 - at.0 >= 5 * MINUTE);
}

#[tokio::test]
async fn a11_a_receipt_of_another_history_is_refused() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    place.send(&guest, conversation, "Hi").await.unwrap();
    let refused =
        receipts::mark_read(&place.context, &host, conversation, 1, "another epoch").await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict);
    assert_eq!(place.get(&host, conversation).await.unread, 1);
}

#[tokio::test]
async fn a4_a_cursor_of_another_history_delivers_nothing() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    place.send(&guest, conversation, "Hi").await.unwrap();
    let ahead = sync::poll(&place.context, &host, &place.context.epoch, 1_000_000, None).await.unwrap();
    assert!(matches!(ahead, Poll::Reset { .. }));
    assert_eq!(place.get(&guest, conversation).await.people[0].delivered_seq, 0);
}

#[tokio::test]
async fn a6_a_poll_brings_only_what_is_new_and_a_foreign_cursor_is_reset() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let one = place.conversation(&guest, &host).await.id;
    let other = place.conversation(&guest, &host).await.id;
    let start = poll(&place, &guest, 0).await;
    assert_eq!(start.conversations.len(), 2);
    place.send(&host, other, "Hi").await.unwrap();
    let news = poll(&place, &guest, start.to).await;
    assert_eq!(news.conversations.iter().map(|news| news.id()).collect::<Vec<_>>(), [other]);
    assert_eq!((news.from, news.unread), (start.to, 1));
    let receipt = poll(&place, &guest, news.to).await;
    assert!(receipt.conversations.iter().all(|news| news.id() == other && news.id() != one));
    let quiet = poll(&place, &guest, receipt.to).await;
    assert!(quiet.conversations.is_empty());
    for (epoch, since) in [("another", news.to), (place.context.epoch.as_str(), 1_000_000)] {
        let reset = sync::poll(&place.context, &guest, epoch, since, None).await.unwrap();
        assert!(matches!(reset, Poll::Reset { .. }));
    }
}

#[tokio::test]
async fn a6_with_no_commands_heads_stand_still() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    place.send(&guest, conversation, "Hi").await.unwrap();
    let mut cursors = [0, 0];
    for round in 0..6 {
        let before = cursors;
        for (cursor, viewer) in cursors.iter_mut().zip([&host, &guest]) {
            *cursor = poll(&place, viewer, *cursor).await.to;
        }
        assert!(round < 4 || cursors == before, "polling alone must come to rest");
    }
}
