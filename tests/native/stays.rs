//! Stays of one listing that share nights: shown, and accepted only by whoever says that they know.

use futures::future::join_all;
use stoa::{
    server::domain::{
        listings,
        orders::{self, SeenOrder},
    },
    shared::{
        errors::{ErrorCode, Result},
        ids::{ListingId, MessageId, OrderId},
        listings::stays::OVERLAPPING_FIELD,
        orders::{
            Order, OrderOutcome,
            code::OrderKey,
            draft::OrderDraft,
            workflow::{Status, Transition},
        },
        users::Viewer,
        values::dates::Day,
    },
};

use crate::place::Place;

impl Place {
    /// A booking from so many days from now to so many.
    pub async fn book_days(&self, guest: &Viewer, listing: ListingId, from: i64, to: i64) -> Order {
        let today = Day::of(self.context.clock.now());
        let draft = OrderDraft {
            starts_on: today.plus(from).to_string(),
            ends_on: today.plus(to).to_string(),
            quantity: "2".into(),
            ..OrderDraft::default()
        };
        orders::create(&self.context, guest, OrderId::new(), Some(listing), draft).await.unwrap()
    }

    async fn accept(&self, host: &Viewer, order: &Order, is_overlapping: bool) -> Result<OrderOutcome> {
        let seen = SeenOrder { status: Status::Pending, quote: None, is_overlapping };
        let key = OrderKey::Id(order.card.id);
        let (id, step) = (MessageId::new(), Transition::Accept);
        orders::apply_transition(&self.context, host, &key, id, seen, step).await
    }
}

#[tokio::test]
async fn ux01_nights_that_are_taken_are_accepted_again_only_by_saying_so() {
    let place = Place::new().await;
    let (host, noor, leo) = (place.user("Tomas").await, place.user("Noor").await, place.user("Leo").await);
    let listing = place.listing(&host).await;
    let first = place.book_days(&noor, listing, 10, 13).await;
    place.accept(&host, &first, false).await.unwrap();
    let second = place.book_days(&leo, listing, 12, 14).await;
    let refused = place.accept(&host, &second, false).await.unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (ErrorCode::Conflict, Some(OVERLAPPING_FIELD)));
    let code = first.card.code.to_string();
    assert!(refused.message.contains("Noor") && refused.message.contains(&code), "{}", refused.message);
    let unchanged = orders::get(&place.context, &host, &OrderKey::Id(second.card.id)).await.unwrap();
    assert_eq!(unchanged.card.status, Status::Pending);
    // One leaves on the day on which the next comes.
    let third = place.book_days(&leo, listing, 13, 15).await;
    place.accept(&host, &third, false).await.unwrap();
    let booked = listings::get(&place.context, None, listing).await.unwrap().booked;
    let today = Day::of(place.context.clock.now());
    let days: Vec<_> =
        booked.iter().map(|stay| (stay.starts_on.0 - today.0, stay.ends_on.0 - today.0)).collect();
    assert_eq!(days, [(10, 13), (13, 15)], "whoever looks at the listing sees what is taken");
    // Both at once, knowing it.
    place.accept(&host, &second, true).await.unwrap();
    // What is cancelled is free again.
    for order in [&first, &second] {
        place.step(&host, order, Status::Accepted, Transition::Cancel).await.unwrap();
    }
    let fourth = place.book_days(&noor, listing, 11, 13).await;
    place.accept(&host, &fourth, false).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ux01_of_fifty_accepts_at_once_one_is_accepted() {
    const ACCEPTS: usize = 50;
    let place = Place::new().await;
    let host = place.user("Tomas").await;
    let listing = place.listing(&host).await;
    let mut asked = Vec::new();
    for number in 0..ACCEPTS {
        let guest = place.user(&format!("Guest {number}")).await;
        asked.push(place.book_days(&guest, listing, 10, 13).await);
    }
    let answers = join_all(asked.iter().map(|order| {
        let (place, host) = (&place, &host);
        async move {
            loop {
                match place.accept(host, order, false).await {
                    // The host's own rate, or a write that met another one.
                    Err(error) if error.code.is_retryable() => tokio::task::yield_now().await,
                    answer => return answer,
                }
            }
        }
    }));
    let answers = answers.await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let refused = answers.iter().filter_map(|answer| answer.as_ref().err());
    assert!(refused.clone().all(|error| error.field.as_deref() == Some(OVERLAPPING_FIELD)));
    assert_eq!(refused.count(), ACCEPTS - 1);
    assert_eq!(listings::get(&place.context, None, listing).await.unwrap().booked.len(), 1);
}
