//! Server functions for background tasks that were given up. For admins only.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{
    api::json::Json,
    shared::{errors::ApiError, ids::TaskId, operators::failed_tasks::FailedTaskList},
};

/// The tasks that were given up, the latest first.
#[server(prefix = "/rpc", endpoint = "get_failed_tasks", input = GetUrl, output = Json)]
pub async fn get_failed_tasks() -> Result<FailedTaskList, ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer()?;
    domain::operators::failed_tasks::list(&context, &viewer).await
}

/// Has a task tried once more, at once.
#[server(prefix = "/rpc", endpoint = "retry_task", output = Json)]
pub async fn retry_task(task_id: TaskId) -> Result<(), ApiError> {
    use crate::{api::request, server::domain};
    let (context, viewer) = request::viewer_or_sign_in("/operator/settings")?;
    domain::operators::failed_tasks::retry(&context, &viewer, task_id).await?;
    request::redirect_form_to("/operator/settings#failed-tasks");
    Ok(())
}
