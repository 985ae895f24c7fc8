//! People as operators see them, and what these may do to whom.

use serde::{Deserialize, Serialize};

use crate::shared::users::rank::Rank;
use crate::shared::{
    json::{read_by_serde, read_fields},
    users::Person,
    values::{page_cursor::Cursor, time::Timestamp},
};

/// People on one page.
pub const PEOPLE_PAGE: i64 = 30;

/// Somebody's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PersonRow {
    pub person: Person,
    /// Empty for who has none.
    pub email: String,
    pub rank: Rank,
    pub created_at: Timestamp,
    /// Nothing for who may sign in.
    pub suspended_at: Option<Timestamp>,
}

/// One page of them, newest account first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PeoplePage {
    pub people: Vec<PersonRow>,
    pub next: Option<Cursor>,
}

/// What is done to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Suspend,
    Reinstate,
    SetRank(Rank),
}

impl Change {
    /// Whether somebody of rank `by` may do this to somebody else of rank `to`. Nobody may do any of it
    /// to himself, so there is always an admin left. Admins are made on the command line alone.
    pub fn is_allowed(self, by: Rank, to: Rank) -> bool {
        match (self, by) {
            (_, Rank::Member) | (Self::SetRank(Rank::Admin), _) | (Self::SetRank(_), Rank::Operator) => false,
            (Self::SetRank(_), Rank::Admin) => true,
            (Self::Suspend | Self::Reinstate, Rank::Operator) => to == Rank::Member,
            (Self::Suspend | Self::Reinstate, Rank::Admin) => true,
        }
    }

    /// Its name in the audit log.
    pub fn action(self) -> &'static str {
        match self {
            Self::Suspend => "user_suspend",
            Self::Reinstate => "user_reinstate",
            Self::SetRank(_) => "user_rank",
        }
    }
}

read_fields! {
    PersonRow { person, email, rank, created_at, suspended_at }
    PeoplePage { people, next }
}
read_by_serde! { PersonRow, PeoplePage }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e7_who_may_do_what_to_whom() {
        use Rank::{Admin, Member, Operator};
        let changes = [
            Change::Suspend,
            Change::Reinstate,
            Change::SetRank(Member),
            Change::SetRank(Operator),
            Change::SetRank(Admin),
        ];
        for to in [Member, Operator, Admin] {
            for change in changes {
                let is_standing = matches!(change, Change::Suspend | Change::Reinstate);
                assert!(!change.is_allowed(Member, to));
                assert_eq!(change.is_allowed(Operator, to), is_standing && to == Member, "{change:?} {to:?}");
                assert_eq!(
                    change.is_allowed(Admin, to),
                    change != Change::SetRank(Admin),
                    "{change:?} {to:?}"
                );
            }
        }
    }
}
