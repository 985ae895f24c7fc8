//! Notifications: what one person is told of. That of new messages is part of their conversation's
//! summary, one for each conversation; all others are kept for themselves. None copies what was said.

pub mod state;

use serde::{Deserialize, Serialize, Serializer};

use super::{
    conversations::Conversation,
    errors::{ApiError, Result},
    ids::{BroadcastId, ConversationId, NotificationId},
    json::{FromJson, Json, Wrong, read_by_serde, read_fields, read_words},
    messages::system::Event,
    orders::{OrderCode, OrderKind, Step},
    sync::changes::Head,
    users::Person,
    values::{dates::Day, text, time::Timestamp},
};

/// Notifications on one page, and named by one command at most.
pub const NOTIFICATIONS_PAGE: i64 = 30;
pub const TITLE_MAX_CHARS: usize = 80;
pub const TEXT_MAX_CHARS: usize = 300;
pub const LINK_MAX_CHARS: usize = 300;

#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    Message,
    /// Bookings, purchases and custom orders.
    Booking,
    /// Bookings of a tour.
    Tour,
    Payment,
    Promotion,
    System,
}

impl NotificationKind {
    pub const ALL: [Self; 6] =
        [Self::Message, Self::Booking, Self::Tour, Self::Payment, Self::Promotion, Self::System];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Booking => "booking",
            Self::Tour => "tour",
            Self::Payment => "payment",
            Self::Promotion => "promotion",
            Self::System => "system",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// What people read above a list of them.
    pub fn word(self) -> &'static str {
        match self {
            Self::Message => "Messages",
            Self::Booking => "Bookings",
            Self::Tour => "Tours",
            Self::Payment => "Payments",
            Self::Promotion => "Offers",
            Self::System => "System",
        }
    }
}

/// Some of the kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    pub const ALL: Self = Self(0b11_1111);

    pub fn of(kinds: &[NotificationKind]) -> Self {
        Self(kinds.iter().fold(0, |bits, kind| bits | Self::bit(*kind)))
    }

    pub fn has(self, kind: NotificationKind) -> bool {
        self.0 & Self::bit(kind) != 0
    }

    pub fn with(self, kind: NotificationKind, is_in: bool) -> Self {
        Self(if is_in { self.0 | Self::bit(kind) } else { self.0 & !Self::bit(kind) })
    }

    /// `message booking`, as it is stored and sent.
    pub fn to_words(self) -> String {
        let kinds = NotificationKind::ALL.into_iter().filter(|kind| self.has(*kind));
        kinds.map(NotificationKind::as_str).collect::<Vec<_>>().join(" ")
    }

    /// Words that are none of the kinds are left aside.
    pub fn from_words(words: &str) -> Self {
        words
            .split(' ')
            .filter_map(NotificationKind::parse)
            .fold(Self(0), |kinds, kind| kinds.with(kind, true))
    }

    /// As [`from_words`](Self::from_words), but wants each word to be a kind.
    pub fn parse(field: &str, words: &str) -> Result<Self> {
        let mut kinds = words.split(' ').filter(|word| !word.is_empty()).map(NotificationKind::parse);
        let unknown = || ApiError::invalid(field, "There is no such kind of notification.");
        kinds.try_fold(Self(0), |kinds, kind| Ok(kinds.with(kind.ok_or_else(unknown)?, true)))
    }

    fn bit(kind: NotificationKind) -> u8 {
        1 << kind as u8
    }
}

impl Serialize for Kinds {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_words())
    }
}

impl FromJson for Kinds {
    fn from_json(json: Json) -> std::result::Result<Self, Wrong> {
        String::from_json(json).map(|words| Self::from_words(&words))
    }
}

/// How somebody wants to be told, of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Choices {
    /// In the bell, its list, and by a toast.
    pub app: Kinds,
    /// By a sound, while nobody looks.
    pub sound: Kinds,
    /// By the browser itself, while nobody looks, where it was allowed to.
    pub browser: Kinds,
}

impl Default for Choices {
    fn default() -> Self {
        use NotificationKind::{Booking, Message, Tour};
        Self { app: Kinds::ALL, sound: Kinds::of(&[Message, Booking, Tour]), browser: Kinds::default() }
    }
}

/// Something that one person is told of.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notification {
    pub id: NotificationId,
    pub kind: NotificationKind,
    /// What happened, as in a system message; `unknown` for one that is gone.
    #[cfg_attr(feature = "ssr", schema(value_type = Object))]
    pub event: Event,
    /// Who caused it.
    pub person: Option<Person>,
    /// The order's title, or the room's name.
    pub subject: String,
    pub starts_on: Option<Day>,
    pub ends_on: Option<Day>,
    /// Whether the order is one that I made.
    pub is_guest: bool,
    pub order_code: Option<OrderCode>,
    /// Where it stands in words.
    pub conversation: Option<ConversationId>,
    pub created_at: Timestamp,
    /// My head when it came: the order of the list, greatest first.
    pub raised: Head,
    /// My head when it last changed; of two, the one with the greater is the newer.
    pub changed: Head,
    /// One that `read_upto` covers is read as well.
    pub is_read: bool,
    pub is_deleted: bool,
}

/// How a notification is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub title: String,
    pub text: String,
}

impl Notification {
    pub fn is_unread(&self, read_upto: Head) -> bool {
        !self.is_read && !self.is_deleted && self.raised > read_upto
    }

    /// Where it leads.
    pub fn href(&self) -> Option<String> {
        if let Event::Notice { link, .. } = &self.event
            && link.is_some()
        {
            return link.clone();
        }
        let conversation = self.conversation.map(|id| format!("/messages/{id}"));
        conversation.or_else(|| self.order_code.map(|code| format!("/orders/{code}")))
    }

    pub fn words(&self) -> Words {
        let name = self.person.as_ref().map_or("The team", |person| person.name.as_str());
        let title = match &self.event {
            Event::Requested { kind: OrderKind::Purchase, .. } => format!("{name} wants to buy"),
            Event::Requested { .. } => format!("{name} wants to book"),
            Event::Stepped { kind, step, .. } => self.stepped(*kind, *step, name),
            Event::Quoted { price } => format!("{name} asks {}", price.text()),
            Event::QuoteDeclined { price } => format!("{name} declined {}", price.text()),
            Event::Taken => format!("{name} looks after your order"),
            Event::Invited { .. } => format!("{name} invited you"),
            event => event.tell(Some(name), None).sentence,
        };
        let text = match &self.event {
            Event::Notice { text, .. } => text.clone(),
            _ => {
                let days = self
                    .starts_on
                    .map(|from| self.ends_on.map_or_else(|| from.text(), |to| from.span_text(to)));
                let subject = Some(self.subject.clone()).filter(|subject| !subject.is_empty());
                subject.into_iter().chain(days).collect::<Vec<_>>().join(", ")
            }
        };
        Words { title, text }
    }

    fn stepped(&self, kind: OrderKind, step: Step, name: &str) -> String {
        let what = if kind == OrderKind::Booking { "booking" } else { "order" };
        match (step, self.is_guest) {
            (Step::Accept, true) => format!("Your {what} is accepted"),
            (Step::Decline, true) => "Your request was declined".to_owned(),
            (Step::Start, true) => format!("Your {what} has started"),
            (Step::Complete, true) => format!("Your {what} is done"),
            (Step::Accept | Step::AcceptQuote, _) => format!("{name} accepted"),
            (Step::Decline | Step::DeclineQuote, _) => format!("{name} declined"),
            (Step::Start, _) => format!("{name} started"),
            (Step::Complete, _) => format!("{name} marked this as done"),
            (Step::Cancel, _) => format!("{name} cancelled"),
        }
    }
}

#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct KindCount {
    pub kind: NotificationKind,
    pub count: i64,
}

/// What is new of notifications, as part of a change.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NotificationNews {
    /// Those that changed, without those of new messages: these are in the summaries.
    pub items: Vec<Notification>,
    pub totals: Totals,
}

/// The unread ones, those of new messages among them, as of the change's `to` or later.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Kinds that have some, each once.
    pub unread: Vec<KindCount>,
    /// All up to this head were marked as read.
    pub read_upto: Head,
}

impl Totals {
    pub fn of(&self, kind: NotificationKind) -> i64 {
        self.unread.iter().find(|held| held.kind == kind).map_or(0, |held| held.count)
    }

    pub fn add(&mut self, kind: NotificationKind, count: i64) {
        match self.unread.iter_mut().find(|held| held.kind == kind) {
            Some(held) => held.count += count,
            None => self.unread.push(KindCount { kind, count }),
        }
        self.unread.retain(|held| held.count > 0);
        self.unread.sort_by_key(|held| held.kind as u8);
    }
}

/// Where the next page of a list starts: after the one with this position.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationCursor {
    pub raised: Head,
    pub id: NotificationId,
}

/// Which ones a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationFilter {
    #[serde(default)]
    pub kind: Option<NotificationKind>,
    #[serde(default)]
    pub is_unread_only: bool,
}

/// One page, newest first, and the cursor to follow news from.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotificationPage {
    pub epoch: String,
    pub head: Head,
    pub notifications: Vec<Notification>,
    /// Conversations with new messages since `seen`, in the order of `noted` between the others.
    pub conversations: Vec<Conversation>,
    pub totals: Totals,
    pub next: Option<NotificationCursor>,
}

/// Whom a broadcast is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    #[default]
    Everybody,
    /// Who has a listing.
    Hosts,
    /// Who has ordered something.
    Guests,
}

impl Audience {
    pub const ALL: [Self; 3] = [Self::Everybody, Self::Hosts, Self::Guests];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Everybody => "everybody",
            Self::Hosts => "hosts",
            Self::Guests => "guests",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|audience| audience.as_str() == text)
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Everybody => "Everybody",
            Self::Hosts => "People with a listing",
            Self::Guests => "People who have ordered",
        }
    }
}

/// Something that is told to many, in the background.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Broadcast {
    pub id: BroadcastId,
    pub kind: NotificationKind,
    pub audience: Audience,
    pub event: Event,
    pub by: String,
    pub created_at: Timestamp,
    /// People who have it.
    pub sent: i64,
    pub done_at: Option<Timestamp>,
}

/// The last broadcasts, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BroadcastList {
    pub broadcasts: Vec<Broadcast>,
    /// How many people each audience is now.
    pub everybody: i64,
    pub hosts: i64,
    pub guests: i64,
}

/// What is told, as typed, checked.
pub fn check_notice(title: &str, body: &str, link: Option<&str>) -> Result<Event> {
    let title = text::line("title", "The title", title, 1, TITLE_MAX_CHARS)?;
    let text = text::line("text", "The text", body, 0, TEXT_MAX_CHARS)?;
    let link = link.map(str::trim).filter(|link| !link.is_empty());
    Ok(Event::Notice { title, text, link: link.map(check_link).transpose()? })
}

/// A path of this site or a web address: nothing that runs.
fn check_link(link: &str) -> Result<String> {
    let link = text::line("link", "The link", link, 1, LINK_MAX_CHARS)?;
    let is_path = link.starts_with('/') && !link.starts_with("//") && !link.contains('\\');
    if is_path || link.starts_with("https://") {
        Ok(link)
    } else {
        Err(ApiError::invalid("link", "A link is a path like /orders, or an address with https://."))
    }
}

read_fields! {
    Choices { app, sound, browser }
    Notification { id, kind, event, person, subject, starts_on, ends_on, is_guest, order_code, conversation, created_at, raised, changed, is_read, is_deleted }
    KindCount { kind, count }
    NotificationNews { items, totals }
    Totals { unread, read_upto }
    NotificationCursor { raised, id }
    NotificationPage { epoch, head, notifications, conversations, totals, next }
    Broadcast { id, kind, audience, event, by, created_at, sent, done_at }
    BroadcastList { broadcasts, everybody, hosts, guests }
}
read_by_serde! { Choices, NotificationPage, Broadcast, BroadcastList }
read_words! { NotificationKind, Audience }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e4_kinds_are_kept_as_words() {
        let kinds = Kinds::of(&[NotificationKind::Message, NotificationKind::Tour]);
        assert_eq!(kinds.to_words(), "message tour");
        assert_eq!(Kinds::from_words("tour message of-tomorrow"), kinds);
        assert_eq!(Kinds::from_words(&Kinds::ALL.to_words()), Kinds::ALL);
        assert!(!kinds.with(NotificationKind::Tour, false).has(NotificationKind::Tour));
    }

    #[test]
    fn e4_a_link_leads_within_the_site_or_to_the_web() {
        for link in ["/orders", "/messages?x=1", "https://example.org/a"] {
            assert!(check_notice("Sale", "", Some(link)).is_ok(), "{link}");
        }
        for link in
            ["javascript:alert(1)", "//evil.example", "/\\evil.example", "http://example.org", "orders"]
        {
            assert_eq!(
                check_notice("Sale", "", Some(link)).unwrap_err().field.as_deref(),
                Some("link"),
                "{link}"
            );
        }
        assert!(check_notice(" ", "text", None).is_err());
        assert!(check_notice(&"x".repeat(TITLE_MAX_CHARS + 1), "", None).is_err());
    }
}
