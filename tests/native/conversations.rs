//! Conversations about a listing.

use futures::future::join_all;
use stoa::{
    server::domain::{conversations, listings},
    shared::{errors::ErrorCode, ids::ListingId},
};

use crate::place::Place;

#[tokio::test(flavor = "multi_thread")]
async fn a2_fifty_racing_requests_still_get_one_conversation() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let listing = place.listing(&host).await;
    let racing = (0..50).map(|_| conversations::get_or_create(&place.context, &guest, listing));
    let opened = join_all(racing).await;
    let first = opened[0].as_ref().unwrap().id;
    assert!(opened.iter().all(|opened| opened.as_ref().unwrap().id == first));
    let inbox = conversations::list(&place.context, &guest, None, false, None).await.unwrap();
    assert_eq!(inbox.conversations.len(), 1);
}

#[tokio::test]
async fn a2_each_guest_has_his_own_conversation_about_a_listing() {
    let place = Place::new().await;
    let (host, noor, mei) = (place.user("Tomas").await, place.user("Noor").await, place.user("Mei").await);
    let listing = place.listing(&host).await;
    let of_noor = conversations::get_or_create(&place.context, &noor, listing).await.unwrap();
    let of_mei = conversations::get_or_create(&place.context, &mei, listing).await.unwrap();
    assert_ne!(of_noor.id, of_mei.id);
    let refused = conversations::get(&place.context, &mei, of_noor.id).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn c12_no_conversation_about_my_own_a_paused_or_a_missing_listing() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let listing = place.listing(&host).await;
    let own = conversations::get_or_create(&place.context, &host, listing).await.unwrap_err();
    assert_eq!(own.code, ErrorCode::Forbidden);
    let missing = conversations::get_or_create(&place.context, &guest, ListingId::new()).await.unwrap_err();
    assert_eq!(missing.code, ErrorCode::NotFound);
    listings::pause(&place.context, &host, listing, true).await.unwrap();
    let paused = conversations::get_or_create(&place.context, &guest, listing).await.unwrap_err();
    assert_eq!(paused.code, ErrorCode::Conflict);
    listings::pause(&place.context, &host, listing, false).await.unwrap();
    assert!(conversations::get_or_create(&place.context, &guest, listing).await.is_ok());
}

#[tokio::test]
async fn c12_a_conversation_that_exists_goes_on_when_the_listing_is_paused() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await;
    let listing = conversation.subject.listing().unwrap().id;
    listings::pause(&place.context, &host, listing, true).await.unwrap();
    let again = conversations::get_or_create(&place.context, &guest, listing).await.unwrap();
    assert_eq!(again.id, conversation.id);
    assert!(again.subject.listing().unwrap().is_paused);
    place.send(&guest, conversation.id, "Is it open again in June?").await.unwrap();
}

#[tokio::test]
async fn a8_the_inbox_is_sorted_by_last_message_and_comes_in_pages() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let mut written = Vec::new();
    for number in 0..35 {
        let conversation = place.conversation(&guest, &host).await;
        place.send(&guest, conversation.id, &format!("question {number}")).await.unwrap();
        written.push(conversation.id);
    }
    place.send(&host, written[3], "an answer").await.unwrap();
    let moved = written.remove(3);
    written.push(moved);
    written.reverse();
    let first = conversations::list(&place.context, &guest, None, false, None).await.unwrap();
    let second = conversations::list(&place.context, &guest, None, false, first.next).await.unwrap();
    assert_eq!((first.conversations.len(), second.conversations.len()), (30, 5));
    assert!(second.next.is_none());
    let seen: Vec<_> = first.conversations.iter().chain(&second.conversations).map(|row| row.id).collect();
    assert_eq!(seen, written);
}

#[tokio::test]
async fn c9_conversations_are_found_by_person_and_listing_in_any_case() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas Berg").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await;
    place.send(&guest, conversation.id, "Hi").await.unwrap();
    for (search, found) in
        [("BERG", 1), ("boatHOUSE", 1), ("åre", 1), ("ÅRE", 1), ("noor", 0), ("%", 0), ("_", 0)]
    {
        let page =
            conversations::list(&place.context, &guest, Some(search.into()), false, None).await.unwrap();
        assert_eq!(page.conversations.len(), found, "{search}");
    }
    let unread = conversations::list(&place.context, &guest, None, true, None).await.unwrap();
    assert!(unread.conversations.is_empty());
    let unread = conversations::list(&place.context, &host, None, true, None).await.unwrap();
    assert_eq!(unread.conversations.len(), 1);
}

#[tokio::test]
async fn c11_a_host_does_not_see_a_conversation_in_which_nobody_wrote() {
    let place = Place::new().await;
    let (host, guest) = (place.user("Tomas").await, place.user("Noor").await);
    let conversation = place.conversation(&guest, &host).await;
    let rows = async |viewer| {
        conversations::list(&place.context, viewer, None, false, None).await.unwrap().conversations.len()
    };
    assert_eq!((rows(&guest).await, rows(&host).await), (1, 0));
    place.send(&guest, conversation.id, "Hi").await.unwrap();
    assert_eq!((rows(&guest).await, rows(&host).await), (1, 1));
}
