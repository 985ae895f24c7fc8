//! Notification kinds, and sets of them (E4).

use serde::{Deserialize, Serialize, Serializer};

use crate::shared::{
    errors::{ApiError, Result},
    json::{FromJson, Json, JsonError, read_unit_enums},
    words,
};

/// The kind of a notification. Users choose by kind how they are notified.
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

    /// The heading of a list of this kind.
    pub fn label(self) -> &'static str {
        match self {
            Self::Message => words::notification_kind_messages(),
            Self::Booking => words::notification_kind_bookings(),
            Self::Tour => words::notification_kind_tours(),
            Self::Payment => words::notification_kind_payments(),
            Self::Promotion => words::notification_kind_offers(),
            Self::System => words::notification_kind_system(),
        }
    }
}

/// A set of notification kinds, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindSet(u8);

impl KindSet {
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

    /// Names separated by spaces, such as `message booking`, as they are stored and sent.
    pub fn to_words(self) -> String {
        let kinds = NotificationKind::ALL.into_iter().filter(|kind| self.has(*kind));
        kinds.map(NotificationKind::as_str).collect::<Vec<_>>().join(" ")
    }

    /// The inverse of [`to_words`](Self::to_words). Unknown names are ignored.
    pub fn from_words(words: &str) -> Self {
        words
            .split(' ')
            .filter_map(NotificationKind::parse)
            .fold(Self(0), |kinds, kind| kinds.with(kind, true))
    }

    /// As [`from_words`](Self::from_words), but an unknown name is an error of the input `field`.
    pub fn parse(field: &str, words: &str) -> Result<Self> {
        let mut kinds = words.split(' ').filter(|word| !word.is_empty()).map(NotificationKind::parse);
        let unknown = || ApiError::invalid(field, "There is no such kind of notification.");
        kinds.try_fold(Self(0), |kinds, kind| Ok(kinds.with(kind.ok_or_else(unknown)?, true)))
    }

    fn bit(kind: NotificationKind) -> u8 {
        1 << kind as u8
    }
}

impl Serialize for KindSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_words())
    }
}

impl FromJson for KindSet {
    fn from_json(json: Json) -> std::result::Result<Self, JsonError> {
        String::from_json(json).map(|words| Self::from_words(&words))
    }
}

read_unit_enums! { NotificationKind }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e4_kinds_are_kept_as_words() {
        let kinds = KindSet::of(&[NotificationKind::Message, NotificationKind::Tour]);
        assert_eq!(kinds.to_words(), "message tour");
        assert_eq!(KindSet::from_words("tour message of-tomorrow"), kinds);
        assert_eq!(KindSet::from_words(&KindSet::ALL.to_words()), KindSet::ALL);
        assert!(!kinds.with(NotificationKind::Tour, false).has(NotificationKind::Tour));
    }
}
