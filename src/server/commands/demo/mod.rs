//! A believable marketplace for trying Stoa out: who is in it, what they offer, what they wrote.
//! It is told to the store as it would have happened, in the order of time.

pub mod conversations;
pub mod listings;
mod long;
mod notifications;
mod orders;
pub mod people;
mod rooms;

use std::collections::HashMap;

use conversations::{By, DemoConversation};
use listings::LISTINGS;
use people::PEOPLE;
use sha2::{Digest, Sha256};

use crate::server::{
    auth::passwords::Passwords,
    clock::Clock,
    domain::failed,
    store::{self, Conn, Store, users::NewUser},
};
use crate::shared::{
    errors::{ApiError, Result},
    ids::{ListingId, MessageId, UserId},
    messages::MessageKind,
    values::time::{DAY, MINUTE, SECOND, Timestamp},
};
use crate::shared::{
    listings::draft::ListingFields,
    users::credentials::{DEMO_PASSWORD, DemoAccount, Email},
};

/// The accounts that the sign-in page offers in demo mode.
pub fn accounts() -> Vec<DemoAccount> {
    let account = |person: &people::DemoPerson| DemoAccount {
        name: person.name.to_owned(),
        email: person.email.to_owned(),
        hue: person.hue,
        about: person.about.to_owned(),
    };
    PEOPLE.iter().map(account).collect()
}

/// Fills an empty database, all or nothing. Refuses one that has accounts. `long` is the length
/// of one more conversation, in messages; without it there is none.
pub async fn fill(store: &Store, long: i64) -> Result<()> {
    let users = store.read(|mut conn| Box::pin(async move { store::users::count(&mut conn).await }));
    if users.await.map_err(failed)? > 0 {
        return Err(ApiError::conflict("This database has accounts in it; the demo wants an empty one."));
    }
    let password_hash = Passwords::default().hash(DEMO_PASSWORD).await?;
    let emails = PEOPLE.iter().map(|person| Email::parse(person.email)).collect::<Result<Vec<_>>>()?;
    let now = Clock::default().now();
    store
        .write(move |mut conn| {
            Box::pin(async move { fill_all(&mut conn, emails, &password_hash, now).await })
        })
        .await
        .map_err(failed)?;
    if long != 0 { long::fill(store, long, now).await } else { Ok(()) }
}

async fn fill_all(
    conn: &mut Conn<'_>,
    emails: Vec<Email>,
    password_hash: &str,
    now: Timestamp,
) -> store::Result<()> {
    let start = now.plus(-400 * DAY);
    let mut people = HashMap::new();
    for (person, email) in PEOPLE.iter().zip(emails) {
        let user = NewUser {
            id: UserId::new(),
            email,
            name: person.name.to_owned(),
            hue: person.hue,
            rank: person.rank,
            password_hash: password_hash.to_owned(),
        };
        people.insert(person.key, user.id);
        store::users::insert(conn, user, start).await?;
    }
    let mut offers = HashMap::new();
    for (index, listing) in (0..).zip(&LISTINGS) {
        let (id, host) = (ListingId::new(), people[listing.host]);
        let fields = ListingFields {
            kind: listing.kind,
            title: listing.title.to_owned(),
            place: listing.place.to_owned(),
            description: listing.description.to_owned(),
            price_cents: listing.price_cents,
        };
        store::listings::insert(conn, id, host, &fields, start.plus(index * DAY)).await?;
        offers.insert(listing.key, (id, host));
    }
    tell(conn, &people, &offers, now).await?;
    for listing in LISTINGS.iter().filter(|listing| listing.is_paused) {
        let (id, host) = offers[listing.key];
        store::listings::pause(conn, id, host, Some(now)).await?;
    }
    for user in people.into_values() {
        let head = store::sync::positions::get(conn, user).await?;
        store::messages::receipts::deliver(conn, user, head).await?;
    }
    Ok(())
}

/// One thing that happened.
struct Event {
    at: Timestamp,
    listing: ListingId,
    guest: UserId,
    user: UserId,
    deed: Deed,
}

enum Deed {
    Write(&'static str),
    ReadUpto(i64),
    /// Something about an order.
    Order(orders::Event),
    /// Something in a room.
    Room(rooms::Event),
    /// Something from outside.
    Told(notifications::Event),
}

async fn tell(
    conn: &mut Conn<'_>,
    people: &HashMap<&str, UserId>,
    offers: &HashMap<&str, (ListingId, UserId)>,
    now: Timestamp,
) -> store::Result<()> {
    let mut events: Vec<Event> = Vec::new();
    for talk in conversations::conversations() {
        let (listing, host) = offers[talk.listing];
        let guest = people[talk.guest];
        let deeds = deeds(talk, now).into_iter();
        events.extend(deeds.map(|(at, by, deed)| Event {
            at,
            listing,
            guest,
            user: if by == By::Guest { guest } else { host },
            deed,
        }));
    }
    events.extend(orders::events(people, offers, now));
    events.extend(rooms::events(people, now));
    events.extend(notifications::events(people, now));
    events.sort_by_key(|event| event.at);
    for event in events {
        happen(conn, event).await?;
    }
    Ok(())
}

/// Who did what when in one conversation: everybody reads before answering, and what the last
/// writer's peer has left unread stays so.
fn deeds(talk: &DemoConversation, now: Timestamp) -> Vec<(Timestamp, By, Deed)> {
    let minutes: i64 = talk.lines.iter().skip(1).map(|line| line.gap_minutes).sum();
    let mut at = now.plus(-(minutes + talk.minutes_ago_of_last) * MINUTE);
    let mut deeds = Vec::new();
    for (index, line) in (0..).zip(talk.lines) {
        if index > 0 {
            at = at.plus(line.gap_minutes * MINUTE);
            deeds.push((at.plus(-20 * SECOND), line.by, Deed::ReadUpto(index)));
        }
        deeds.push((at, line.by, Deed::Write(line.text)));
    }
    let last = i64::try_from(talk.lines.len()).unwrap_or_default();
    for (by, unread) in [(By::Guest, talk.unread_by_guest), (By::Host, talk.unread_by_host)] {
        deeds.push((at.plus(30 * SECOND), by, Deed::ReadUpto(last - unread)));
    }
    deeds
}

async fn happen(conn: &mut Conn<'_>, event: Event) -> store::Result<()> {
    use store::conversations::Opened;
    match event.deed {
        Deed::Order(order) => return order.happen(conn, event.at).await,
        Deed::Room(room) => return room.happen(conn, event.at).await,
        Deed::Told(told) => return told.happen(conn, event.user, event.at).await,
        Deed::Write(_) | Deed::ReadUpto(_) => {}
    }
    let opened = store::conversations::get_or_create(conn, event.listing, event.guest, event.at).await?;
    let Opened::Conversation(conversation) = opened else { return Ok(()) };
    match event.deed {
        Deed::Write(text) => {
            let new = store::messages::NewMessage {
                id: MessageId::new(),
                conversation,
                sender: event.user,
                kind: MessageKind::Text,
                body: text.to_owned(),
                first_hash: Sha256::digest(text).into(),
            };
            store::messages::append(conn, new, event.at).await?;
        }
        Deed::Order(_) | Deed::Room(_) | Deed::Told(_) => {}
        Deed::ReadUpto(seq) => {
            store::messages::receipts::mark_read(conn, event.user, conversation, seq, event.at).await?;
        }
    }
    Ok(())
}
