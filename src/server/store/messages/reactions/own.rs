//! Which reactions are the reader's own, where a message does not name everybody.

use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::{
    server::store::{Conn, Result, on, sync::positions::push_ids},
    shared::{
        ids::UserId,
        json::Unread,
        messages::{Message, reactions::Reaction},
    },
};

/// Marks which reactions are this user's where the summary does not name everybody: one query for a page.
pub(in crate::server::store::messages) async fn mark_own(
    conn: &mut Conn<'_>,
    user: UserId,
    messages: &mut [Message],
) -> Result<()> {
    let is_cut =
        |reaction: &Reaction| reaction.count > reaction.users.len() as i64 && !reaction.users.contains(&user);
    let cut: Vec<Uuid> = messages
        .iter()
        .filter(|message| !message.reactions.is_empty() && message.reactions.read().iter().any(is_cut))
        .map(|message| message.id.0)
        .collect();
    if cut.is_empty() {
        return Ok(());
    }
    let own: Vec<(Uuid, String)> = on!(conn, c => {
        let mut query = QueryBuilder::new("SELECT message_id, emoji FROM reactions WHERE user_id = ");
        query.push_bind(user.0).push(" AND message_id IN (");
        push_ids(query.separated(", "), &cut);
        query.push(")");
        query.build_query_as().persistent(false).fetch_all(&mut **c).await?
    });
    for message in messages.iter_mut().filter(|message| cut.contains(&message.id.0)) {
        let id = message.id.0;
        let mut reactions = message.reactions.read();
        for reaction in reactions.iter_mut().filter(|reaction| is_cut(reaction)) {
            reaction.is_mine = own.iter().any(|(of, emoji)| *of == id && *emoji == reaction.emoji);
        }
        message.reactions = Unread::of(&reactions);
    }
    Ok(())
}
