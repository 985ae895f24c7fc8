//! Copies of what is reported, as it is at that moment and as the reporter may see it: JSON, with its SHA-256.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    server::store::{
        Conn, Result, conversations, listings,
        messages::{self, pages::get_visible},
        on, users,
    },
    shared::{
        ids::{ConversationId, ListingId, MessageId, UserId},
        messages::{Message, Range},
        operators::cases::CaseAbout,
    },
};

/// Messages of a conversation that a copy has, the newest.
const MESSAGES_MAX: i64 = 30;

/// What is reported.
pub struct Subject {
    /// Whom it concerns.
    pub person: Option<UserId>,
    pub conversation: Option<ConversationId>,
    pub copy: Value,
}

/// What the user may see of this; `None` if there is no such thing for them, or if it is their own.
pub async fn subject(
    conn: &mut Conn<'_>,
    user: UserId,
    about: CaseAbout,
    id: Uuid,
) -> Result<Option<Subject>> {
    let found = match about {
        CaseAbout::Message => message(conn, user, MessageId(id)).await?,
        CaseAbout::Conversation | CaseAbout::Room => {
            conversation(conn, user, about, ConversationId(id)).await?
        }
        CaseAbout::User => person(conn, user, UserId(id)).await?,
        CaseAbout::Listing => listing(conn, ListingId(id)).await?,
    };
    Ok(found.filter(|subject| subject.person != Some(user)))
}

async fn message(conn: &mut Conn<'_>, user: UserId, id: MessageId) -> Result<Option<Subject>> {
    let Some(message) = get_visible(conn, user, id).await? else { return Ok(None) };
    let Some(sender) = message.sender.filter(|_| message.deleted_at.is_none()) else { return Ok(None) };
    let copy =
        json!({ "kind": "message", "message": of_message(&message), "sender": name_of(conn, sender).await? });
    Ok(Some(Subject { person: Some(sender), conversation: Some(message.conversation), copy }))
}

async fn conversation(
    conn: &mut Conn<'_>,
    user: UserId,
    about: CaseAbout,
    id: ConversationId,
) -> Result<Option<Subject>> {
    let Some(summary) = conversations::summary::get(conn, user, id).await? else { return Ok(None) };
    if summary.subject.room().is_some() != (about == CaseAbout::Room) {
        return Ok(None);
    }
    let (newest, _) = messages::pages::page(conn, user, &summary, Range::Newest, MESSAGES_MAX).await?;
    let people: Vec<_> = summary
        .people
        .iter()
        .map(|other| json!({ "id": other.person.id, "name": other.person.name }))
        .collect();
    let copy = json!({
        "kind": about.as_str(), "title": summary.subject.title(), "people": people,
        "messages": newest.iter().map(of_message).collect::<Vec<_>>(),
    });
    Ok(Some(Subject { person: summary.peer().map(|peer| peer.person.id), conversation: Some(id), copy }))
}

async fn person(conn: &mut Conn<'_>, user: UserId, id: UserId) -> Result<Option<Subject>> {
    let Some((person, _)) = users::contact::get(conn, user, id).await? else { return Ok(None) };
    let copy = json!({ "kind": "user", "id": person.id, "name": person.name });
    Ok(Some(Subject { person: Some(id), conversation: None, copy }))
}

async fn listing(conn: &mut Conn<'_>, id: ListingId) -> Result<Option<Subject>> {
    let Some(listing) = listings::get(conn, id).await?.filter(|listing| !listing.card.is_paused) else {
        return Ok(None);
    };
    let copy = json!({
        "kind": "listing", "id": id, "title": listing.card.title, "place": listing.card.place,
        "price_cents": listing.card.price_cents, "description": listing.description, "host": listing.card.host.name,
    });
    Ok(Some(Subject { person: Some(listing.card.host.id), conversation: None, copy }))
}

fn of_message(message: &Message) -> Value {
    json!({
        "id": message.id, "seq": message.seq, "version": message.version, "sender": message.sender, "kind": message.kind,
        "body": message.body, "created_at": message.created_at, "edited_at": message.edited_at,
    })
}

async fn name_of(conn: &mut Conn<'_>, user: UserId) -> Result<Option<String>> {
    Ok(
        on!(conn, c => sqlx::query_scalar("SELECT name FROM users WHERE id = $1").bind(user.0).fetch_optional(&mut **c).await?),
    )
}
