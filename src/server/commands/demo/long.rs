//! A conversation of any length for the demo, to try long histories.

use std::ops::Range;

use sha2::{Digest, Sha256};

use super::people::PEOPLE;
use crate::{
    server::{
        domain::failed,
        store::{self, Conn, Store, conversations::create::OpenOutcome, messages::new_message::NewMessage},
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::{ConversationId, ListingId, MessageId, UserId},
        listings::{draft::ListingFields, kind::ListingKind},
        messages::MessageKind,
        users::credentials::Email,
        values::time::{MINUTE, Timestamp},
    },
};

/// Messages written in one transaction.
const BATCH_SIZE: i64 = 1_000;
pub const MESSAGES_MAX: i64 = 1_000_000;

const SENTENCES: [&str; 7] = [
    "Thanks",
    "That suits me well.",
    "I looked again this morning, and it is still there.",
    "Could you tell me how far it is from the station, and whether the last bus still runs on Sundays?",
    "Yes",
    "We took the path along the water. It is longer, but in the evening the light comes from the side and nobody is in a hurry. Bring something warm to put on; once the sun is gone it gets cool within minutes, even in June.",
    "Good, see you then!",
];

/// Writes a conversation of this many messages between the first two users of the demo.
pub async fn fill(store: &Store, messages: i64, now: Timestamp, report: &dyn Fn(u64, u64)) -> Result<()> {
    if !(0..=MESSAGES_MAX).contains(&messages) {
        return Err(ApiError::invalid(
            "long",
            format!("A long conversation has {MESSAGES_MAX} messages at most."),
        ));
    }
    let start = now.plus(-messages * MINUTE);
    let (guest, host, conversation) = store
        .write(move |mut conn| Box::pin(async move { open(&mut conn, start).await }))
        .await
        .map_err(failed)?
        .ok_or_else(|| ApiError::not_found(Missing::Conversation))?;
    for from in (0..messages).step_by(BATCH_SIZE as usize) {
        let upto = messages.min(from + BATCH_SIZE);
        store
            .write(move |mut conn| {
                Box::pin(
                    async move { write(&mut conn, conversation, [guest, host], from..upto, start).await },
                )
            })
            .await
            .map_err(failed)?;
        report(upto.unsigned_abs(), messages.unsigned_abs());
    }
    Ok(())
}

async fn open(
    conn: &mut Conn<'_>,
    start: Timestamp,
) -> store::Result<Option<(UserId, UserId, ConversationId)>> {
    let mut people = Vec::new();
    for person in &PEOPLE[..2] {
        let Ok(email) = Email::parse(person.email) else { return Ok(None) };
        let Some(credentials) = store::users::credentials(conn, &email).await? else { return Ok(None) };
        people.push(credentials.user);
    }
    let [guest, host] = people[..] else { return Ok(None) };
    let fields = ListingFields {
        kind: ListingKind::Service,
        title: "Letters from the lake".to_owned(),
        place: "Anywhere".to_owned(),
        description: "We write to each other, for as long as it takes.".to_owned(),
        price_cents: 0,
    };
    let listing = ListingId::new();
    store::listings::insert(conn, listing, host, &fields, start).await?;
    Ok(match store::conversations::create::get_or_create(conn, listing, guest, start).await? {
        OpenOutcome::Conversation(conversation) => Some((guest, host, conversation)),
        _ => None,
    })
}

/// Sends the messages with these numbers, and marks them as read by both.
async fn write(
    conn: &mut Conn<'_>,
    conversation: ConversationId,
    people: [UserId; 2],
    numbers: Range<i64>,
    start: Timestamp,
) -> store::Result<()> {
    for number in numbers.clone() {
        let sender = people[usize::from(number % 5 >= 3)];
        send(conn, conversation, sender, number + 1, start.plus(number * MINUTE)).await?;
    }
    for user in people {
        store::messages::receipts::mark_read(
            conn,
            user,
            conversation,
            numbers.end,
            start.plus(numbers.end * MINUTE),
        )
        .await?;
    }
    Ok(())
}

async fn send(
    conn: &mut Conn<'_>,
    conversation: ConversationId,
    sender: UserId,
    number: i64,
    at: Timestamp,
) -> store::Result<()> {
    let sentence = SENTENCES[(number * 3 % SENTENCES.len() as i64) as usize];
    let body = format!("{number}. {sentence}");
    let first_hash = Sha256::digest(&body).into();
    let new = NewMessage {
        id: MessageId::new(),
        conversation,
        sender,
        kind: MessageKind::Text,
        body,
        attached: None,
        first_hash,
    };
    store::messages::append::append(conn, new, at).await.map(drop)
}
