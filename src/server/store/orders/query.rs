//! Query of a page of orders: the statuses and the search text.

use crate::shared::orders::workflow::Status;

/// Conversations that a search looks at for one page. It goes on with the next page, so that a search that finds
/// nothing costs no more than others.
pub const SEARCHED_MAX: i64 = 1_000;

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
