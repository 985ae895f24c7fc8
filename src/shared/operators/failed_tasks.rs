//! Background tasks that were given up, as admins see them.

use serde::Serialize;

use crate::shared::{
    ids::TaskId,
    json::{read_by_serde, read_fields},
    values::time::Timestamp,
};

/// The most that the list shows, the latest first.
pub const FAILED_TASKS_MAX: i64 = 50;

/// One task that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailedTask {
    pub id: TaskId,
    /// What it was about, without anybody's address.
    pub about: String,
    pub attempts: i64,
    /// The reason of the last attempt, such as a mail server's answer.
    pub reason: String,
    pub failed_at: Timestamp,
}

/// The tasks that were given up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FailedTaskList {
    pub tasks: Vec<FailedTask>,
}

read_fields! {
    FailedTask { id, about, attempts, reason, failed_at }
    FailedTaskList { tasks }
}
read_by_serde! { FailedTaskList }
