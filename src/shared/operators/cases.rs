//! Reports and cases: what people report, and how the desk decides about it.

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::shared::{
    errors::{ApiError, Result},
    values::text,
    words,
};
use crate::shared::{
    ids::{CaseId, ConversationId},
    json::{read_by_serde, read_fields, read_unit_enums},
    users::{Person, rank::Rank},
    values::{page_cursor::PageCursor, time::Timestamp},
};

/// What somebody adds to a report in their words, at most.
pub const REPORT_TEXT_MAX_CHARS: usize = 1_000;
/// What the person concerned is told, at most.
pub const DECISION_REASON_MAX_CHARS: usize = 300;
/// Cases on one page.
pub const CASES_PAGE: i64 = 20;
/// Reports of one case that are shown, the newest first.
pub const REPORTS_SHOWN_MAX: i64 = 5;
/// The longest limit.
pub const LIMIT_DAYS_MAX: i64 = 90;

/// The kind of thing that is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseAbout {
    Message,
    /// Between two.
    Conversation,
    User,
    Listing,
    Room,
}

impl CaseAbout {
    pub const ALL: [Self; 5] = [Self::Message, Self::Conversation, Self::User, Self::Listing, Self::Room];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Conversation => "conversation",
            Self::User => "user",
            Self::Listing => "listing",
            Self::Room => "room",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|about| about.as_str() == text)
    }
}

/// Why somebody reports something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportReason {
    Harassment,
    Fraud,
    Spam,
    /// Hate, violence or what is against the law.
    Illegal,
    /// The other wants to pay or talk outside of the marketplace.
    Outside,
    Other,
}

impl ReportReason {
    pub const ALL: [Self; 6] =
        [Self::Harassment, Self::Fraud, Self::Spam, Self::Illegal, Self::Outside, Self::Other];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Harassment => "harassment",
            Self::Fraud => "fraud",
            Self::Spam => "spam",
            Self::Illegal => "illegal",
            Self::Outside => "outside",
            Self::Other => "other",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// How a case is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Nothing,
    Warn,
    HideMessage,
    CloseListing,
    CloseRoom,
    /// They begin nothing new with anybody for some days.
    Limit,
    Suspend,
}

impl Decision {
    pub const ALL: [Self; 7] = [
        Self::Nothing,
        Self::Warn,
        Self::HideMessage,
        Self::CloseListing,
        Self::CloseRoom,
        Self::Limit,
        Self::Suspend,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Warn => "warn",
            Self::HideMessage => "hide_message",
            Self::CloseListing => "close_listing",
            Self::CloseRoom => "close_room",
            Self::Limit => "limit",
            Self::Suspend => "suspend",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|decision| decision.as_str() == text)
    }

    /// Whether a case about this, which concerns somebody or nobody, can be decided so.
    pub fn fits(self, about: CaseAbout, has_person: bool) -> bool {
        match self {
            Self::Nothing => true,
            Self::HideMessage => about == CaseAbout::Message,
            Self::CloseListing => about == CaseAbout::Listing,
            Self::CloseRoom => about == CaseAbout::Room,
            Self::Warn | Self::Limit | Self::Suspend => has_person,
        }
    }

    /// Whether an operator of rank `by` may decide so about somebody of rank `of`: about staff only an admin may.
    pub fn is_allowed(by: Rank, of: Option<Rank>) -> bool {
        match by {
            Rank::Member => false,
            Rank::Operator => of.is_none_or(|of| of == Rank::Member),
            Rank::Admin => true,
        }
    }
}

/// One report of a case. It does not say who made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseReport {
    pub reason: ReportReason,
    pub text: String,
    pub at: Timestamp,
    /// What was reported, as it was then: JSON. Empty some time after the decision.
    pub copy: String,
    /// SHA-256 of the copy, in hexadecimal digits.
    pub copy_hash: String,
}

/// A case as the desk sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Case {
    pub id: CaseId,
    pub about: CaseAbout,
    /// The id of what it is about.
    pub subject_id: String,
    /// Whom it concerns.
    pub person: Option<Person>,
    pub conversation: Option<ConversationId>,
    /// All of them.
    pub count: i64,
    /// The newest of them.
    pub reports: Vec<CaseReport>,
    pub created_at: Timestamp,
    /// Who has claimed it, while the claim lasts.
    pub claimed_by: Option<Person>,
    pub claimed_until: Option<Timestamp>,
    pub decision: Option<Decision>,
    pub days: Option<i64>,
    pub reason: String,
    pub decided_by: Option<Person>,
    pub decided_at: Option<Timestamp>,
}

/// Which cases a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseFilter {
    #[default]
    Open,
    /// Claimed by the viewer.
    Mine,
    Decided,
}

impl CaseFilter {
    pub const ALL: [Self; 3] = [Self::Open, Self::Mine, Self::Decided];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Mine => "mine",
            Self::Decided => "decided",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|filter| filter.as_str() == text)
    }
}

/// One page of cases, newest first, and how many are open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CasePage {
    pub cases: Vec<Case>,
    pub open: i64,
    pub next: Option<PageCursor>,
}

/// What somebody adds to a report.
#[cfg(feature = "ssr")]
pub fn check_report_text(body: &str) -> Result<String> {
    if body.trim().is_empty() {
        return Ok(String::new());
    }
    text::block("text", words::report_check_text(), body, 1, REPORT_TEXT_MAX_CHARS)
}

/// What the person concerned is told.
#[cfg(feature = "ssr")]
pub fn check_decision_reason(body: &str) -> Result<String> {
    text::line("text", words::case_check_reason(), body, 1, DECISION_REASON_MAX_CHARS)
}

#[cfg(feature = "ssr")]
pub fn check_days(days: Option<i64>) -> Result<i64> {
    match days {
        Some(days) if (1..=LIMIT_DAYS_MAX).contains(&days) => Ok(days),
        _ => Err(ApiError::invalid("days", words::case_check_days(&LIMIT_DAYS_MAX.to_string()))),
    }
}

read_fields! {
    CaseReport { reason, text, at, copy, copy_hash }
    Case { id, about, subject_id, person, conversation, count, reports, created_at, claimed_by, claimed_until, decision, days, reason, decided_by, decided_at }
    CasePage { cases, open, next }
}
read_by_serde! { Case, CasePage }
read_unit_enums! { CaseAbout, ReportReason, Decision, CaseFilter }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f11_who_may_decide_what_about_whom() {
        for (by, of, may) in [
            (Rank::Member, None, false),
            (Rank::Member, Some(Rank::Member), false),
            (Rank::Operator, None, true),
            (Rank::Operator, Some(Rank::Member), true),
            (Rank::Operator, Some(Rank::Operator), false),
            (Rank::Operator, Some(Rank::Admin), false),
            (Rank::Admin, Some(Rank::Operator), true),
            (Rank::Admin, Some(Rank::Admin), true),
        ] {
            assert_eq!(Decision::is_allowed(by, of), may, "{by:?} {of:?}");
        }
        for about in CaseAbout::ALL {
            assert!(Decision::Nothing.fits(about, false));
            assert!(!Decision::Suspend.fits(about, false) && Decision::Suspend.fits(about, true));
            assert_eq!(Decision::HideMessage.fits(about, true), about == CaseAbout::Message);
            assert_eq!(Decision::CloseListing.fits(about, true), about == CaseAbout::Listing);
            assert_eq!(Decision::CloseRoom.fits(about, false), about == CaseAbout::Room);
        }
    }
}
