//! The user directory for operators, and their permissions to change accounts.

use serde::{Deserialize, Serialize};

use super::audit::USER_CLOSE;
use crate::shared::{
    json::{read_by_serde, read_fields},
    users::{Person, rank::Rank},
    values::{page_cursor::PageCursor, time::Timestamp},
};

/// Users on one page.
pub const PEOPLE_PAGE: i64 = 30;

/// A user's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PersonRow {
    pub person: Person,
    /// Empty if the account has no e-mail address.
    pub email: String,
    pub rank: Rank,
    pub created_at: Timestamp,
    /// `None` if the account is not suspended.
    pub suspended_at: Option<Timestamp>,
    /// The account is closed for good.
    pub is_closed: bool,
    /// Open sessions.
    pub sessions: i64,
    pub has_second_factor: bool,
}

/// One page of users, newest account first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PeoplePage {
    pub people: Vec<PersonRow>,
    pub next: Option<PageCursor>,
}

/// A change that an operator makes to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserChange {
    Suspend,
    Reinstate,
    SetRank(Rank),
    /// Ends all sessions.
    SignOut,
    /// Removes all second factors, for whoever has lost them, and ends all sessions.
    ResetSecondFactor,
    /// Closes the account for good.
    Close,
}

impl UserChange {
    /// Whether a user of rank `by` may do this to another user of rank `to`. No one may change their own
    /// account, so at least one admin always remains. Only the command line appoints admins.
    pub fn is_allowed(self, by: Rank, to: Rank) -> bool {
        match (self, by) {
            (_, Rank::Member) | (Self::SetRank(Rank::Admin), _) | (Self::SetRank(_), Rank::Operator) => false,
            (Self::SetRank(_) | Self::SignOut | Self::ResetSecondFactor | Self::Close, Rank::Admin) => true,
            (Self::Suspend | Self::Reinstate, Rank::Operator) => to == Rank::Member,
            (Self::SignOut | Self::ResetSecondFactor | Self::Close, Rank::Operator) => false,
            (Self::Suspend | Self::Reinstate, Rank::Admin) => true,
        }
    }

    /// The action's name in the audit log.
    pub fn action(self) -> &'static str {
        match self {
            Self::Suspend => "user_suspend",
            Self::Reinstate => "user_reinstate",
            Self::SetRank(_) => "user_rank",
            Self::SignOut => "user_sign_out",
            Self::ResetSecondFactor => "user_second_factor",
            Self::Close => USER_CLOSE,
        }
    }
}

read_fields! {
    PersonRow { person, email, rank, created_at, suspended_at, is_closed, sessions, has_second_factor }
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
            UserChange::Suspend,
            UserChange::Reinstate,
            UserChange::SetRank(Member),
            UserChange::SetRank(Operator),
            UserChange::SetRank(Admin),
        ];
        for to in [Member, Operator, Admin] {
            for change in changes {
                let is_standing = matches!(change, UserChange::Suspend | UserChange::Reinstate);
                assert!(!change.is_allowed(Member, to));
                assert_eq!(change.is_allowed(Operator, to), is_standing && to == Member, "{change:?} {to:?}");
                assert_eq!(
                    change.is_allowed(Admin, to),
                    change != UserChange::SetRank(Admin),
                    "{change:?} {to:?}"
                );
            }
        }
    }
}
