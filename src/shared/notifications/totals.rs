//! Unread notification counts by kind, and the position up to which all were marked as read.

use serde::Serialize;

use super::kinds::NotificationKind;
use crate::shared::{json::read_fields, positions::SyncSeq};

/// The number of unread notifications of one kind.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct KindCount {
    pub kind: NotificationKind,
    pub count: i64,
}

/// Unread notifications by kind, including those of new messages, as of the change's `to` or later.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema), schema(as = Totals))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UnreadTotals {
    /// Kinds with unread notifications, each once.
    pub unread: Vec<KindCount>,
    /// All notifications up to this sync position were marked as read.
    pub read_upto: SyncSeq,
}

impl UnreadTotals {
    /// The number of unread notifications of this kind.
    pub fn of(&self, kind: NotificationKind) -> i64 {
        self.unread.iter().find(|held| held.kind == kind).map_or(0, |held| held.count)
    }

    /// Adds to a kind's number; `count` may be negative.
    pub fn add(&mut self, kind: NotificationKind, count: i64) {
        match self.unread.iter_mut().find(|held| held.kind == kind) {
            Some(held) => held.count += count,
            None => self.unread.push(KindCount { kind, count }),
        }
        self.unread.retain(|held| held.count > 0);
        self.unread.sort_by_key(|held| held.kind as u8);
    }
}

read_fields! {
    KindCount { kind, count }
    UnreadTotals { unread, read_upto }
}
