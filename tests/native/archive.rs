//! Conversations that are archived or starred (F9).

use reqwest::{Method, StatusCode};
use stoa::{
    server::domain::{conversations, messages::receipts, rooms, sync},
    shared::{
        conversations::{Conversation, rooms::History},
        errors::ErrorCode,
        ids::{ConversationId, MessageId},
        users::Viewer,
    },
};

use crate::{
    invariants::Device,
    place::{Place, answer},
};

async fn listed(place: &Place, viewer: &Viewer, shelf: (Option<bool>, Option<bool>)) -> Vec<ConversationId> {
    let page = conversations::list_shelf(&place.context, viewer, None, false, shelf, None).await.unwrap();
    page.conversations.iter().map(|row| row.id).collect()
}

const LIST: (Option<bool>, Option<bool>) = (Some(false), None);
const ARCHIVED: (Option<bool>, Option<bool>) = (Some(true), None);
const STARRED: (Option<bool>, Option<bool>) = (None, Some(true));

#[tokio::test]
async fn f9_what_is_archived_leaves_the_list_and_comes_back_with_a_message() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let one = place.conversation(&guest, &host).await.id;
    let other = place.conversation(&guest, &host).await.id;
    for conversation in [one, other] {
        place.send(&host, conversation, "Hello").await.unwrap();
    }
    let mut devices = Vec::new();
    for viewer in [&guest, &guest, &host] {
        devices.push(Device::open(&place, viewer).await);
    }
    let archive = async |is_on| conversations::archive(&place.context, &guest, one, is_on).await.unwrap();
    let row = archive(true).await;
    assert!(row.is_archived && row.unread == 0, "what is archived counts as read");
    let head = sync::position(&place.context, &guest).await.unwrap();
    assert_eq!(archive(true).await, row);
    assert_eq!(sync::position(&place.context, &guest).await.unwrap(), head);
    assert_eq!(listed(&place, &guest, LIST).await, [other]);
    assert_eq!(listed(&place, &guest, ARCHIVED).await, [one]);
    assert_eq!(listed(&place, &guest, (None, None)).await.len(), 2);
    // A search finds it; for the other side nothing has changed.
    let found = conversations::list(&place.context, &guest, Some("tomas".into()), false, None).await.unwrap();
    assert_eq!(found.conversations.len(), 2);
    assert_eq!(listed(&place, &host, LIST).await.len(), 2);
    for device in &mut devices {
        device.compare(&place).await;
    }
    assert_eq!(devices[0].inbox.rows().iter().map(|row| row.id).collect::<Vec<_>>(), [other]);
    archive(false).await;
    assert_eq!(listed(&place, &guest, LIST).await.len(), 2);
    archive(true).await;
    place.send(&host, one, "Are you there?").await.unwrap();
    assert_eq!(listed(&place, &guest, LIST).await, [one, other]);
    assert_eq!(listed(&place, &guest, ARCHIVED).await, []);
    for device in &mut devices {
        device.compare(&place).await;
    }
    // One's own message brings it back, too.
    archive(true).await;
    place.send(&guest, one, "Yes").await.unwrap();
    assert_eq!(listed(&place, &guest, LIST).await, [one, other]);
    let epoch = &place.context.epoch;
    receipts::mark_read(&place.context, &guest, one, 9, epoch).await.unwrap();
}

#[tokio::test]
async fn f9_stars_are_a_filter_and_ones_own() {
    let place = Place::new().await;
    let (host, guest, stranger) =
        (place.user("Tomas").await, place.user("Noor").await, place.user("Eve").await);
    let conversation = place.conversation(&guest, &host).await.id;
    place.send(&host, conversation, "Hello").await.unwrap();
    let star = async |who: &Viewer, id, is_on| conversations::star(&place.context, who, id, is_on).await;
    let row = star(&guest, conversation, true).await.unwrap();
    assert!(row.is_starred);
    assert_eq!(star(&guest, conversation, true).await.unwrap(), row);
    assert_eq!(listed(&place, &guest, STARRED).await, [conversation]);
    assert_eq!(listed(&place, &host, STARRED).await, []);
    // It stays while it is archived, and when it comes back.
    conversations::archive(&place.context, &guest, conversation, true).await.unwrap();
    place.send(&host, conversation, "Again").await.unwrap();
    assert_eq!(listed(&place, &guest, STARRED).await, [conversation]);
    assert!(!star(&guest, conversation, false).await.unwrap().is_starred);
    let missing = star(&stranger, ConversationId::new(), true).await.unwrap_err();
    assert_eq!(missing.code, ErrorCode::NotFound);
    assert_eq!(star(&stranger, conversation, true).await.unwrap_err(), missing);
    let archived = conversations::archive(&place.context, &stranger, conversation, true).await;
    assert_eq!(archived.unwrap_err(), missing);
    let room = ConversationId::new();
    place.room(&host, room, "A room", History::Start, &[guest.id]).await;
    rooms::remove(&place.context, &guest, room, MessageId::new(), guest.id).await.unwrap();
    assert_eq!(star(&guest, room, true).await.unwrap_err(), missing);
}

#[tokio::test]
async fn f9_the_api_archives_stars_and_lists_both() {
    let place = Place::new().await;
    let site = place.serve().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    place.send(&host, conversation, "Hello").await.unwrap();
    let session = place.session(&guest).await;
    let ask = async |method: Method, path: &str| answer(site.request(method, path, Some(&session))).await;
    for (verb, field) in [("archived", "is_archived"), ("starred", "is_starred")] {
        let path = format!("/api/conversations/{conversation}/{verb}");
        let (status, row) = ask(Method::PUT, &path).await;
        assert_eq!((status, &row[field]), (StatusCode::OK, &true.into()), "{row}");
        for (wanted, count) in [("true", 1), ("false", 0)] {
            let (_, page) = ask(Method::GET, &format!("/api/conversations?{verb}={wanted}")).await;
            let found: Vec<Conversation> = serde_json::from_value(page["conversations"].clone()).unwrap();
            assert_eq!(found.len(), count, "{verb}={wanted}");
        }
        let (status, row) = ask(Method::DELETE, &path).await;
        assert_eq!((status, row.get(field)), (StatusCode::OK, None));
    }
}

#[tokio::test]
async fn f9_a_mark_as_unread_counts_nowhere_and_ends_with_reading() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await.id;
    place.send(&host, conversation, "Hello").await.unwrap();
    let epoch = &place.context.epoch;
    receipts::mark_read(&place.context, &guest, conversation, 1, epoch).await.unwrap();
    let mut device = Device::open(&place, &guest).await;
    let row = conversations::mark_unread(&place.context, &guest, conversation, true).await.unwrap();
    assert_eq!((row.is_marked, row.unread, row.read_seq), (true, 0, 1));
    let unread = conversations::list(&place.context, &guest, None, true, None).await.unwrap();
    assert_eq!((unread.conversations.len(), unread.unread), (1, 0));
    device.compare(&place).await;
    place.send(&host, conversation, "Again").await.unwrap();
    assert!(place.get(&guest, conversation).await.is_marked);
    receipts::mark_read(&place.context, &guest, conversation, 2, epoch).await.unwrap();
    assert!(!place.get(&guest, conversation).await.is_marked);
    device.compare(&place).await;
    conversations::mark_unread(&place.context, &guest, conversation, true).await.unwrap();
    let row = conversations::archive(&place.context, &guest, conversation, true).await.unwrap();
    assert!(!row.is_marked && row.is_archived);
    device.compare(&place).await;
}
