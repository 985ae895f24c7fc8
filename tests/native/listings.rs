//! Offering, browsing, pausing.

use stoa::{
    server::domain::listings::{self, Visitor},
    shared::{errors::ErrorCode, ids::ListingId},
};

use crate::place::{Place, draft};

#[tokio::test]
async fn a8_listings_are_found_by_title_place_and_host_and_by_kind() {
    let place = Place::new().await;
    let host = place.user("Tomas Berg").await;
    place.listing(&host).await;
    let mut shelf = draft("Walnut shelf");
    shelf.kind = "item".into();
    listings::create(&place.context, &host, ListingId::new(), shelf).await.unwrap();
    let count = async |search: &str, kind: Option<&str>| {
        let found = listings::browse(
            &place.context,
            Visitor::default(),
            Some(search.into()),
            kind.map(str::to_owned),
            None,
        )
        .await;
        found.unwrap().listings.len()
    };
    assert_eq!(count("", None).await, 2);
    assert_eq!(count("WALNUT", None).await, 1);
    assert_eq!(count("åre", None).await, 2);
    assert_eq!(count("berg", Some("item")).await, 1);
    assert_eq!(count("nothing like it", None).await, 0);
    let unknown = listings::browse(&place.context, Visitor::default(), None, Some("castle".into()), None)
        .await
        .unwrap_err();
    assert_eq!(unknown.code, ErrorCode::Invalid);
}

#[tokio::test]
async fn a_paused_listing_is_there_for_its_host_and_for_who_talks_about_it_only() {
    let place = Place::new().await;
    let (host, guest, stranger) =
        (place.user("Tomas").await, place.user("Noor").await, place.user("Eve").await);
    let conversation = place.conversation(&guest, &host).await;
    let listing = conversation.subject.listing().unwrap().id;
    listings::pause(&place.context, &host, listing, true).await.unwrap();
    assert!(
        listings::browse(&place.context, Visitor::default(), None, None, None)
            .await
            .unwrap()
            .listings
            .is_empty()
    );
    assert!(listings::get(&place.context, Some(&host), listing).await.is_ok());
    assert!(listings::get(&place.context, Some(&guest), listing).await.is_ok());
    for viewer in [None, Some(&stranger)] {
        let hidden = listings::get(&place.context, viewer, listing).await.unwrap_err();
        let missing = listings::get(&place.context, viewer, ListingId::new()).await.unwrap_err();
        assert_eq!(hidden, missing);
    }
}

#[tokio::test]
async fn only_the_host_changes_a_listing_and_a_form_posted_twice_makes_one() {
    let place = Place::new().await;
    let (host, stranger) = (place.user("Tomas").await, place.user("Eve").await);
    let id = ListingId::new();
    for _ in 0..2 {
        listings::create(&place.context, &host, id, draft("Boathouse")).await.unwrap();
    }
    assert_eq!(listings::mine(&place.context, &host).await.unwrap().listings.len(), 1);
    let update = listings::update(&place.context, &stranger, id, draft("Mine now")).await.unwrap_err();
    let pause = listings::pause(&place.context, &stranger, id, true).await.unwrap_err();
    let taken = listings::create(&place.context, &stranger, id, draft("Mine now")).await.unwrap_err();
    assert_eq!(
        [update.code, pause.code, taken.code],
        [ErrorCode::NotFound, ErrorCode::NotFound, ErrorCode::Conflict]
    );
    assert_eq!(listings::get(&place.context, None, id).await.unwrap().card.title, "Boathouse");
    for (title, price) in [("", "1"), ("ab", "1"), ("Boathouse", "free"), ("evil\u{202E}", "1")] {
        let mut wrong = draft(title);
        wrong.price = price.into();
        let refused = listings::update(&place.context, &host, id, wrong).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Invalid);
    }
}
