//! Notifications: the bell in the top bar, its panel, and the list that the panel and the page share.

pub mod bell;
pub mod entries;
pub mod kind_filter;
pub mod list;
pub mod mark_read;
pub mod panel;
pub mod row;

use crate::shared::notifications::kinds::NotificationKind;

/// The icon of a kind.
pub fn kind_icon(kind: NotificationKind) -> &'static str {
    match kind {
        NotificationKind::Message => "chat",
        NotificationKind::Booking => "calendar",
        NotificationKind::Tour => "compass",
        NotificationKind::Payment => "card",
        NotificationKind::Promotion => "horn",
        NotificationKind::System => "gear",
    }
}
