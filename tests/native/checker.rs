//! Checks what has to hold whatever happened: at rest against the database, and what each client
//! saw. It gives what it found, so that it can itself be tried on a server with planted faults.

use std::collections::{HashMap, HashSet};

use stoa::shared::positions::SyncSeq;
use stoa::{
    server::domain::{conversations, messages, sync},
    shared::{
        ids::{ConversationId, MessageId, UserId},
        messages::Range,
    },
};
use uuid::Uuid;

use crate::{
    live::{EDITED, Live},
    place::Place,
};

/// Everything that is wrong; nothing if all holds.
pub async fn findings(place: &Place, clients: &[Live]) -> Vec<String> {
    findings_beside(place, clients, &HashSet::new()).await
}

/// The same where others wrote these messages.
pub async fn findings_beside(place: &Place, clients: &[Live], others: &HashSet<MessageId>) -> Vec<String> {
    place.settle().await;
    let before = heads(place, clients).await;
    let mut found = rows(place).await;
    found.extend(answers(place, clients, others).await);
    for client in clients {
        found.extend(client.history.wrong.iter().cloned());
        found.extend(state(place, client).await);
    }
    if heads(place, clients).await != before {
        found.push("(16) a head moved though nobody said anything".to_owned());
    }
    found
}

/// (1), (5), (6), (7), (12) What the rows of the database say about each other.
pub async fn rows(place: &Place) -> Vec<String> {
    let wrong = [
        (
            "(1) gaps in seq",
            "SELECT c.id FROM conversations c WHERE c.last_seq - c.floor_seq <> \
            (SELECT COUNT(*) FROM messages m WHERE m.conversation_id = c.id AND m.seq > c.floor_seq AND m.seq <= c.last_seq)",
        ),
        (
            "(1) a seq twice",
            "SELECT conversation_id FROM messages GROUP BY conversation_id, seq HAVING COUNT(*) > 1 UNION ALL \
            SELECT conversation_id FROM messages GROUP BY conversation_id, version HAVING COUNT(*) > 1",
        ),
        (
            "(1) a version above the conversation's",
            "SELECT c.id FROM conversations c WHERE c.version <> \
            COALESCE((SELECT MAX(version) FROM messages m WHERE m.conversation_id = c.id), 0)",
        ),
        (
            "(5) unread is no recount",
            "SELECT p.user_id FROM participants p JOIN conversations c ON c.id = p.conversation_id WHERE p.left_at IS NULL AND p.unread <> \
            (SELECT COUNT(*) FROM messages m WHERE m.conversation_id = p.conversation_id AND m.seq > p.read_seq AND m.seq > c.floor_seq \
             AND m.seq >= p.from_seq AND m.sender_id IS DISTINCT FROM p.user_id AND m.deleted_at IS NULL)",
        ),
        (
            "a conversation is closed without a block, or open in spite of one",
            "SELECT c.id FROM conversations c JOIN listings l ON l.id = c.listing_id WHERE c.closed <> \
            CASE WHEN NOT EXISTS (SELECT 1 FROM blocks b WHERE (b.user_id = c.guest_id AND b.other_id = l.host_id) \
                OR (b.user_id = l.host_id AND b.other_id = c.guest_id)) THEN 0 \
            WHEN c.order_status IN ('accepted', 'in_progress') THEN 2 ELSE 1 END",
        ),
        (
            "(5) the count of messages is no recount",
            "SELECT c.id FROM conversations c WHERE c.visible <> \
            (SELECT COUNT(*) FROM messages m WHERE m.conversation_id = c.id AND m.seq > c.floor_seq AND m.deleted_at IS NULL)",
        ),
        (
            "(5) the desk's unread is no recount",
            "SELECT c.id FROM conversations c LEFT JOIN orders o ON o.id = c.order_id WHERE c.desk_unread IS DISTINCT FROM \
            CASE WHEN o.id IS NOT NULL AND o.host_id IS NULL THEN (SELECT COUNT(*) FROM messages m WHERE m.conversation_id = c.id \
                AND m.seq > o.desk_read_seq AND m.seq > c.floor_seq AND m.sender_id = o.guest_id AND m.deleted_at IS NULL) END \
            OR c.order_status IS DISTINCT FROM o.status",
        ),
        (
            "(5) a listing is found by another name than its host's",
            "SELECT l.id FROM listings l JOIN users u ON u.id = l.host_id WHERE l.host_folded <> u.folded_name",
        ),
        (
            "(5) text at or below the floor",
            "SELECT m.id FROM messages m JOIN conversations c ON c.id = m.conversation_id \
            WHERE m.seq <= c.floor_seq AND m.body <> ''",
        ),
        (
            "(5) a notification of what is at or below the floor",
            "SELECT n.id FROM notifications n JOIN conversations c ON c.id = n.conversation_id \
            JOIN participants p ON p.conversation_id = c.id AND p.user_id = n.user_id \
            WHERE n.seq <= c.floor_seq AND n.deleted_at IS NULL AND p.left_at IS NULL UNION ALL \
            SELECT p.user_id FROM participants p JOIN conversations c ON c.id = p.conversation_id \
            WHERE p.noted > p.hidden AND p.noted_seq <= c.floor_seq",
        ),
        (
            "(6) a stamp above the head",
            "SELECT p.user_id FROM participants p JOIN heads h ON h.user_id = p.user_id \
            WHERE p.changed > h.head OR p.listed > p.changed OR p.noted > p.listed OR p.seen > p.noted OR p.hidden > p.noted",
        ),
        (
            "(6) a notification above the head",
            "SELECT n.id FROM notifications n JOIN heads h ON h.user_id = n.user_id \
            WHERE n.changed > h.head OR n.raised > n.changed OR h.read_upto > h.head",
        ),
        (
            "(7) time falls with seq",
            "SELECT a.id FROM messages a JOIN messages b ON b.conversation_id = a.conversation_id \
            AND b.seq = a.seq + 1 WHERE b.created_at < a.created_at",
        ),
        (
            "(12) a position past the end",
            "SELECT p.user_id FROM participants p JOIN conversations c ON c.id = p.conversation_id \
            WHERE p.read_seq > c.last_seq OR p.delivered_seq > c.last_seq OR p.delivered_seq < p.read_seq",
        ),
    ];
    let mut found = Vec::new();
    for (what, query) in wrong {
        let rows = place.rows::<(Uuid,)>(query).await;
        if !rows.is_empty() {
            found.push(format!("{what}: {} rows", rows.len()));
        }
    }
    found
}

struct Stored {
    seq: i64,
    sender: Option<UserId>,
    conversation: ConversationId,
    body: String,
}

/// (2) What was answered is stored, once, as it was sent, and nothing else is; (3) all answers for
/// one message name the same place; (4) one client's messages stand in the order in which they were
/// written; (9) so no answer came before the commit, whenever the server was killed.
async fn answers(place: &Place, clients: &[Live], others: &HashSet<MessageId>) -> Vec<String> {
    type Row = (Uuid, i64, Option<Uuid>, Uuid, String);
    let rows = place
        .rows::<Row>("SELECT id, seq, sender_id, conversation_id, body FROM messages WHERE kind = 'text'")
        .await;
    let count = rows.len();
    let stored: HashMap<MessageId, Stored> = rows
        .into_iter()
        .map(|(id, seq, sender, conversation, body)| {
            let (sender, conversation) = (sender.map(UserId), ConversationId(conversation));
            (MessageId(id), Stored { seq, sender, conversation, body })
        })
        .collect();
    let mut found = Vec::new();
    if count != stored.len() {
        found.push(format!("(2) {} messages are stored twice", count - stored.len()));
    }
    for client in clients {
        let (history, name) = (&client.history, &client.viewer.name);
        let mut last = HashMap::new();
        let refused: HashSet<_> = history.refused.iter().map(|(id, _)| *id).collect();
        for made in history.made.iter().filter(|made| !client.unsent().contains(&made.id)) {
            match stored.get(&made.id) {
                None if refused.contains(&made.id) => {}
                None => found.push(format!("(2) {name}: a message that was answered is not stored")),
                Some(_) if refused.contains(&made.id) => {
                    found.push(format!("(2) {name}: a message that was refused is stored"));
                }
                Some(stored) => {
                    if stored.sender != Some(client.viewer.id)
                        || stored.conversation != made.conversation
                        || (stored.body != made.body
                            && !(stored.body == EDITED && history.edited.contains(&made.id)))
                    {
                        found.push(format!("(2) {name}: a message is stored as another"));
                    }
                    if last.insert(made.conversation, stored.seq).is_some_and(|before| before >= stored.seq) {
                        found.push(format!("(4) {name}: messages stand in another order"));
                    }
                }
            }
        }
        for ack in &history.acks {
            if stored.get(&ack.id).is_none_or(|stored| stored.seq != ack.seq) {
                found.push(format!("(3) {name}: an answer named another place, or none"));
            }
        }
        if !client.unsent().is_empty() {
            found.push(format!(
                "(15) {name}: {} messages were never answered; the last connection ended: {}",
                client.unsent().len(),
                client.history.cut
            ));
        }
    }
    let made: HashSet<_> =
        clients.iter().flat_map(|client| &client.history.made).map(|made| made.id).collect();
    let surplus = stored.keys().filter(|id| !made.contains(id) && !others.contains(id)).count();
    if surplus > 0 {
        found.push(format!("(2) {surplus} messages are stored that nobody wrote"));
    }
    found
}

/// (11) What was applied up to the cursor equals a fresh fetch at it; (15) and the cursor is the head.
async fn state(place: &Place, client: &Live) -> Vec<String> {
    let (node, viewer, name) = (&place.context, &client.viewer, &client.viewer.name);
    let fresh = conversations::list(node, viewer, None, false, None).await.expect("a page");
    let mut found = Vec::new();
    if fresh.head != client.head() {
        found.push(format!("(15) {name}: at {} of {}", client.head(), fresh.head));
        return found;
    }
    if fresh.unread != client.inbox.unread {
        found.push(format!("(11) {name}: {} unread, {} held", fresh.unread, client.inbox.unread));
    }
    if fresh.totals != *client.inbox.notifications.totals() {
        found.push(format!("(11) {name}: other notifications are counted than are unread"));
    }
    for conversation in &fresh.conversations {
        if client.inbox.get(conversation.id) != Some(conversation) {
            found.push(format!("(11) {name}: a conversation is held as it is not"));
        }
    }
    let is_gone = |id: &ConversationId| fresh.conversations.iter().all(|row| row.id != *id);
    if fresh.next.is_none() && client.inbox.all().keys().any(is_gone) {
        found.push(format!("(11) {name}: a conversation is held that is gone"));
    }
    let page = messages::page(node, viewer, client.thread.conversation, Range::Newest, Some(200)).await;
    let page = page.expect("a page");
    let held = client.thread.tail();
    let fetched: Vec<_> = page.messages.iter().collect();
    let both = held.len().min(fetched.len());
    if client.thread.version != page.conversation.version
        || held[held.len() - both..] != fetched[fetched.len() - both..]
    {
        found.push(format!("(11) {name}: the messages on screen are not those that are stored"));
    }
    found
}

async fn heads(place: &Place, clients: &[Live]) -> Vec<SyncSeq> {
    let mut heads = Vec::new();
    for client in clients {
        heads.push(sync::position(&place.context, &client.viewer).await.expect("a head"));
    }
    heads
}
