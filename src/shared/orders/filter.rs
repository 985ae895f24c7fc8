//! Filters of order lists: whose orders, which statuses, unread only, search.

use serde::{Deserialize, Serialize};

use super::workflow::Status;

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
