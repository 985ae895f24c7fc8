//! The transaction of a batch. What a line refuses changes nothing, and the others are stored.

use std::collections::{BTreeSet, HashMap};

use sha2::{Digest, Sha256};

use super::{
    super::{Applied, Dated, Sender, lines::LineBody, listings, missing, orders, users},
    batch::{Batch, Talk},
    check::{self, About, CheckedConversation},
    outcome::Outcome,
};
use crate::{
    server::{
        domain::users::sign_in::embed::accounts::subject_of,
        store::{
            Conn, Result as StoreResult,
            conversations::imported::{self, Imported},
            engine::locks,
            messages::imported::{self as messages, ImportOutcome, ImportedMessage},
            operators::external::{self, RecordKey},
            orders::outside,
            rooms::imported::{self as rooms, ImportedRoom},
            users::identities,
        },
    },
    shared::{
        conversations::rooms::check_room_name,
        errors::{ApiError, Result},
        ids::UserId,
        values::time::Timestamp,
    },
};

/// Stores a batch, and gives what came of each line.
pub(super) async fn batch(
    conn: &mut Conn<'_>,
    sender: &Sender,
    batch: &Batch,
    now: Timestamp,
) -> StoreResult<Vec<Outcome>> {
    let mut outcomes = things(conn, sender, batch, now).await?;
    outcomes.extend(talks(conn, sender, &batch.talks, now).await?);
    Ok(outcomes)
}

/// A thing that was checked.
enum Thing {
    User(Dated<users::Checked>),
    Listing(Dated<listings::Checked>),
    Order(Dated<orders::Checked>),
}

impl Thing {
    fn check(sender: &Sender, id: &str, body: &LineBody, now: Timestamp) -> Result<Option<Self>> {
        // Pages of the marketplace are on https.
        Ok(Some(match body {
            LineBody::User(user) => Self::User(users::check(sender, id, user, now)?),
            LineBody::Listing(body) => Self::Listing(listings::check(sender, &[], id, body.clone(), now)?),
            LineBody::Order(body) => Self::Order(orders::check(sender, &[], id, body.clone(), now)?),
            LineBody::Conversation(_) | LineBody::Message(_) => return Ok(None),
        }))
    }

    fn record(&self) -> (RecordKey, Timestamp) {
        match self {
            Self::User(user) => (user.key, user.changed_at),
            Self::Listing(listing) => (listing.key, listing.changed_at),
            Self::Order(order) => (order.key, order.changed_at),
        }
    }
}

async fn things(
    conn: &mut Conn<'_>,
    sender: &Sender,
    batch: &Batch,
    now: Timestamp,
) -> StoreResult<Vec<Outcome>> {
    let checked: Vec<_> = batch
        .things
        .iter()
        .filter_map(|(_, line)| Thing::check(sender, &line.id, &line.body, now).transpose())
        .collect();
    // All records in one order, before the rows of any.
    let keys: BTreeSet<RecordKey> = checked.iter().flatten().map(|thing| thing.record().0).collect();
    for key in &keys {
        locks::external(conn, key).await?;
    }
    let mut outcomes = Vec::with_capacity(checked.len());
    for thing in checked {
        outcomes.push(match thing {
            Ok(thing) => store_thing(conn, &thing, now).await?,
            Err(refused) => Outcome::Refused(refused),
        });
    }
    Ok(outcomes)
}

async fn store_thing(conn: &mut Conn<'_>, thing: &Thing, now: Timestamp) -> StoreResult<Outcome> {
    let (key, changed_at) = thing.record();
    let known = external::lock_record(conn, &key).await?;
    let done: Result<Applied> = match thing {
        Thing::User(user) => Ok(users::apply(conn, user, now).await?),
        Thing::Listing(listing) => listings::apply(conn, listing, now).await?,
        Thing::Order(order) => store_order(conn, order, changed_at.min(now)).await?,
    };
    Ok(match done {
        Ok(_) if known.is_some_and(|known| known >= changed_at) => Outcome::Known,
        Ok(_) => Outcome::Stored,
        Err(refused) => Outcome::Refused(refused),
    })
}

/// An order takes place when the marketplace says, and its first messages are read, unless something unread stands before them.
async fn store_order(
    conn: &mut Conn<'_>,
    order: &Dated<orders::Checked>,
    at: Timestamp,
) -> StoreResult<Result<Applied>> {
    let is_new = outside::find(conn, order.checked.external_id()).await?.is_none();
    let is_quiet = is_new && !outside::has_unread_before(conn, order.checked.subject()).await?;
    let done = orders::apply(conn, order, at).await?;
    if let Ok(Applied { conversation_id: Some(conversation), .. }) = &done
        && is_quiet
    {
        messages::mark_read_by_all(conn, *conversation).await?;
    }
    Ok(done)
}

/// The users of the marketplace who are named, by its ids.
type People = HashMap<String, UserId>;

async fn people_of(conn: &mut Conn<'_>, sender: &Sender, talks: &[Talk]) -> StoreResult<People> {
    let named = talks.iter().flat_map(|talk| {
        let senders = talk.messages.iter().map(|(_, _, message)| message.sender.as_str());
        talk.conversation.participants.iter().map(String::as_str).chain(senders)
    });
    let named: BTreeSet<&str> = named.collect();
    let named: Vec<&str> = named.into_iter().collect();
    identities::users_of(conn, &subject_of(&sender.issuer, "").issuer, &named).await
}

async fn talks(
    conn: &mut Conn<'_>,
    sender: &Sender,
    talks: &[Talk],
    now: Timestamp,
) -> StoreResult<Vec<Outcome>> {
    if talks.is_empty() {
        return Ok(Vec::new());
    }
    let checked: Vec<_> =
        talks.iter().map(|talk| check::conversation(&talk.id, &talk.conversation, now)).collect();
    let listings: Vec<String> = checked
        .iter()
        .flatten()
        .filter_map(|talk| match &talk.about {
            About::Listing(listing) => Some(sender.qualified(listing)),
            About::Order(_) | About::Room(_) => None,
        })
        .collect();
    let named = people_of(conn, sender, talks).await?;
    external::lock_history(conn, &listings, named.values().copied()).await?;
    // Somebody may have gone until the lock.
    let people = people_of(conn, sender, talks).await?;
    let mut found: Vec<Result<Imported>> = Vec::new();
    for (talk, checked) in talks.iter().zip(checked) {
        found.push(match checked {
            Ok(checked) => find_or_create(conn, sender, &talk.id, &checked, &people).await?,
            Err(refused) => Err(refused),
        });
    }
    let ids: BTreeSet<_> = found.iter().flatten().map(|(id, _)| id.0).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    locks::conversations(conn, &ids).await?;
    let messages: Vec<Vec<Result<ImportedMessage>>> =
        talks.iter().map(|talk| checked_messages(sender, talk, &people, now)).collect();
    let ids: Vec<_> = messages.iter().flatten().flatten().map(|message| message.id.0).collect();
    let mut known = messages::known(conn, &ids).await?;
    let mut outcomes = Vec::new();
    for ((talk, found), messages) in talks.iter().zip(found).zip(messages) {
        let head = match &found {
            Ok((_, true)) => Outcome::Stored,
            Ok((_, false)) => Outcome::Known,
            Err(refused) => Outcome::Refused(refused.clone()),
        };
        outcomes.extend(talk.number.map(|_| head));
        match found {
            Ok(conversation) => outcomes.extend(store(conn, conversation, messages, &mut known).await?),
            Err(_) => outcomes.extend(messages.iter().map(|_| Outcome::Refused(conversation_refused()))),
        }
    }
    Ok(outcomes)
}

fn conversation_refused() -> ApiError {
    ApiError::invalid("conversation", "Its conversation was refused.")
}

fn checked_messages(
    sender: &Sender,
    talk: &Talk,
    people: &People,
    now: Timestamp,
) -> Vec<Result<ImportedMessage>> {
    let checked = |(_, id, message): &(u64, String, _)| {
        let checked = check::message(sender, id, message, now)?;
        let sender = people.get(&message.sender).copied();
        sender.map(|sender| ImportedMessage { sender, ..checked }).ok_or_else(|| missing("sender", "user"))
    };
    talk.messages.iter().map(checked).collect()
}

async fn store(
    conn: &mut Conn<'_>,
    conversation: Imported,
    messages: Vec<Result<ImportedMessage>>,
    known: &mut std::collections::HashSet<uuid::Uuid>,
) -> StoreResult<Vec<Outcome>> {
    let good: Vec<_> = messages.iter().flatten().collect();
    let mut stored = messages::store(conn, conversation, &good, known).await?.into_iter();
    let outcome = |message: &Result<ImportedMessage>| match message {
        Err(refused) => Outcome::Refused(refused.clone()),
        Ok(_) => match stored.next() {
            Some(ImportOutcome::Stored) => Outcome::Stored,
            Some(ImportOutcome::StoredLate) => Outcome::StoredLate,
            Some(ImportOutcome::Known) => Outcome::Known,
            Some(ImportOutcome::NotParticipant) | None => {
                Outcome::Refused(ApiError::invalid("sender", "The sender takes no part in the conversation."))
            }
        },
    };
    Ok(messages.iter().map(outcome).collect())
}

/// The conversation that a line is about. All whom it names are locked.
async fn find_or_create(
    conn: &mut Conn<'_>,
    sender: &Sender,
    id: &str,
    talk: &CheckedConversation,
    people: &People,
) -> StoreResult<Result<Imported>> {
    let found: Option<Vec<UserId>> = talk.participants.iter().map(|id| people.get(id).copied()).collect();
    let Some(participants) = found else { return Ok(Err(missing("participants", "user"))) };
    match &talk.about {
        About::Listing(listing) => about_listing(conn, &sender.qualified(listing), &participants, talk).await,
        About::Order(order) => of_order(conn, &sender.qualified(order), &participants).await,
        About::Room(name) => room(conn, sender, (id, name.as_deref()), &participants, talk.created_at).await,
    }
}

async fn about_listing(
    conn: &mut Conn<'_>,
    listing: &str,
    participants: &[UserId],
    talk: &CheckedConversation,
) -> StoreResult<Result<Imported>> {
    let Some((listing, host)) = external::listing(conn, listing).await? else {
        return Ok(Err(missing("listing", "listing")));
    };
    let guest = match participants {
        [one, other] if *other == host => *one,
        [one, other] if *one == host => *other,
        _ => return Ok(Err(two("A conversation about a listing is that of its host and one guest."))),
    };
    let made = imported::about_listing(conn, listing, (guest, host), talk.created_at).await?;
    Ok(made.ok_or_else(|| ApiError::conflict("The guest has as many conversations as one can have.")))
}

async fn of_order(
    conn: &mut Conn<'_>,
    order: &str,
    participants: &[UserId],
) -> StoreResult<Result<Imported>> {
    let Some(order) = outside::find(conn, order).await? else {
        let message = "There is no such order yet. In one import orders come after conversations: name its listing, or send the order before.";
        return Ok(Err(ApiError { field: Some("order".to_owned()), ..ApiError::conflict(message) }));
    };
    let refused = || two("A conversation about an order is that of its guest and its host.");
    let [one, other] = participants else { return Ok(Err(refused())) };
    let found = imported::of_order(conn, order.id, [*one, *other]).await?;
    Ok(found.map(|id| (id, false)).ok_or_else(refused))
}

fn two(message: &str) -> ApiError {
    ApiError::invalid("participants", message)
}

async fn room(
    conn: &mut Conn<'_>,
    sender: &Sender,
    (id, name): (&str, Option<&str>),
    people: &[UserId],
    created_at: Timestamp,
) -> StoreResult<Result<Imported>> {
    let room_id = check::room_id(sender, id);
    let name = match name {
        Some(name) => name.to_owned(),
        None if rooms::is_known(conn, room_id).await? => String::new(),
        None => {
            let name = check::name_of_people(&rooms::names(conn, &people[..people.len().min(10)]).await?);
            check_room_name(&name).unwrap_or_else(|_| "…".to_owned())
        }
    };
    let first_hash = Sha256::digest(id).into();
    let room = ImportedRoom { id: room_id, name: &name, people, first_hash, created_at };
    let made = rooms::create(conn, &room).await?;
    Ok(made.map_err(|_| {
        let message = "Somebody takes part in as many rooms as one can, which are 500.";
        ApiError { field: Some("participants".to_owned()), ..ApiError::conflict(message) }
    }))
}
