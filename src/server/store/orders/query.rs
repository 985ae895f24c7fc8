//! Query of a page of orders: the statuses and the search text.

use crate::shared::orders::workflow::Status;

/// Which orders a page lists. No statuses means all; `search` is folded.
#[derive(Clone, Debug, Default)]
pub struct OrderQuery {
    pub statuses: Vec<Status>,
    pub is_unread_only: bool,
    pub search: String,
}

impl OrderQuery {
    /// `,pending,accepted,` for SQL; empty for all.
    pub(in crate::server::store) fn status_list(&self) -> String {
        let words: Vec<_> = self.statuses.iter().map(|status| status.as_str()).collect();
        if words.is_empty() { String::new() } else { format!(",{},", words.join(",")) }
    }
}
