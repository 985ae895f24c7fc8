//! Ranks of user accounts: member, operator, admin.

use serde::{Deserialize, Serialize};

use crate::shared::json::read_unit_enums;

/// The rank of an account. An operator is staff of the marketplace; an admin is an operator who may also
/// appoint operators and change settings.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    #[default]
    Member,
    Operator,
    Admin,
}

impl Rank {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    /// The rank by the name that the database has.
    pub fn from_stored(text: &str) -> Self {
        Self::parse(text).unwrap_or_default()
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Member, Self::Operator, Self::Admin].into_iter().find(|rank| rank.as_str() == text)
    }
}

read_unit_enums! { Rank }
