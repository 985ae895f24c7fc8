//! Reactions to messages. Each change gives the message a new version and raises the sync positions of all participants,
//! without a new place in their lists.

pub mod batches;
pub(super) mod own;

use uuid::Uuid;

use super::pages::get_visible;
use crate::{
    server::store::{Conn, Result, engine::locks, on, sync::positions, users::blocks},
    shared::{
        ids::{MessageId, UserId},
        messages::{
            Message, MessageKind,
            reactions::{KINDS_MAX, LISTED_MAX, OF_PERSON_MAX, Reaction, Reactor, USERS_SHOWN},
        },
        positions::Version,
        users::{Person, rank::Rank},
        values::time::Timestamp,
    },
};

/// A reaction that a user adds or takes back.
#[derive(Clone, Debug)]
pub struct ReactionChange {
    pub user: UserId,
    pub emoji: String,
    pub is_on: bool,
    pub at: Timestamp,
}

/// Answer to a change.
#[derive(Clone)]
pub enum ReactionOutcome {
    /// The message with its reactions. Also the answer to a repeated change.
    Stored(Message),
    /// The user can see no such message.
    NoMessage,
    /// A system message, or a deleted one.
    NotText,
    /// Nobody can write in its conversation.
    Closed,
    TooManyKinds,
    TooManyOfPerson,
}

/// Changes reactions to one message: one new version, whatever their number. Returns their outcomes, in their order.
pub async fn change(
    conn: &mut Conn<'_>,
    id: MessageId,
    changes: &[ReactionChange],
) -> Result<Vec<ReactionOutcome>> {
    locks::conversation_of(conn, id).await?;
    let mut outcomes = Vec::with_capacity(changes.len());
    let mut is_changed = false;
    for change in changes {
        let outcome = match get_visible(conn, change.user, id).await? {
            None => ReactionOutcome::NoMessage,
            Some(message) if message.kind != MessageKind::Text || message.deleted_at.is_some() => {
                ReactionOutcome::NotText
            }
            // What was said can be taken back.
            Some(message) if change.is_on && blocks::is_closed(conn, message.conversation).await? => {
                ReactionOutcome::Closed
            }
            Some(message) => match apply(conn, id, change).await? {
                Ok(has_changed) => {
                    is_changed |= has_changed;
                    ReactionOutcome::Stored(message)
                }
                Err(outcome) => outcome,
            },
        };
        outcomes.push(outcome);
    }
    if is_changed {
        let found = outcomes.iter().find_map(|outcome| match outcome {
            ReactionOutcome::Stored(message) => Some(message.clone()),
            _ => None,
        });
        if let Some(message) = found {
            raise(conn, &message).await?;
            positions::raise_all(conn, message.conversation).await?;
        }
    }
    for (outcome, change) in outcomes.iter_mut().zip(changes) {
        if let ReactionOutcome::Stored(message) = outcome
            && let Some(stored) = get_visible(conn, change.user, id).await?
        {
            *message = stored;
        }
    }
    Ok(outcomes)
}

/// Returns whether something has changed, or why nothing may.
async fn apply(
    conn: &mut Conn<'_>,
    id: MessageId,
    change: &ReactionChange,
) -> Result<std::result::Result<bool, ReactionOutcome>> {
    let ReactionChange { user, emoji, is_on, at } = change;
    if !is_on {
        let removed = on!(conn, c => sqlx::query(
            "DELETE FROM reactions WHERE message_id = $1 AND user_id = $2 AND emoji = $3")
            .bind(id.0).bind(user.0).bind(emoji).execute(&mut **c).await?.rows_affected());
        return Ok(Ok(removed > 0));
    }
    let (of_person, is_there): (i64, bool) = on!(conn, c => sqlx::query_as(
        "SELECT COUNT(*), COALESCE(MAX(CASE WHEN emoji = $3 THEN 1 ELSE 0 END), 0) = 1 FROM reactions \
         WHERE message_id = $1 AND user_id = $2").bind(id.0).bind(user.0).bind(emoji).fetch_one(&mut **c).await?);
    if is_there {
        return Ok(Ok(false));
    }
    if of_person >= OF_PERSON_MAX as i64 {
        return Ok(Err(ReactionOutcome::TooManyOfPerson));
    }
    let (kinds, is_known): (i64, bool) = on!(conn, c => sqlx::query_as(
        "SELECT COUNT(DISTINCT emoji), COALESCE(MAX(CASE WHEN emoji = $2 THEN 1 ELSE 0 END), 0) = 1 FROM reactions \
         WHERE message_id = $1").bind(id.0).bind(emoji).fetch_one(&mut **c).await?);
    if !is_known && kinds >= KINDS_MAX as i64 {
        return Ok(Err(ReactionOutcome::TooManyKinds));
    }
    on!(conn, c => sqlx::query("INSERT INTO reactions (message_id, user_id, emoji, at) VALUES ($1, $2, $3, $4)")
        .bind(id.0).bind(user.0).bind(emoji).bind(at.0).execute(&mut **c).await?.rows_affected());
    Ok(Ok(true))
}

/// Writes the summary of a message's reactions, as its next version. The version of its text stays.
async fn raise(conn: &mut Conn<'_>, message: &Message) -> Result<()> {
    let version: Version = on!(conn, c => sqlx::query_scalar(
        "UPDATE conversations SET version = version + 1 WHERE id = $1 RETURNING version")
        .bind(message.conversation.0).fetch_one(&mut **c).await?);
    let summary = summary(conn, message.id).await?;
    let summary = if summary.is_empty() { None } else { serde_json::to_string(&summary).ok() };
    on!(conn, c => sqlx::query(
        "UPDATE messages SET reactions = $2, text_version = COALESCE(text_version, version), version = $3 WHERE id = $1")
        .bind(message.id.0).bind(&summary).bind(version).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// The reactions of a message, in the order in which their emoji were chosen first.
async fn summary(conn: &mut Conn<'_>, id: MessageId) -> Result<Vec<Reaction>> {
    let rows: Vec<(String, Uuid)> = on!(conn, c => sqlx::query_as(
        "SELECT emoji, user_id FROM reactions WHERE message_id = $1 ORDER BY at, emoji, user_id")
        .bind(id.0).fetch_all(&mut **c).await?);
    let mut kinds: Vec<Reaction> = Vec::new();
    for (emoji, user) in rows {
        let kind = match kinds.iter_mut().find(|kind| kind.emoji == emoji) {
            Some(kind) => kind,
            None => {
                kinds.push(Reaction { emoji, count: 0, users: Vec::new(), is_mine: false });
                let last = kinds.len() - 1;
                &mut kinds[last]
            }
        };
        kind.count += 1;
        if kind.users.len() < USERS_SHOWN {
            kind.users.push(UserId(user));
        }
    }
    Ok(kinds)
}

/// Who reacted to a message that this user may see, the first first. `None` if there is none.
pub async fn reactors(conn: &mut Conn<'_>, user: UserId, id: MessageId) -> Result<Option<Vec<Reactor>>> {
    if get_visible(conn, user, id).await?.is_none() {
        return Ok(None);
    }
    let rows: Vec<(String, i64, Uuid, String, i64, String)> = on!(conn, c => sqlx::query_as(
        "SELECT r.emoji, r.at, u.id, u.name, u.hue, u.rank FROM reactions r JOIN users u ON u.id = r.user_id \
         WHERE r.message_id = $1 ORDER BY r.at, r.emoji, u.id LIMIT $2")
        .bind(id.0).bind(LISTED_MAX).fetch_all(&mut **c).await?);
    let reactor = |(emoji, at, id, name, hue, rank): (String, i64, Uuid, String, i64, String)| Reactor {
        emoji,
        person: Person::new(UserId(id), name, hue).with_rank(Rank::from_stored(&rank)),
        at: Timestamp(at),
    };
    Ok(Some(rows.into_iter().map(reactor).collect()))
}

/// Whether more than `max` people take part in the conversation of a message.
pub async fn is_in_large_room(conn: &mut Conn<'_>, id: MessageId, max: i64) -> Result<bool> {
    let people: i64 = on!(conn, c => sqlx::query_scalar(
        "SELECT COUNT(*) FROM (SELECT 1 FROM messages m JOIN participants p ON p.conversation_id = m.conversation_id \
         WHERE m.id = $1 AND p.left_at IS NULL LIMIT $2) AS people")
        .bind(id.0).bind(max + 1).fetch_one(&mut **c).await?);
    Ok(people > max)
}

/// Deletes all reactions to a message that loses its text.
pub(super) async fn delete_all(conn: &mut Conn<'_>, id: MessageId) -> Result<()> {
    on!(conn, c => sqlx::query("DELETE FROM reactions WHERE message_id = $1")
        .bind(id.0).execute(&mut **c).await?.rows_affected());
    Ok(())
}

/// Deletes the reactions of a user to a message.
pub(super) async fn delete_of(conn: &mut Conn<'_>, message: &Message, user: UserId) -> Result<()> {
    on!(conn, c => sqlx::query("DELETE FROM reactions WHERE message_id = $1 AND user_id = $2")
        .bind(message.id.0).bind(user.0).execute(&mut **c).await?.rows_affected());
    raise(conn, message).await
}
