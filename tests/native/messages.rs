//! Sending, and reading stretches of a conversation.

use futures::future::join_all;
use stoa::{
    server::domain::messages,
    shared::{
        errors::ErrorCode,
        ids::{ConversationId, MessageId},
        messages::{MESSAGES_PAGE_MAX, Range},
    },
};
use uuid::Uuid;

use crate::place::Place;

#[tokio::test(flavor = "multi_thread")]
async fn a5_a_hundred_identical_sends_store_one_message_and_get_one_answer() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let id = MessageId::new();
    let answers =
        join_all((0..100).map(|_| place.send_as(&guest, conversation, id, "Is there a cot?"))).await;
    let first = answers[0].as_ref().unwrap();
    assert!(answers.iter().all(|answer| answer.as_ref().unwrap() == first));
    let summary = place.get(&host, conversation).await;
    assert_eq!((summary.last_seq, summary.version, summary.unread), (1, 1, 1));
}

#[tokio::test]
async fn a5_an_id_belongs_to_its_first_sender_text_and_conversation_for_ever() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let (one, other) =
        (place.conversation(&guest, &host).await.id, place.conversation(&guest, &host).await.id);
    let id = MessageId::new();
    let sent = place.send_as(&guest, one, id, "Hi").await.unwrap();
    assert_eq!(place.send_as(&guest, one, id, " Hi\r\n").await.unwrap(), sent);
    for (viewer, conversation, body) in [(&guest, one, "Ho"), (&host, one, "Hi"), (&guest, other, "Hi")] {
        let refused = place.send_as(viewer, conversation, id, body).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Conflict);
    }
    assert_eq!(place.get(&guest, other).await.last_seq, 0);
}

#[tokio::test]
async fn a5_a_stranger_and_a_missing_conversation_get_the_same_answer() {
    let place = Place::new().await;
    let (host, guest, stranger) =
        (place.user("Tomas").await, place.user("Noor").await, place.user("Eve").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let theirs = place.send(&stranger, conversation, "Hi").await.unwrap_err();
    let missing = place.send(&stranger, ConversationId::new(), "Hi").await.unwrap_err();
    assert_eq!((theirs.code, &theirs), (ErrorCode::NotFound, &missing));
    let page = |id| messages::page(&place.context, &stranger, id, Range::Newest, None);
    assert_eq!(page(conversation).await.unwrap_err(), page(ConversationId::new()).await.unwrap_err());
    assert_eq!(place.get(&guest, conversation).await.last_seq, 0);
}

#[tokio::test]
async fn a5_bad_messages_are_refused_with_a_reason_and_change_nothing() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    let too_long = "x".repeat(10_001);
    for body in ["", " \n\t ", "a\0b", "bell\u{7}", &too_long] {
        let refused = place.send(&guest, conversation, body).await.unwrap_err();
        assert_eq!(
            (refused.code, refused.field.as_deref()),
            (ErrorCode::Invalid, Some("body")),
            "{body:.10}"
        );
    }
    let random_id = place.send_as(&guest, conversation, MessageId(Uuid::new_v4()), "Hi").await.unwrap_err();
    assert_eq!(random_id.code, ErrorCode::Invalid);
    assert_eq!(place.get(&host, conversation).await.version, 0);
    for body in ["<b>bold</b>", "👩‍👩‍👧 🏳️‍🌈", "abc\u{200F}", "מה שלומך", &"😀".repeat(10_000)]
    {
        assert_eq!(place.send(&guest, conversation, body).await.unwrap().body, *body);
    }
}

#[tokio::test]
async fn e7_who_sends_too_quickly_is_told_to_wait_and_others_are_not() {
    let place = Place::with(&["--sends-per-second", "1"]).await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let listing = place.listing(&host).await;
    let conversation =
        stoa::server::domain::conversations::get_or_create(&place.context, &guest, listing).await.unwrap().id;
    let mut answers = Vec::new();
    for number in 0..8 {
        answers.push(place.send(&guest, conversation, &number.to_string()).await);
    }
    let refused: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    assert!(!refused.is_empty() && refused.iter().all(|error| error.code == ErrorCode::TooFast));
    assert!(place.send(&host, conversation, "Hello").await.is_ok());
}

#[tokio::test]
async fn c5_history_comes_in_pages_that_meet_without_gap_or_overlap() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    for number in 1..=120 {
        place
            .send(if number % 3 == 0 { &host } else { &guest }, conversation, &number.to_string())
            .await
            .unwrap();
    }
    let seqs = async |range, limit| -> Vec<i64> {
        let page = messages::page(&place.context, &guest, conversation, range, limit).await.unwrap();
        page.messages.iter().map(|message| message.seq).collect()
    };
    assert_eq!(seqs(Range::Newest, None).await, (71..=120).collect::<Vec<_>>());
    assert_eq!(seqs(Range::BeforeSeq(71), None).await, (21..=70).collect::<Vec<_>>());
    assert_eq!(seqs(Range::BeforeSeq(21), None).await, (1..=20).collect::<Vec<_>>());
    assert_eq!(seqs(Range::AfterSeq(118), None).await, [119, 120]);
    assert_eq!(seqs(Range::AroundSeq(60), Some(10)).await, (55..=64).collect::<Vec<_>>());
    assert_eq!(seqs(Range::AfterSeq(i64::MAX), None).await, Vec::<i64>::new());
    for limit in [0, -1, MESSAGES_PAGE_MAX + 1, i64::MAX] {
        let refused = messages::page(&place.context, &guest, conversation, Range::Newest, Some(limit))
            .await
            .unwrap_err();
        assert_eq!(refused.code, ErrorCode::Invalid);
    }
}

#[tokio::test]
async fn c5_a_page_is_bounded_in_bytes_but_holds_at_least_one_message() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    for _ in 0..3 {
        place.send(&guest, conversation, &"😀".repeat(10_000)).await.unwrap();
    }
    let page = messages::page(&place.context, &guest, conversation, Range::Newest, None).await.unwrap();
    assert_eq!(page.messages.iter().map(|message| message.seq).collect::<Vec<_>>(), [3]);
}
