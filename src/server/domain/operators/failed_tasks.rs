//! Background tasks that were given up: admins see why, and have them tried again.

use crate::{
    server::{
        context::ContextInner,
        domain::{failed, users::check_admin},
        store::tasks,
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::TaskId,
        operators::failed_tasks::{FAILED_TASKS_MAX, FailedTask, FailedTaskList},
        users::Viewer,
        values::time::Timestamp,
    },
};

/// The tasks that were given up, the latest first. For admins only.
pub async fn list(context: &ContextInner, viewer: &Viewer) -> Result<FailedTaskList> {
    check_admin(viewer)?;
    let found = context
        .store
        .read_one(|mut conn| Box::pin(async move { tasks::failed(&mut conn, FAILED_TASKS_MAX).await }))
        .await
        .map_err(failed)?;
    let task = |task: tasks::Failed| FailedTask {
        id: TaskId(task.id),
        about: format!("{}: {}", task.queue, task.key.split(' ').next().unwrap_or_default()),
        attempts: task.attempts,
        reason: task.last_error.unwrap_or_default(),
        failed_at: Timestamp(task.failed_at),
    };
    Ok(FailedTaskList { tasks: found.into_iter().map(task).collect() })
}

/// Has a task tried once more, at once. For admins only.
pub async fn retry(context: &ContextInner, viewer: &Viewer, id: TaskId) -> Result<()> {
    check_admin(viewer)?;
    context.limits.change(viewer.id)?;
    let now = context.clock.now();
    let is_found = context
        .store
        .write(move |mut conn| Box::pin(async move { tasks::retry(&mut conn, id.0, now).await }))
        .await
        .map_err(failed)?;
    if is_found { Ok(()) } else { Err(ApiError::not_found(Missing::Task)) }
}
