//! Tags: tokens of the index that are no words. They say who may find an entry and what it is, so that a search of one user
//! never reads the entries of others. They are a coarse filter alone: rights are checked again on what was found.

use uuid::Uuid;

use crate::shared::{
    ids::{ConversationId, ListingId, UserId},
    messages::search::Has,
};

/// Begins each tag. It is no letter, so no word has it, and not ASCII, so FTS5 takes it for part of a word.
pub(super) const MARK: char = '¤';
/// The time of entries that share a tag of an audience on PostgreSQL, in microseconds: 28 days. The newest entries of a user
/// are read without sorting all of theirs.
const PERIOD: i64 = 28 * 24 * 3_600 * 1_000_000;

/// The last half of an id, which is random. Two ids that share it only cost a look at a row that is not shown.
fn short(id: Uuid) -> String {
    format!("{:016x}", id.as_u64_pair().1)
}

/// The conversation is that of this user and of one or two others. A room has too many.
pub(super) fn person(user: UserId) -> String {
    format!("{MARK}u{}", short(user.0))
}

pub(super) fn conversation(id: ConversationId) -> String {
    format!("{MARK}c{}", short(id.0))
}

pub(super) fn sender(user: UserId) -> String {
    format!("{MARK}s{}", short(user.0))
}

pub(super) fn listing(id: ListingId) -> String {
    format!("{MARK}l{}", short(id.0))
}

pub(super) fn has(has: Has) -> String {
    format!("{MARK}h{}", has.as_str())
}

/// The beginning of a word, for PostgreSQL: a scan of all words that begin so would not be bounded.
pub(super) fn prefix(chars: &str) -> String {
    format!("{MARK}p{chars}")
}

/// The tag of an audience in a period.
pub(super) fn in_period(tag: &str, period: i64) -> String {
    format!("{tag}.{period}")
}

pub(super) fn period_of(micros: i64) -> i64 {
    micros.div_euclid(PERIOD)
}
