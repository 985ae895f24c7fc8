//! What somebody is told of: the bell in the bar, its panel, and the list that panel and page share.

pub mod bell;
pub mod list;
pub mod panel;
pub mod row;

use crate::shared::notifications::kinds::NotificationKind;

/// The sign that stands for a kind.
pub fn icon_of(kind: NotificationKind) -> &'static str {
    match kind {
        NotificationKind::Message => "chat",
        NotificationKind::Booking => "calendar",
        NotificationKind::Tour => "compass",
        NotificationKind::Payment => "card",
        NotificationKind::Promotion => "horn",
        NotificationKind::System => "gear",
    }
}
