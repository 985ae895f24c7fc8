//! Filters of order lists: by owner, status, unread messages and search text.

use serde::{Deserialize, Serialize};

use super::workflow::Status;

/// The orders that the viewer made, or those of the viewer's listings.
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

/// The filter of a list of orders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFilter {
    /// Empty for all statuses.
    #[serde(default)]
    pub statuses: Vec<Status>,
    #[serde(default)]
    pub is_unread_only: bool,
    /// An order code, or part of a name or title.
    #[serde(default)]
    pub search: String,
}
