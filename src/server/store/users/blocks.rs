//! Blocks: whoever blocks a person closes their one-to-one conversations, in both directions. The state stands in the
//! conversation (`closed`), where each append reads it under the conversation's lock; the table is asked where something
//! begins. While an order of both is accepted or running, its conversation goes on with the desk in it.

use uuid::Uuid;

use crate::{
    server::store::{
        Conn, Result,
        engine::locks,
        messages::system::{self, CommandMessage},
        notifications::notify::{NotificationContent, notify},
        on,
        sync::positions::{self, STAMPED_MAX},
        users::contact,
    },
    shared::{
        conversations::system_messages::SystemMessage,
        ids::{ConversationId, MessageId, UserId},
        notifications::kinds::NotificationKind,
        users::{
            Person,
            blocks::{BLOCKS_MAX, BlockedPerson},
            rank::Rank,
        },
        values::time::Timestamp,
    },
};

/// `conversations.closed`: nobody can write.
const CLOSED: i64 = 1;
/// An order of both goes on, with the desk in the conversation.
const WITH_DESK: i64 = 2;

/// Operators who are told of a conversation that goes on with them.
const NOTIFIED_MAX: i64 = 200;

/// A condition: one of two users has blocked the other.
macro_rules! is_blocked {
    ($one:literal, $other:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM blocks b WHERE (b.user_id = ",
            $one,
            " AND b.other_id = ",
            $other,
            ") OR (b.user_id = ",
            $other,
            " AND b.other_id = ",
            $one,
            "))"
        )
    };
}
pub(in crate::server::store) use is_blocked;

/// Whether nobody can write in a conversation. It holds until the end of the command if the conversation is locked.
pub async fn is_closed(conn: &mut Conn<'_>, conversation: ConversationId) -> Result<bool> {
    Ok(state(conn, conversation).await? == CLOSED)
}

/// Whether a conversation goes on with the desk although one of its two has blocked the other.
pub async fn is_with_desk(conn: &mut Conn<'_>, conversation: ConversationId) -> Result<bool> {
    Ok(state(conn, conversation).await? == WITH_DESK)
}

async fn state(conn: &mut Conn<'_>, conversation: ConversationId) -> Result<i64> {
    let state = on!(conn, c => sqlx::query_scalar("SELECT closed FROM conversations WHERE id = $1")
        .bind(conversation.0).fetch_optional(&mut **c).await?);
    Ok(state.unwrap_or_default())
}

/// Whether a participant can't write in a conversation because it is closed. False for nobody who takes part.
pub async fn is_closed_to(conn: &mut Conn<'_>, conversation: ConversationId, user: UserId) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM conversations c JOIN participants p ON p.conversation_id = c.id \
         WHERE c.id = $1 AND c.closed = 1 AND p.user_id = $2 AND p.left_at IS NULL)")
        .bind(conversation.0).bind(user.0).fetch_one(&mut **c).await?))
}

/// Whether one of them has blocked the other. It holds until the end of the command if both are locked.
pub async fn is_between(conn: &mut Conn<'_>, one: UserId, other: UserId) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query_scalar(concat!("SELECT ", is_blocked!("$1", "$2")))
        .bind(one.0).bind(other.0).fetch_one(&mut **c).await?))
}

/// Closes a new conversation of two between whom a block stands. Both are locked.
pub(in crate::server::store) async fn close_if_between(
    conn: &mut Conn<'_>,
    conversation: ConversationId,
    one: UserId,
    other: UserId,
) -> Result<()> {
    if is_between(conn, one, other).await? {
        on!(conn, c => sqlx::query("UPDATE conversations SET closed = $2 WHERE id = $1 AND closed = 0")
            .bind(conversation.0).bind(CLOSED).execute(&mut **c).await?.rows_affected());
    }
    Ok(())
}

/// Those of `others` between whom and `user` no block stands.
pub async fn without_blocked(conn: &mut Conn<'_>, user: UserId, others: Vec<UserId>) -> Result<Vec<UserId>> {
    let mut free = Vec::new();
    for other in others {
        if !is_between(conn, user, other).await? {
            free.push(other);
        }
    }
    Ok(free)
}

/// The people whom a user has blocked, by name.
pub async fn list(conn: &mut Conn<'_>, user: UserId) -> Result<Vec<BlockedPerson>> {
    let rows: Vec<(Uuid, String, i64, String, i64)> = on!(conn, c => sqlx::query_as(
        "SELECT u.id, u.name, u.hue, u.rank, b.created_at FROM blocks b JOIN users u ON u.id = b.other_id \
         WHERE b.user_id = $1 ORDER BY u.folded_name, u.id LIMIT $2")
        .bind(user.0).bind(BLOCKS_MAX).fetch_all(&mut **c).await?);
    let person = |(id, name, hue, rank, since): (Uuid, String, i64, String, i64)| BlockedPerson {
        person: Person::new(UserId(id), name, hue).with_rank(Rank::from_stored(&rank)),
        since: Timestamp(since),
    };
    Ok(rows.into_iter().map(person).collect())
}

/// What is said about a conversation that goes on with the desk.
#[derive(Clone)]
pub struct DeskTexts {
    /// In the conversation, to both.
    pub note: String,
    /// To the operators.
    pub title: String,
    pub text: String,
}

/// Answer to a block.
pub enum BlockOutcome {
    /// It stands, now or before.
    Done,
    /// The user shares no conversation with such a person.
    NoPerson,
    /// The marketplace's staff can't be blocked.
    Staff,
    /// The user has blocked [`BLOCKS_MAX`] people.
    TooMany,
}

/// Blocks a person with whom the user shares a conversation. Idempotent.
pub async fn block(
    conn: &mut Conn<'_>,
    user: UserId,
    other: UserId,
    texts: DeskTexts,
    now: Timestamp,
) -> Result<BlockOutcome> {
    locks::users(conn, &[user.0, other.0]).await?;
    if has_blocked(conn, user, other).await? {
        return Ok(BlockOutcome::Done);
    }
    match contact::get(conn, user, other).await? {
        None => return Ok(BlockOutcome::NoPerson),
        Some((person, _)) if person.is_staff => return Ok(BlockOutcome::Staff),
        Some(_) => {}
    }
    let count: i64 = on!(conn, c => sqlx::query_scalar("SELECT COUNT(*) FROM blocks WHERE user_id = $1")
        .bind(user.0).fetch_one(&mut **c).await?);
    if count >= BLOCKS_MAX {
        return Ok(BlockOutcome::TooMany);
    }
    on!(conn, c => sqlx::query("INSERT INTO blocks (user_id, other_id, created_at) VALUES ($1, $2, $3)")
        .bind(user.0).bind(other.0).bind(now.0).execute(&mut **c).await?.rows_affected());
    update_conversations(conn, user, other, Some(texts), now).await?;
    Ok(BlockOutcome::Done)
}

/// Takes a block back. Idempotent. False for somebody with whom the user has nothing to do.
pub async fn unblock(conn: &mut Conn<'_>, user: UserId, other: UserId, now: Timestamp) -> Result<bool> {
    locks::users(conn, &[user.0, other.0]).await?;
    let deleted = on!(conn, c => sqlx::query("DELETE FROM blocks WHERE user_id = $1 AND other_id = $2")
        .bind(user.0).bind(other.0).execute(&mut **c).await?.rows_affected());
    if deleted == 0 {
        return Ok(contact::get(conn, user, other).await?.is_some());
    }
    update_conversations(conn, user, other, None, now).await?;
    Ok(true)
}

async fn has_blocked(conn: &mut Conn<'_>, user: UserId, other: UserId) -> Result<bool> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM blocks WHERE user_id = $1 AND other_id = $2)")
        .bind(user.0).bind(other.0).fetch_one(&mut **c).await?))
}

/// Closes or opens what the two have between them. Both are locked, so no conversation of them begins meanwhile.
async fn update_conversations(
    conn: &mut Conn<'_>,
    user: UserId,
    other: UserId,
    texts: Option<DeskTexts>,
    now: Timestamp,
) -> Result<()> {
    let ids = conversations_between(conn, user, other).await?;
    let operators =
        if texts.is_some() && !ids.is_empty() { operators(conn, &ids).await? } else { Vec::new() };
    let mut heads = operators.clone();
    heads.extend([user.0, other.0]);
    locks::delivery(conn, &ids, &heads).await?;
    let is_blocked = is_between(conn, user, other).await?;
    let (mut changed, mut same, mut with_desk) = (Vec::new(), Vec::new(), Vec::new());
    for id in ids {
        let (before, now): (i64, i64) = on!(conn, c => sqlx::query_as(
            "SELECT closed, CAST(CASE WHEN $2 = 0 THEN 0 WHEN order_status IN ('accepted', 'in_progress') THEN 2 ELSE 1 END AS BIGINT) \
             FROM conversations WHERE id = $1")
            .bind(id).bind(i64::from(is_blocked)).fetch_one(&mut **c).await?);
        match (before == now, now) {
            (true, _) => same.push(id),
            (false, WITH_DESK) => with_desk.push(id),
            (false, _) => changed.push(id),
        }
        on!(conn, c => sqlx::query("UPDATE conversations SET closed = $2 WHERE id = $1")
            .bind(id).bind(now).execute(&mut **c).await?.rows_affected());
    }
    positions::raise_locked(conn, &changed).await?;
    // Whose block it is they see themselves.
    for chunk in same.chunks(STAMPED_MAX) {
        let head = positions::raise(conn, user).await?;
        for id in chunk {
            positions::stamp(conn, ConversationId(*id), user, head).await?;
        }
    }
    match texts {
        Some(texts) if !with_desk.is_empty() => call_desk(conn, &with_desk, &operators, texts, now).await,
        _ => Ok(()),
    }
}

/// The conversations of the two in which one is the guest and the other the host.
async fn conversations_between(conn: &mut Conn<'_>, one: UserId, other: UserId) -> Result<Vec<Uuid>> {
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT c.id FROM listings l JOIN conversations c ON c.listing_id = l.id AND c.guest_id = $2 AND c.kind = 'listing' WHERE l.host_id = $1 \
         UNION SELECT c.id FROM listings l JOIN conversations c ON c.listing_id = l.id AND c.guest_id = $1 AND c.kind = 'listing' WHERE l.host_id = $2 \
         UNION SELECT c.id FROM orders o JOIN conversations c ON c.order_id = o.id WHERE o.guest_id = $1 AND o.host_id = $2 \
         UNION SELECT c.id FROM orders o JOIN conversations c ON c.order_id = o.id WHERE o.guest_id = $2 AND o.host_id = $1")
        .bind(one.0).bind(other.0).fetch_all(&mut **c).await?))
}

/// Who is told if one of these conversations goes on; nobody if none may.
async fn operators(conn: &mut Conn<'_>, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let mut has_order = false;
    for id in ids {
        has_order |= on!(conn, c => sqlx::query_scalar::<_, bool>(
            "SELECT EXISTS (SELECT 1 FROM conversations WHERE id = $1 AND order_status IN ('pending', 'accepted', 'in_progress'))")
            .bind(id).fetch_one(&mut **c).await?);
    }
    if !has_order {
        return Ok(Vec::new());
    }
    Ok(on!(conn, c => sqlx::query_scalar(
        "SELECT id FROM users WHERE rank <> 'member' AND suspended_at IS NULL ORDER BY id LIMIT $1")
        .bind(NOTIFIED_MAX).fetch_all(&mut **c).await?))
}

/// Tells both in the conversations that they go on with the desk, and the desk itself.
async fn call_desk(
    conn: &mut Conn<'_>,
    conversations: &[Uuid],
    operators: &[Uuid],
    texts: DeskTexts,
    now: Timestamp,
) -> Result<()> {
    let note = SystemMessage::Note { text: texts.note };
    let line = |id: &Uuid| CommandMessage::system(MessageId::new(), ConversationId(*id), None, &note);
    let lines: Vec<_> = conversations.iter().map(line).collect();
    system::append(conn, &lines, now).await?;
    for id in conversations {
        let found: Option<(Uuid, String)> = on!(conn, c => sqlx::query_as(
            "SELECT o.id, o.code FROM conversations c JOIN orders o ON o.id = c.order_id WHERE c.id = $1")
            .bind(id).fetch_optional(&mut **c).await?);
        let Some((order, code)) = found else { continue };
        let event = SystemMessage::Notice {
            title: texts.title.clone(),
            text: texts.text.clone(),
            link: Some(format!("/orders/{code}")),
        };
        let notice = NotificationContent {
            kind: NotificationKind::System,
            event: &event,
            cause: None,
            message: None,
            order: Some(crate::shared::ids::OrderId(order)),
        };
        let operators: Vec<_> = operators.iter().map(|id| UserId(*id)).collect();
        for operator in &operators {
            positions::raise(conn, *operator).await?;
        }
        notify(conn, &operators, &notice, now).await?;
    }
    Ok(())
}
