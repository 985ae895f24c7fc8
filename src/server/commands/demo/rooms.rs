//! The room of the demo with its messages.

use std::collections::HashMap;

use super::{DemoAction, DemoEvent};
use crate::{
    server::store::{self, Conn, rooms::create::NewRoom},
    shared::{
        conversations::rooms::History,
        ids::{ConversationId, MessageId, UserId},
        messages::MessageKind,
        values::time::{MINUTE, Timestamp},
    },
};

const NAME: &str = "Harbour market, 12 December";
/// The first one created the room.
const PEOPLE: [&str; 6] = ["ana", "noor", "leo", "kite", "ines", "jonas"];

/// Messages: minutes ago, sender, text.
const MESSAGES: [(i64, &str, &str); 8] = [
    (2_900, "ana", "Stall 14 is ours, between the oysters and the lamps. Who comes?"),
    (2_880, "kite", "We do, with two shelves and the small benches."),
    (2_860, "jonas", "Cups and three lamps. I need one socket."),
    (2_845, "ines", "Quilts! I can sleep under the table on the first night."),
    (2_700, "noor", "I bring the long table and the tea."),
    (2_690, "leo", "And I take the pictures, as always."),
    (640, "ana", "The harbour office wants a list of everything by Thursday."),
    (610, "kite", "Ours is in the post. Noor, can you bring the long cable too?"),
];

/// The creation of the room, or a message in it.
pub struct RoomEvent {
    room: ConversationId,
    by: UserId,
    /// `None` for the room's creation.
    text: Option<&'static str>,
    people: Vec<UserId>,
}

/// All events of the room, unordered.
pub fn events(people: &HashMap<&str, UserId>, now: Timestamp) -> Vec<DemoEvent> {
    let room = ConversationId::new();
    let others: Vec<_> = PEOPLE[1..].iter().map(|key| people[key]).collect();
    let first = (MESSAGES[0].0 + 5, PEOPLE[0], None);
    let messages = MESSAGES.iter().map(|(minutes, by, text)| (*minutes, *by, Some(*text)));
    std::iter::once(first)
        .chain(messages)
        .map(|(minutes, by, text)| DemoEvent {
            at: now.plus(-minutes * MINUTE),
            listing: Default::default(),
            guest: people[by],
            user: people[by],
            action: DemoAction::Room(RoomEvent { room, by: people[by], text, people: others.clone() }),
        })
        .collect()
}

impl RoomEvent {
    pub async fn apply(self, conn: &mut Conn<'_>, at: Timestamp) -> store::Result<()> {
        let Some(text) = self.text else {
            let new = NewRoom {
                id: self.room,
                by: self.by,
                name: NAME.to_owned(),
                history: History::Start,
                people: self.people,
                is_by_member: false,
                is_for_confirmed: false,
                first_hash: [0; 32],
            };
            store::rooms::create::create_with_members(conn, new, at).await?;
            return Ok(());
        };
        // The sender has read all earlier messages.
        store::messages::receipts::mark_read(conn, self.by, self.room, i64::MAX, at).await?;
        let new = store::messages::new_message::NewMessage {
            id: MessageId::new(),
            conversation: self.room,
            sender: self.by,
            kind: MessageKind::Text,
            body: text.to_owned(),
            attached: None,
            first_hash: store::messages::new_message::hash_of(MessageKind::Text, text),
        };
        store::messages::append::append(conn, new, at).await?;
        Ok(())
    }
}
