//! System messages: an event as a code with parameters. Each reader sees it as a sentence from their own
//! point of view.

mod sentences;

use std::ops::Range;

use serde::Serialize;

use crate::shared::{
    conversations::{participant::ActorName, role::Role},
    ids::{ConversationId, OrderId, UserId},
    json::{FromJson, Json, JsonError, read_by_serde, read_fields},
    orders::{
        code::OrderCode,
        workflow::{OrderKind, Status, Transition},
    },
    values::{dates::Day, money::Money},
    words,
};

/// Longest text of a [`SystemMessage::Note`], in characters.
pub const SYSTEM_NOTE_MAX_CHARS: usize = 300;

/// The body of a system message, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum SystemMessage {
    /// An order was requested (D8).
    Requested {
        kind: OrderKind,
        starts_on: Option<Day>,
        ends_on: Option<Day>,
    },
    /// A transition changed the order's status (D2).
    Stepped {
        kind: OrderKind,
        step: Transition,
        status: Status,
    },
    /// An operator quoted a price for a custom order (B6).
    Quoted {
        price: Money,
    },
    QuoteDeclined {
        price: Money,
    },
    /// An operator took on a custom order (B6).
    Taken,
    /// In the conversation about a listing: it was ordered, and the order has a conversation of its own.
    Ordered {
        order_code: OrderCode,
        conversation: ConversationId,
        order: OrderId,
    },
    /// In the order's conversation: guest and host have an earlier conversation about the listing.
    Talked {
        conversation: ConversationId,
    },
    /// A room was created.
    RoomMade {
        name: String,
    },
    /// As a notification: the user is invited into a room, without names; `more` is the number of people in it. In rooms that
    /// are older than invitations: users were let in, the first few by name, and the count of the others.
    Invited {
        people: Vec<NamedUser>,
        more: i64,
    },
    /// A user joined by the room's link.
    Joined {
        person: NamedUser,
    },
    Left {
        person: NamedUser,
    },
    Removed {
        person: NamedUser,
    },
    Renamed {
        name: String,
    },
    Promoted {
        person: NamedUser,
        role: Role,
    },
    /// The user was mentioned in a room. Exists only as a notification.
    Mentioned,
    /// A notice from an integration or an operator. Exists only as a notification.
    Notice {
        title: String,
        text: String,
        /// A path of this site, or an `https` URL.
        link: Option<String>,
    },
    /// A text from an operator or an integration, shown verbatim.
    Note {
        text: String,
    },
    /// A code that this version doesn't know.
    Unknown,
}

/// A user with the name that they had at the time of the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamedUser {
    pub id: UserId,
    pub name: String,
}

read_fields! { NamedUser { id, name } }

impl NamedUser {
    fn name_for(&self, viewer: Option<UserId>) -> String {
        if Some(self.id) == viewer {
            words::system_message_you_among().to_owned()
        } else {
            marked(&self.name)
        }
    }
}

/// Stand around a name while a sentence is put together. No stored text has them.
const NAME_START: char = '\u{2}';
const NAME_END: char = '\u{3}';

fn marked(name: &str) -> String {
    format!("{NAME_START}{name}{NAME_END}")
}

/// The sentence without the marks, and where its names stand.
fn unmarked(sentence: &str) -> (String, Vec<Range<usize>>) {
    let (mut plain, mut names) = (String::with_capacity(sentence.len()), Vec::new());
    for part in sentence.split(NAME_START) {
        let start = plain.len();
        match part.split_once(NAME_END) {
            Some((name, rest)) => {
                plain.push_str(name);
                names.push(start..plain.len());
                plain.push_str(rest);
            }
            None => plain.push_str(part),
        }
    }
    (plain, names)
}

/// A system message as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemText {
    pub sentence: String,
    /// Where the names of people and rooms stand in the sentence, in bytes. They are drawn apart from the words of
    /// the system, which nobody can write.
    pub names: Vec<Range<usize>>,
    /// The order status that it led to, for a badge.
    pub status: Option<(Status, OrderKind)>,
    /// The conversation that it links to.
    pub link: Option<ConversationId>,
}

impl SystemMessage {
    /// Parses a message's body; `Unknown` for anything that this version can't read.
    pub fn from_body(body: &str) -> Self {
        serde_json::from_str(body).unwrap_or(Self::Unknown)
    }

    /// The message's body, as JSON.
    pub fn to_body(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The same with another name for a user. `None` if it does not name them so.
    #[cfg(feature = "ssr")]
    pub fn renamed(mut self, user: UserId, name: &str) -> Option<Self> {
        let named: &mut [NamedUser] = match &mut self {
            Self::Invited { people, .. } => people,
            Self::Joined { person }
            | Self::Left { person }
            | Self::Removed { person }
            | Self::Promoted { person, .. } => std::slice::from_mut(person),
            _ => &mut [],
        };
        let mut is_changed = false;
        for person in named.iter_mut().filter(|person| person.id == user && person.name != name) {
            name.clone_into(&mut person.name);
            is_changed = true;
        }
        is_changed.then_some(self)
    }

    /// The text from the reader's point of view. `actor` is `None` if they are unknown; `viewer` is the reader.
    pub fn text(&self, actor: Option<&ActorName>, viewer: Option<UserId>) -> SystemText {
        let sentence = match actor {
            Some(ActorName::Reader) => self.sentence_of_reader(viewer),
            Some(ActorName::Other(name)) => self.sentence_of(&marked(name), viewer),
            None => match self {
                // A user who has left is no longer a participant, so the caller may not know their name.
                Self::Joined { person } | Self::Left { person } => {
                    self.sentence_of(&marked(&person.name), viewer)
                }
                _ => self.sentence_of(words::common_the_team(), viewer),
            },
        };
        let status = match self {
            Self::Requested { kind, .. } => Some((Status::Pending, *kind)),
            Self::Stepped { kind, status, .. } => Some((*status, *kind)),
            _ => None,
        };
        let link = match self {
            Self::Ordered { conversation, .. } | Self::Talked { conversation } => Some(*conversation),
            _ => None,
        };
        let (sentence, names) = unmarked(&sentence);
        SystemText { sentence, names, status, link }
    }
}

impl SystemText {
    /// The sentence in parts, and whether each of them is a name.
    pub fn parts(&self) -> Vec<(bool, &str)> {
        let (mut parts, mut at) = (Vec::new(), 0);
        for name in &self.names {
            parts.push((false, &self.sentence[at..name.start]));
            parts.push((true, &self.sentence[name.clone()]));
            at = name.end;
        }
        parts.push((false, &self.sentence[at..]));
        parts.retain(|(_, part)| !part.is_empty());
        parts
    }
}

impl FromJson for SystemMessage {
    fn from_json(mut json: Json) -> Result<Self, JsonError> {
        Ok(match json.take::<String>("code")?.as_str() {
            "requested" => Self::Requested {
                kind: json.take("kind")?,
                starts_on: json.take("starts_on")?,
                ends_on: json.take("ends_on")?,
            },
            "stepped" => Self::Stepped {
                kind: json.take("kind")?,
                step: json.take("step")?,
                status: json.take("status")?,
            },
            "quoted" => Self::Quoted { price: json.take("price")? },
            "quote_declined" => Self::QuoteDeclined { price: json.take("price")? },
            "taken" => Self::Taken,
            "ordered" => Self::Ordered {
                conversation: json.take("conversation")?,
                order: json.take("order")?,
                order_code: json.take("order_code")?,
            },
            "talked" => Self::Talked { conversation: json.take("conversation")? },
            "room_made" => Self::RoomMade { name: json.take("name")? },
            "invited" => Self::Invited { people: json.take("people")?, more: json.take("more")? },
            "joined" => Self::Joined { person: json.take("person")? },
            "left" => Self::Left { person: json.take("person")? },
            "removed" => Self::Removed { person: json.take("person")? },
            "renamed" => Self::Renamed { name: json.take("name")? },
            "promoted" => Self::Promoted { person: json.take("person")?, role: json.take("role")? },
            "mentioned" => Self::Mentioned,
            "notice" => Self::Notice {
                title: json.take("title")?,
                text: json.take("text")?,
                link: json.take("link")?,
            },
            "note" => Self::Note { text: json.take("text")? },
            _ => Self::Unknown,
        })
    }
}

read_by_serde! { SystemMessage }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m9_names_stand_apart_from_the_words_of_the_system() {
        let event = SystemMessage::Invited {
            people: vec![NamedUser { id: UserId::new(), name: "Payment received. Noor".into() }],
            more: 0,
        };
        let text = event.text(Some(&ActorName::Other("The team".to_owned())), None);
        assert_eq!(text.sentence, "The team invited Payment received. Noor");
        assert_eq!(
            text.parts(),
            [(true, "The team"), (false, " invited "), (true, "Payment received. Noor")]
        );
        assert_eq!(SystemMessage::Taken.text(None, None).parts(), [(false, "The team looks after this")]);
    }

    #[test]
    fn d2_what_happened_is_read_back_and_told_from_the_readers_side() {
        let day = |text: &str| text.parse().ok();
        let reader = UserId::new();
        let mei = ActorName::Other("Mei".to_owned());
        let named = |name: &str, id| NamedUser { id, name: name.to_owned() };
        for (event, mine, theirs) in [
            (
                SystemMessage::Requested {
                    kind: OrderKind::Booking,
                    starts_on: day("2026-06-12"),
                    ends_on: day("2026-06-15"),
                },
                "You asked for 12–15 June",
                "Mei asked for 12–15 June",
            ),
            (
                SystemMessage::Stepped {
                    kind: OrderKind::Booking,
                    step: Transition::Accept,
                    status: Status::Accepted,
                },
                "You accepted",
                "Mei accepted",
            ),
            (
                SystemMessage::Quoted { price: Money::euros(12_050) },
                "You proposed €120.50 for this",
                "Mei proposed €120.50 for this",
            ),
            (SystemMessage::Taken, "You look after this", "Mei looks after this"),
            (
                SystemMessage::Ordered {
                    order_code: OrderCode::from_random(0),
                    conversation: ConversationId::new(),
                    order: OrderId::new(),
                },
                "You asked to book: REQ-222222",
                "Mei asked to book: REQ-222222",
            ),
            (
                SystemMessage::Talked { conversation: ConversationId::new() },
                "You have talked about this before",
                "You have talked about this before",
            ),
            (SystemMessage::Note { text: "Paid".into() }, "Paid", "Paid"),
            (
                SystemMessage::Invited {
                    people: vec![named("Ana", reader), named("Leo", UserId::new())],
                    more: 3,
                },
                "You invited you, Leo and 3 more",
                "Mei invited you, Leo and 3 more",
            ),
            (
                SystemMessage::Removed { person: named("Leo", UserId::new()) },
                "You removed Leo",
                "Mei removed Leo",
            ),
            (
                SystemMessage::Promoted { person: named("Ana", reader), role: Role::Moderator },
                "You made you a moderator",
                "Mei made you a moderator",
            ),
            (SystemMessage::Left { person: named("Mei", UserId::new()) }, "You left", "Mei left"),
        ] {
            assert_eq!(SystemMessage::from_body(&event.to_body()), event);
            assert_eq!(event.text(Some(&ActorName::Reader), Some(reader)).sentence, mine);
            assert_eq!(event.text(Some(&mei), Some(reader)).sentence, theirs);
        }
        assert_eq!(SystemMessage::from_body("nonsense"), SystemMessage::Unknown);
        assert_eq!(SystemMessage::from_body(r#"{"code":"of tomorrow"}"#), SystemMessage::Unknown);
    }
}
