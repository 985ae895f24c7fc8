//! System messages: what happened, as a code with its parameters. Everybody reads it in his own
//! words, from his own side.

use serde::Serialize;

use super::{
    conversations::role::Role,
    orders::{
        code::OrderCode,
        workflow::{OrderKind, Status, Transition},
    },
};
use super::{
    ids::{ConversationId, OrderId, UserId},
    json::{FromJson, Json, Wrong, read_by_serde, read_fields},
    values::{dates::Day, money::Money},
};

/// Characters of what is said in nobody's name.
pub const NOTE_MAX_CHARS: usize = 300;

/// The body of a system message, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum SystemMessage {
    /// An order begins (D8).
    Requested {
        kind: OrderKind,
        starts_on: Option<Day>,
        ends_on: Option<Day>,
    },
    /// A step of its status (D2).
    Stepped {
        kind: OrderKind,
        step: Transition,
        status: Status,
    },
    /// An operator asks a price for a custom order (B6).
    Quoted {
        price: Money,
    },
    QuoteDeclined {
        price: Money,
    },
    /// An operator takes a custom order up (B6).
    Taken,
    /// In the conversation about a listing: there is an order of it now, with a conversation of its own.
    Ordered {
        order_code: OrderCode,
        conversation: ConversationId,
        order: OrderId,
    },
    /// In the order's conversation: the two have talked about the listing before.
    Talked {
        conversation: ConversationId,
    },
    /// A room begins.
    RoomMade {
        name: String,
    },
    /// The first of those who were invited, and how many more.
    Invited {
        people: Vec<NamedUser>,
        more: i64,
    },
    /// By the room's link.
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
    /// In a room, by name; a notification alone.
    Mentioned,
    /// What an integration or the marketplace tells its people; a notification alone.
    Notice {
        title: String,
        text: String,
        /// A path of this site, or an address.
        link: Option<String>,
    },
    /// What an operator or an integration has to say, word for word.
    Note {
        text: String,
    },
    /// One that this version doesn't know yet.
    Unknown,
}

/// Somebody by the name that he had then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamedUser {
    pub id: UserId,
    pub name: String,
}

read_fields! { NamedUser { id, name } }

impl NamedUser {
    fn to_reader(&self, viewer: Option<UserId>) -> &str {
        if Some(self.id) == viewer { "you" } else { &self.name }
    }
}

/// How an event is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemText {
    pub sentence: String,
    /// The status that it led to, for a badge beside it.
    pub status: Option<(Status, OrderKind)>,
    /// Where it leads.
    pub link: Option<ConversationId>,
}

impl SystemMessage {
    /// Of a system message's body.
    pub fn read(body: &str) -> Self {
        serde_json::from_str(body).unwrap_or(Self::Unknown)
    }

    pub fn to_body(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// In the words of a reader for whom whoever did it is `who`: "You", a name, or nobody in
    /// particular. `viewer` is the reader himself.
    pub fn tell(&self, who: Option<&str>, viewer: Option<UserId>) -> SystemText {
        let name = who.unwrap_or("The team");
        let sentence = match self {
            Self::Requested { kind, starts_on, ends_on } => match (kind, starts_on, ends_on) {
                (_, Some(from), Some(to)) => format!("{name} asked for {}", from.span_text(*to)),
                (_, Some(day), None) => format!("{name} asked for {}", day.text()),
                (OrderKind::Custom, ..) => format!("{name} asked for something made to order"),
                _ => format!("{name} asked for this"),
            },
            Self::Stepped { step, .. } => match step {
                Transition::Accept => format!("{name} accepted"),
                Transition::AcceptQuote => format!("{name} accepted the price"),
                Transition::Decline => format!("{name} declined"),
                Transition::Start => format!("{name} started"),
                Transition::Complete => format!("{name} marked this as done"),
                Transition::Cancel => format!("{name} cancelled"),
                Transition::DeclineQuote => format!("{name} declined the price"),
            },
            Self::Quoted { price } => format!("{name} asked {} for this", price.text()),
            Self::QuoteDeclined { price } => format!("{name} declined {}", price.text()),
            Self::Taken => match who {
                Some("You") => "You look after this".to_owned(),
                _ => format!("{name} looks after this"),
            },
            Self::Ordered { order_code, .. } => format!("{name} asked to book: {order_code}"),
            Self::Talked { .. } => "You have talked about this before".to_owned(),
            Self::RoomMade { name: room } => format!("{name} made the room “{room}”"),
            Self::Invited { people, more } => {
                let mut names: Vec<_> =
                    people.iter().map(|person| person.to_reader(viewer).to_owned()).collect();
                if *more > 0 {
                    names.push(format!("{more} more"));
                }
                format!("{name} invited {}", listed(&names))
            }
            // Who has left is no longer among those whose names are at hand.
            Self::Joined { person } => format!("{} joined", who.unwrap_or(&person.name)),
            Self::Left { person } => format!("{} left", who.unwrap_or(&person.name)),
            Self::Removed { person } => format!("{name} removed {}", person.to_reader(viewer)),
            Self::Renamed { name: room } => format!("{name} renamed the room to “{room}”"),
            Self::Promoted { person, role } => {
                let what = if *role == Role::Moderator { "a moderator" } else { "a member" };
                format!("{name} made {} {what}", person.to_reader(viewer))
            }
            Self::Mentioned => format!("{name} mentioned you"),
            Self::Notice { title, .. } => title.clone(),
            Self::Note { text } => text.clone(),
            Self::Unknown => "Reload the page to see this".to_owned(),
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
        SystemText { sentence, status, link }
    }
}

/// `Ana`, `Ana and Leo`, `Ana, Leo and 3 more`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

impl FromJson for SystemMessage {
    fn from_json(mut json: Json) -> Result<Self, Wrong> {
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
    fn d2_what_happened_is_read_back_and_told_from_the_readers_side() {
        let day = |text: &str| text.parse().ok();
        let reader = UserId::new();
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
                "You asked €120.50 for this",
                "Mei asked €120.50 for this",
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
            assert_eq!(SystemMessage::read(&event.to_body()), event);
            assert_eq!(event.tell(Some("You"), Some(reader)).sentence, mine);
            assert_eq!(event.tell(Some("Mei"), Some(reader)).sentence, theirs);
        }
        assert_eq!(SystemMessage::read("nonsense"), SystemMessage::Unknown);
        assert_eq!(SystemMessage::read(r#"{"code":"of tomorrow"}"#), SystemMessage::Unknown);
    }
}
