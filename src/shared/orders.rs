//! Orders: what was asked for, how it stands, and who may take which step. The rules stand here as
//! data, for the server, the browser and docs/orders.md alike.

use std::{
    fmt::{self, Write},
    str::FromStr,
};

use serde::{Deserialize, Serialize, Serializer};

use super::{
    conversations::{Conversation, LastMessage, ListedCursor},
    errors::{ApiError, Result},
    ids::{ConversationId, OrderId, UserId},
    json::{FromJson, Json, WRONG, Wrong, read_by_serde, read_fields, read_words},
    listings::{ListingCard, ListingKind, PRICE_MAX_CENTS, TITLE_MAX_CHARS, TITLE_MIN_CHARS, parse_price},
    users::{Person, Rank, Viewer},
    values::{dates::Day, money::Money, text, time::Timestamp},
};

pub const NOTE_MAX_CHARS: usize = 2_000;
/// People of a booking, hours of a service, pieces of an item.
pub const QUANTITY_MAX: i64 = 100;
pub const NIGHTS_MAX: i64 = 365;
/// The first day may be this far ahead.
pub const AHEAD_MAX_DAYS: i64 = 730;
/// Orders on one page of a dashboard.
pub const ORDERS_PAGE: i64 = 50;

/// What people call an order by: `REQ-` and six characters that can't be mistaken for each other.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema), schema(value_type = String, example = "REQ-7F3K2M"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OrderCode([u8; LETTERS]);

/// How many characters stand after [`START`].
const LETTERS: usize = 6;
const START: &str = "REQ-";
/// No 0, O, 1, I or L.
const ALPHABET: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";

impl OrderCode {
    /// A code from random bits, of which 30 count.
    pub fn from_random(mut bits: u64) -> Self {
        let count = ALPHABET.len() as u64;
        Self([(); LETTERS].map(|()| {
            let letter = ALPHABET[(bits % count) as usize];
            bits /= count;
            letter
        }))
    }
}

impl Serialize for OrderCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// It does not look like a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoCode;

impl FromStr for OrderCode {
    type Err = NoCode;

    /// In any case, with or without space around it.
    fn from_str(text: &str) -> std::result::Result<Self, NoCode> {
        let code = text.trim().to_ascii_uppercase();
        let letters = code.strip_prefix(START).ok_or(NoCode)?;
        let letters: [u8; LETTERS] = letters.as_bytes().try_into().map_err(|_| NoCode)?;
        if letters.iter().all(|letter| ALPHABET.contains(letter)) { Ok(Self(letters)) } else { Err(NoCode) }
    }
}

impl fmt::Display for OrderCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(START)?;
        self.0.iter().try_for_each(|letter| f.write_char(char::from(*letter)))
    }
}

impl FromJson for OrderCode {
    fn from_json(json: Json) -> std::result::Result<Self, Wrong> {
        String::from_json(json)?.parse().map_err(|NoCode| WRONG)
    }
}

/// An order by its id or by its code: every entry point takes either (D3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderKey {
    Id(OrderId),
    Code(OrderCode),
}

impl fmt::Display for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Code(code) => code.fmt(f),
        }
    }
}

impl OrderKey {
    /// What looks like neither names no order.
    pub fn parse(text: &str) -> Result<Self> {
        let code = || text.parse().map(Self::Code);
        text.parse().map(Self::Id).or_else(|_| code()).map_err(|NoCode| ApiError::not_found("order"))
    }
}

#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderKind {
    /// Of a stay, a tour or a service.
    Booking,
    /// Of an item.
    Purchase,
    /// Of something that no listing offers: a customer describes what is wanted.
    Custom,
}

impl OrderKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Booking => "booking",
            Self::Purchase => "purchase",
            Self::Custom => "custom",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Booking, Self::Purchase, Self::Custom].into_iter().find(|kind| kind.as_str() == text)
    }

    pub fn of(listing: ListingKind) -> Self {
        match listing {
            ListingKind::Item => Self::Purchase,
            ListingKind::Stay | ListingKind::Service | ListingKind::Tour => Self::Booking,
        }
    }
}

#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Pending,
    Accepted,
    InProgress,
    Completed,
    Declined,
    Cancelled,
}

impl Status {
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Accepted, Self::InProgress, Self::Completed, Self::Declined, Self::Cancelled];
    /// The way of an order that goes well.
    pub const WAY: [Self; 4] = [Self::Pending, Self::Accepted, Self::InProgress, Self::Completed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// What people read.
    pub fn word(self, kind: OrderKind) -> &'static str {
        match (self, kind) {
            (Self::Pending, _) => "Requested",
            (Self::Accepted, OrderKind::Purchase) => "Confirmed",
            (Self::Accepted, _) => "Accepted",
            (Self::InProgress, OrderKind::Booking) => "Under way",
            (Self::InProgress, _) => "In the making",
            (Self::Completed, _) => "Done",
            (Self::Declined, _) => "Declined",
            (Self::Cancelled, _) => "Cancelled",
        }
    }

    /// Nothing follows.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Declined | Self::Cancelled)
    }
}

/// Who somebody is to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// Who ordered.
    Guest,
    /// Whose listing it is.
    Host,
    /// The marketplace's staff.
    Operator,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Accept,
    Decline,
    AcceptQuote,
    DeclineQuote,
    Start,
    Complete,
    Cancel,
}

impl Step {
    pub const ALL: [Self; 7] = [
        Self::Accept,
        Self::Decline,
        Self::AcceptQuote,
        Self::DeclineQuote,
        Self::Start,
        Self::Complete,
        Self::Cancel,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::AcceptQuote => "accept_quote",
            Self::DeclineQuote => "decline_quote",
            Self::Start => "start",
            Self::Complete => "complete",
            Self::Cancel => "cancel",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == text)
    }

    /// What its button says.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Accept | Self::AcceptQuote => "Accept",
            Self::Decline | Self::DeclineQuote => "Decline",
            Self::Start => "Start",
            Self::Complete => "Complete",
            Self::Cancel => "Cancel",
        }
    }

    /// What is asked first, where it can't be undone and is not what one hopes for.
    pub fn question(self) -> Option<&'static str> {
        match self {
            Self::Decline => Some("Decline this request? That can’t be undone."),
            Self::Cancel => Some("Cancel this order? That can’t be undone."),
            Self::Accept | Self::AcceptQuote | Self::DeclineQuote | Self::Start | Self::Complete => None,
        }
    }
}

/// What a step needs of the order besides its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    /// It is known what it costs.
    Price,
    /// A quote has been made and not been answered.
    Quote,
}

/// One row of the table: from this status, by these, to that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub step: Step,
    pub from: Status,
    pub to: Status,
    pub by: &'static [Party],
    pub needs: Needs,
}

const STAFF: &[Party] = &[Party::Host, Party::Operator];
const GUEST: &[Party] = &[Party::Guest];
const ANYBODY: &[Party] = &[Party::Guest, Party::Host, Party::Operator];

/// The whole status machine.
pub const RULES: [Rule; 9] = [
    Rule { step: Step::Accept, from: Status::Pending, to: Status::Accepted, by: STAFF, needs: Needs::Price },
    Rule {
        step: Step::Decline,
        from: Status::Pending,
        to: Status::Declined,
        by: STAFF,
        needs: Needs::Nothing,
    },
    Rule {
        step: Step::AcceptQuote,
        from: Status::Pending,
        to: Status::Accepted,
        by: GUEST,
        needs: Needs::Quote,
    },
    Rule {
        step: Step::DeclineQuote,
        from: Status::Pending,
        to: Status::Pending,
        by: GUEST,
        needs: Needs::Quote,
    },
    Rule {
        step: Step::Cancel,
        from: Status::Pending,
        to: Status::Cancelled,
        by: GUEST,
        needs: Needs::Nothing,
    },
    Rule {
        step: Step::Cancel,
        from: Status::Accepted,
        to: Status::Cancelled,
        by: ANYBODY,
        needs: Needs::Nothing,
    },
    Rule {
        step: Step::Start,
        from: Status::Accepted,
        to: Status::InProgress,
        by: STAFF,
        needs: Needs::Nothing,
    },
    Rule {
        step: Step::Complete,
        from: Status::InProgress,
        to: Status::Completed,
        by: STAFF,
        needs: Needs::Nothing,
    },
    Rule {
        step: Step::Cancel,
        from: Status::InProgress,
        to: Status::Cancelled,
        by: STAFF,
        needs: Needs::Nothing,
    },
];

impl Rule {
    /// What a step means for an order in this status; nothing where it can't be taken.
    pub fn of(step: Step, from: Status) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.step == step && rule.from == from)
    }

    pub fn allows(&self, party: Party) -> bool {
        self.by.contains(&party)
    }
}

/// What an operator asks for something that has no price yet.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Quote {
    pub price: Money,
}

/// An order as a card or a conversation's subject shows it.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderCard {
    pub id: OrderId,
    pub code: OrderCode,
    pub kind: OrderKind,
    pub status: Status,
    /// What it is of; nothing for a custom order.
    pub listing: Option<ListingCard>,
    /// The listing's title when it was ordered, or what a custom order is called.
    pub title: String,
    /// The day, or the first day of a stay.
    pub starts_on: Option<Day>,
    /// The day on which a stay ends.
    pub ends_on: Option<Day>,
    /// People, hours or pieces.
    pub quantity: i64,
    /// For all of it; nothing until a custom order's quote is accepted.
    pub price: Option<Money>,
    /// The quote that waits for an answer.
    pub quote: Option<Quote>,
    pub guest: UserId,
    /// Nobody: it is the marketplace's own, for its operators at the desk.
    pub host: Option<UserId>,
}

impl OrderCard {
    /// Who this person is to the order; nothing for a stranger.
    pub fn party(&self, user: UserId, rank: Rank) -> Option<Party> {
        if user == self.guest {
            Some(Party::Guest)
        } else if self.host == Some(user) {
            Some(Party::Host)
        } else {
            (rank != Rank::Member).then_some(Party::Operator)
        }
    }

    /// The row of the table that this step of this party follows.
    pub fn rule(&self, step: Step, party: Party) -> Option<&'static Rule> {
        Rule::of(step, self.status).filter(|rule| rule.allows(party) && self.has(rule.needs))
    }

    /// The steps that are open to this person, the one that goes on first.
    pub fn steps(&self, viewer: &Viewer) -> Vec<Step> {
        let Some(party) = self.party(viewer.id, viewer.rank) else { return Vec::new() };
        Step::ALL.into_iter().filter(|step| self.rule(*step, party).is_some()).collect()
    }

    fn has(&self, needs: Needs) -> bool {
        match needs {
            Needs::Nothing => true,
            Needs::Price => self.price.is_some(),
            Needs::Quote => self.quote.is_some(),
        }
    }

    /// `12–15 June`; nothing for what is of no day.
    pub fn days(&self) -> Option<String> {
        let from = self.starts_on?;
        Some(self.ends_on.map_or_else(|| from.text(), |to| from.span_text(to)))
    }

    /// `12–15 June · 2 guests`, as far as it is about days and people.
    pub fn facts(&self) -> String {
        let days = self.days();
        let unit = match (self.kind, self.listing.as_ref().map(|listing| listing.kind)) {
            (OrderKind::Booking, Some(ListingKind::Service)) => Some("hour"),
            (OrderKind::Booking, Some(ListingKind::Stay)) => Some("guest"),
            (OrderKind::Booking, _) => Some("person"),
            (OrderKind::Purchase, _) => Some("piece"),
            (OrderKind::Custom, _) => None,
        };
        let quantity = unit.map(|unit| counted(self.quantity, unit));
        days.into_iter().chain(quantity).collect::<Vec<_>>().join(" · ")
    }
}

/// `1 guest`, `2 guests`, `2 people`.
fn counted(count: i64, unit: &str) -> String {
    match (count, unit) {
        (1, _) => format!("1 {unit}"),
        (_, "person") => format!("{count} people"),
        _ => format!("{count} {unit}s"),
    }
}

/// What somebody asks for, as typed, not yet checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderDraft {
    /// `2026-06-12`; empty where no day belongs to it.
    #[serde(default)]
    pub starts_on: String,
    #[serde(default)]
    pub ends_on: String,
    #[serde(default)]
    pub quantity: String,
    #[serde(default)]
    pub note: String,
    /// What a custom order is called; empty for all others.
    #[serde(default)]
    pub title: String,
}

/// What somebody asks for, after checking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OrderFields {
    pub starts_on: Option<Day>,
    pub ends_on: Option<Day>,
    pub quantity: i64,
    pub note: String,
    pub title: String,
}

impl OrderDraft {
    /// For a listing of this kind, or without one for a custom order. `today` in UTC: a day that has
    /// ended there may still go on elsewhere.
    pub fn check(&self, listing: Option<ListingKind>, today: Day) -> Result<OrderFields> {
        let has_days = listing.is_some_and(|kind| kind != ListingKind::Item);
        let starts_on = self.day("starts_on", &self.starts_on, has_days, today)?;
        let ends_on = self.day("ends_on", &self.ends_on, listing == Some(ListingKind::Stay), today)?;
        if let (Some(from), Some(to)) = (starts_on, ends_on) {
            if to <= from {
                return Err(ApiError::invalid(
                    "ends_on",
                    "The last day is before the first. Choose a later one.",
                ));
            }
            if to.0 - from.0 > NIGHTS_MAX {
                return Err(ApiError::invalid("ends_on", format!("A stay is {NIGHTS_MAX} nights at most.")));
            }
        }
        let is_custom = listing.is_none();
        let note_min = usize::from(is_custom);
        let note = text::block(
            "note",
            if is_custom { "The description" } else { "The note" },
            &self.note,
            note_min,
            NOTE_MAX_CHARS,
        )?;
        let title = if is_custom {
            text::line("title", "The title", &self.title, TITLE_MIN_CHARS, TITLE_MAX_CHARS)?
        } else if self.title.trim().is_empty() {
            String::new()
        } else {
            return Err(ApiError::invalid("title", "No title belongs to this: it has the listing’s."));
        };
        Ok(OrderFields { starts_on, ends_on, quantity: self.checked_quantity(is_custom)?, note, title })
    }

    fn day(&self, field: &str, typed: &str, is_wanted: bool, today: Day) -> Result<Option<Day>> {
        match (typed.trim(), is_wanted) {
            ("", false) => Ok(None),
            ("", true) => Err(ApiError::invalid(field, "Choose a day.")),
            (_, false) => Err(ApiError::invalid(field, "No day belongs to this.")),
            (typed, true) => {
                let day: Day =
                    typed.parse().map_err(|_| ApiError::invalid(field, "A day is written as 2026-06-12."))?;
                if day < today.plus(-1) {
                    return Err(ApiError::invalid(field, "This day is over. Choose a later one."));
                }
                if day > today.plus(AHEAD_MAX_DAYS + NIGHTS_MAX) {
                    return Err(ApiError::invalid(field, "This is more than two years ahead."));
                }
                Ok(Some(day))
            }
        }
    }

    fn checked_quantity(&self, is_custom: bool) -> Result<i64> {
        let typed = self.quantity.trim();
        if typed.is_empty() && is_custom {
            return Ok(1);
        }
        let quantity = typed.parse().ok().filter(|quantity| (1..=QUANTITY_MAX).contains(quantity));
        quantity.ok_or_else(|| {
            ApiError::invalid("quantity", format!("Choose a number from 1 to {QUANTITY_MAX}."))
        })
    }
}

impl OrderFields {
    /// What all of it costs at a listing's price; nothing if that is more than can be charged.
    pub fn price(&self, kind: ListingKind, price_cents: i64) -> Option<Money> {
        let units = match (kind, self.starts_on, self.ends_on) {
            (ListingKind::Stay, Some(from), Some(to)) => to.0 - from.0,
            _ => self.quantity,
        };
        let cents = price_cents.checked_mul(units)?;
        (cents <= PRICE_MAX_CENTS).then(|| Money::euros(cents))
    }
}

/// A quote as typed.
pub fn parse_quote(typed: &str) -> Result<Money> {
    let cents = parse_price(typed)?;
    if cents == 0 {
        return Err(ApiError::invalid("price", "A quote is more than nothing."));
    }
    Ok(Money::euros(cents))
}

/// An order on a page of its own.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Order {
    pub card: OrderCard,
    pub note: String,
    pub conversation: ConversationId,
    pub guest: Person,
    /// Who took it up.
    pub operator: Option<Person>,
    pub created_at: Timestamp,
}

/// One page of a dashboard: the orders' conversations, each with its badge, latest message first.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OrderPage {
    pub orders: Vec<Conversation>,
    pub next: Option<ListedCursor>,
}

/// An order as the desk lists it, for operators who need not take part in its conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeskRow {
    pub order: Order,
    /// The last message; nothing of a conversation between a guest and a host, which is theirs.
    pub last_message: Option<LastMessage>,
    pub active_at: Timestamp,
    /// When the guest wrote what nobody at the desk has read.
    pub waiting_since: Option<Timestamp>,
    /// Messages that can be seen.
    pub total: i64,
    /// Those of the guest that no operator has read.
    pub unread: i64,
    /// Whether this operator takes part.
    pub is_joined: bool,
}

/// Where the next page of the desk starts: after the row with this position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskCursor {
    pub is_read: bool,
    pub at: Timestamp,
    pub id: ConversationId,
}

/// One page of the desk: unread first, then latest message first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DeskPage {
    pub rows: Vec<DeskRow>,
    pub next: Option<DeskCursor>,
    /// How many there are of each status, whatever the filter.
    pub counts: Vec<StatusCount>,
    /// How many have something unread.
    pub unread: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct StatusCount {
    pub status: Status,
    pub count: i64,
}

/// What became of a command about an order: how it stands now.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ordered {
    pub order: OrderCard,
    pub conversation: ConversationId,
}

/// Which orders: those that I made, or those for my listings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderView {
    #[default]
    Mine,
    Hosting,
}

impl OrderView {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "" | "mine" => Some(Self::Mine),
            "hosting" => Some(Self::Hosting),
            _ => None,
        }
    }
}

/// What a dashboard leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFilter {
    /// Empty for all.
    #[serde(default)]
    pub statuses: Vec<Status>,
    #[serde(default)]
    pub is_unread_only: bool,
    /// A code, or part of a name or title.
    #[serde(default)]
    pub search: String,
}

read_fields! {
    Quote { price }
    OrderCard { id, code, kind, status, listing, title, starts_on, ends_on, quantity, price, quote, guest, host }
    Order { card, note, conversation, guest, operator, created_at }
    OrderPage { orders, next }
    DeskRow { order, last_message, active_at, waiting_since, total, unread, is_joined }
    DeskCursor { is_read, at, id }
    StatusCount { status, count }
    DeskPage { rows, next, counts, unread }
    Ordered { order, conversation }
}
read_by_serde! { Order, OrderPage, DeskPage, Ordered }
read_words! { OrderKind, Status, Step, Party }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d3_a_code_is_found_in_any_case_and_has_no_letter_that_could_be_another() {
        let code = OrderCode::from_random(12_345_678_901);
        assert_eq!(code.to_string().to_lowercase().parse(), Ok(code));
        assert_eq!(OrderKey::parse(&format!(" {code} ")), Ok(OrderKey::Code(code)));
        for wrong in
            ["", "REQ-", "REQ-7F3K2", "REQ-7F3K2MM", "REQ-7F3K20", "REQ-7F3K2I", "7F3K2M", "REQ_7F3K2M"]
        {
            assert!(OrderKey::parse(wrong).is_err(), "{wrong}");
        }
        for bits in [0, 1, u64::MAX] {
            assert!(OrderCode::from_random(bits).to_string().parse::<OrderCode>().is_ok());
        }
        let id = OrderId::new();
        assert_eq!(OrderKey::parse(&id.to_string()), Ok(OrderKey::Id(id)));
    }

    /// Every party, step and status. What is not named here can't be done.
    #[test]
    fn d1_the_status_machine_as_a_table() {
        use Party::{Guest, Host, Operator};
        use Status::{Accepted, Cancelled, Completed, Declined, InProgress, Pending};
        let allowed = [
            (Host, Step::Accept, Pending, Accepted),
            (Operator, Step::Accept, Pending, Accepted),
            (Host, Step::Decline, Pending, Declined),
            (Operator, Step::Decline, Pending, Declined),
            (Guest, Step::AcceptQuote, Pending, Accepted),
            (Guest, Step::DeclineQuote, Pending, Pending),
            (Guest, Step::Cancel, Pending, Cancelled),
            (Guest, Step::Cancel, Accepted, Cancelled),
            (Host, Step::Cancel, Accepted, Cancelled),
            (Operator, Step::Cancel, Accepted, Cancelled),
            (Host, Step::Start, Accepted, InProgress),
            (Operator, Step::Start, Accepted, InProgress),
            (Host, Step::Complete, InProgress, Completed),
            (Operator, Step::Complete, InProgress, Completed),
            (Host, Step::Cancel, InProgress, Cancelled),
            (Operator, Step::Cancel, InProgress, Cancelled),
        ];
        for party in [Guest, Host, Operator] {
            for step in Step::ALL {
                for from in Status::ALL {
                    let wanted = allowed
                        .iter()
                        .find(|(by, which, at, _)| (*by, *which, *at) == (party, step, from))
                        .map(|(.., to)| *to);
                    let found = Rule::of(step, from).filter(|rule| rule.allows(party)).map(|rule| rule.to);
                    assert_eq!(found, wanted, "{party:?} {step:?} {from:?}");
                }
            }
        }
    }

    #[test]
    fn d1_the_documentation_shows_the_same_table() {
        let party = |party: &Party| match party {
            Party::Guest => "guest",
            Party::Host => "host",
            Party::Operator => "operator",
        };
        let rows = RULES.iter().map(|rule| {
            let by = rule.by.iter().map(party).collect::<Vec<_>>().join(", ");
            let needs = match rule.needs {
                Needs::Nothing => "",
                Needs::Price => "a price",
                Needs::Quote => "a quote",
            };
            let (step, from, to) = (rule.step.as_str(), rule.from.as_str(), rule.to.as_str());
            format!("| {step} | {from} | {to} | {by} | {needs} |\n")
        });
        let table: String = rows.collect();
        assert!(include_str!("../../docs/orders.md").contains(&table), "{table}");
    }

    #[test]
    fn bad_drafts_are_refused_by_the_field_that_is_wrong() {
        let today = Day(20_000);
        let draft = |starts_on: i64, ends_on: i64, quantity: &str| OrderDraft {
            starts_on: Day(starts_on).to_string(),
            ends_on: Day(ends_on).to_string(),
            quantity: quantity.into(),
            ..OrderDraft::default()
        };
        let field = |draft: OrderDraft, kind| draft.check(kind, today).map_err(|error| error.field.unwrap());
        let stay = Some(ListingKind::Stay);
        let fine = field(draft(20_003, 20_005, "2"), stay).unwrap();
        assert_eq!(fine.price(ListingKind::Stay, 10_000), Some(Money::euros(20_000)));
        assert_eq!(fine.price(ListingKind::Stay, PRICE_MAX_CENTS), None);
        assert_eq!(fine.price(ListingKind::Stay, i64::MAX), None);
        for (starts_on, ends_on, quantity, wrong) in [
            (20_005, 20_003, "2", "ends_on"),
            (20_003, 20_003, "2", "ends_on"),
            (19_990, 20_003, "2", "starts_on"),
            (20_003, 20_003 + 366, "2", "ends_on"),
            (25_000, 25_001, "2", "starts_on"),
            (20_003, 20_005, "0", "quantity"),
            (20_003, 20_005, "-1", "quantity"),
            (20_003, 20_005, "101", "quantity"),
            (20_003, 20_005, "99999999999999999999", "quantity"),
            (20_003, 20_005, "1.5", "quantity"),
        ] {
            assert_eq!(field(draft(starts_on, ends_on, quantity), stay), Err(wrong.to_owned()));
        }
        let item = Some(ListingKind::Item);
        assert_eq!(field(draft(20_003, 20_005, "2"), item), Err("starts_on".into()));
        let none = OrderDraft { quantity: "2".into(), ..OrderDraft::default() };
        assert!(field(none.clone(), item).is_ok());
        assert_eq!(field(none.clone(), stay), Err("starts_on".into()));
        assert_eq!(field(none.clone(), None), Err("note".into()));
        let custom = OrderDraft { note: "A table".into(), title: "Oak table".into(), ..none };
        assert!(field(custom, None).is_ok());
        assert_eq!(parse_quote("0").unwrap_err().field.as_deref(), Some("price"));
    }
}
