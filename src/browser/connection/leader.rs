//! State of the leader election in this tab.

use std::collections::HashMap;

use super::{tab_message::TabId, tab_threads::OtherTab};
use crate::{browser::timers::Timer, shared::values::time::Timestamp};

/// Which tab is the leader, as far as this tab knows.
#[derive(Default)]
pub struct Leadership {
    /// This tab's id, generated at its start.
    pub(super) tab: TabId,
    pub(super) is_leader: bool,
    /// A lock request is pending; the browser calls back when the lock is free.
    pub(super) is_queued: bool,
    pub(super) leader: Option<TabId>,
    /// When this tab pinged the leader last, and whether an answer has come since.
    pub(super) pinged_at: Option<Timestamp>,
    pub(super) has_answered: bool,
    /// The browser has frozen this tab or is about to.
    pub(super) is_frozen: bool,
    pub(super) next_check: Timer,
    /// Open threads and attention of the other tabs. Kept by the leader only.
    pub(super) other_tabs: HashMap<TabId, OtherTab>,
}
