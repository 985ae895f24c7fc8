//! Demo data: a believable marketplace for trying Stoa out, with people, listings, conversations, orders, a
//! room and notifications. It is written through the store as events in order of time, so that counters and
//! receipts are consistent.

pub mod conversations;
pub mod listings;
mod long;
mod notifications;
mod orders;
pub mod pairs;
pub mod people;
mod rooms;

use std::collections::HashMap;

use conversations::{By, DemoConversation};
use listings::LISTINGS;
use people::PEOPLE;
use sha2::{Digest, Sha256};

use crate::{
    server::{
        auth::passwords,
        clock::Clock,
        domain::failed,
        store::{self, Conn, Store, users::NewUser},
    },
    shared::{
        errors::{ApiError, Result},
        ids::{ListingId, MessageId, UserId},
        listings::draft::ListingFields,
        messages::MessageKind,
        users::credentials::{DEMO_PASSWORD, DemoAccount, Email},
        values::time::{DAY, MINUTE, SECOND, Timestamp},
    },
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

/// Fills an empty database in one transaction; a conflict if it has accounts. `long` is the number of
/// messages of one additional long conversation, 0 for none; `report` is called with how many of them are written.
pub async fn fill(store: &Store, long: i64, report: &dyn Fn(u64, u64)) -> Result<()> {
    check_empty(store).await?;
    let password_hash = passwords::hash(DEMO_PASSWORD).await?;
    let emails = PEOPLE.iter().map(|person| Email::parse(person.email)).collect::<Result<Vec<_>>>()?;
    let now = Clock::default().now();
    store
        .write(move |mut conn| {
            Box::pin(async move { fill_all(&mut conn, emails, &password_hash, now).await })
        })
        .await
        .map_err(failed)?;
    if long != 0 { long::fill(store, long, now, report).await } else { Ok(()) }
}

async fn check_empty(store: &Store) -> Result<()> {
    let users = store.read(|mut conn| Box::pin(async move { store::users::count(&mut conn).await }));
    if users.await.map_err(failed)? > 0 {
        return Err(ApiError::conflict("This database has accounts in it; the demo wants an empty one."));
    }
    Ok(())
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
    let mut listings = HashMap::new();
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
        listings.insert(listing.key, (id, host));
    }
    replay(conn, &people, &listings, now).await?;
    for listing in LISTINGS.iter().filter(|listing| listing.is_paused) {
        let (id, host) = listings[listing.key];
        store::listings::pause(conn, id, host, Some(now), now).await?;
    }
    for user in people.into_values() {
        let head = store::sync::positions::get(conn, user).await?;
        store::messages::receipts::delivery::mark_delivered(conn, &[(user, head)]).await?;
    }
    Ok(())
}

/// Something that a user of the demo did, and when.
struct DemoEvent {
    at: Timestamp,
    listing: ListingId,
    guest: UserId,
    user: UserId,
    action: DemoAction,
}

enum DemoAction {
    Write(&'static str),
    ReadUpto(i64),
    Order(orders::OrderEvent),
    Room(rooms::RoomEvent),
    Notification(notifications::NotificationEvent),
}

/// Collects the events of all parts of the demo and applies them in order of time.
async fn replay(
    conn: &mut Conn<'_>,
    people: &HashMap<&str, UserId>,
    listings: &HashMap<&str, (ListingId, UserId)>,
    now: Timestamp,
) -> store::Result<()> {
    let mut events: Vec<DemoEvent> = Vec::new();
    for conversation in conversations::conversations() {
        let (listing, host) = listings[conversation.listing];
        let guest = people[conversation.guest];
        let actions = actions(conversation, now).into_iter();
        events.extend(actions.map(|(at, by, action)| DemoEvent {
            at,
            listing,
            guest,
            user: if by == By::Guest { guest } else { host },
            action,
        }));
    }
    events.extend(orders::events(people, listings, now));
    events.extend(rooms::events(people, now));
    events.extend(notifications::events(people, now));
    events.sort_by_key(|event| event.at);
    for event in events {
        apply(conn, event).await?;
    }
    Ok(())
}

/// The actions of one conversation. Each participant reads before they answer, and the configured number of
/// messages stays unread at the end.
fn actions(conversation: &DemoConversation, now: Timestamp) -> Vec<(Timestamp, By, DemoAction)> {
    let minutes: i64 = conversation.lines.iter().skip(1).map(|line| line.gap_minutes).sum();
    let mut at = now.plus(-(minutes + conversation.minutes_ago_of_last) * MINUTE);
    let mut actions = Vec::new();
    for (index, line) in (0..).zip(conversation.lines) {
        if index > 0 {
            at = at.plus(line.gap_minutes * MINUTE);
            actions.push((at.plus(-20 * SECOND), line.by, DemoAction::ReadUpto(index)));
        }
        actions.push((at, line.by, DemoAction::Write(line.text)));
    }
    let last = i64::try_from(conversation.lines.len()).unwrap_or_default();
    for (by, unread) in [(By::Guest, conversation.unread_by_guest), (By::Host, conversation.unread_by_host)] {
        actions.push((at.plus(30 * SECOND), by, DemoAction::ReadUpto(last - unread)));
    }
    actions
}

async fn apply(conn: &mut Conn<'_>, event: DemoEvent) -> store::Result<()> {
    use store::conversations::create::OpenOutcome;
    match event.action {
        DemoAction::Order(order) => return order.apply(conn, event.at).await,
        DemoAction::Room(room) => return room.apply(conn, event.at).await,
        DemoAction::Notification(notification) => {
            return notification.apply(conn, event.user, event.at).await;
        }
        DemoAction::Write(_) | DemoAction::ReadUpto(_) => {}
    }
    let opened =
        store::conversations::create::get_or_create(conn, event.listing, event.guest, event.at).await?;
    let OpenOutcome::Conversation(conversation) = opened else { return Ok(()) };
    match event.action {
        DemoAction::Write(text) => {
            let new = store::messages::new_message::NewMessage {
                id: MessageId::new(),
                conversation,
                sender: event.user,
                kind: MessageKind::Text,
                body: text.to_owned(),
                attached: None,
                first_hash: Sha256::digest(text).into(),
            };
            store::messages::append::append(conn, new, event.at).await?;
        }
        DemoAction::Order(_) | DemoAction::Room(_) | DemoAction::Notification(_) => {}
        DemoAction::ReadUpto(seq) => {
            store::messages::receipts::mark_read(conn, event.user, conversation, seq, event.at).await?;
        }
    }
    Ok(())
}
