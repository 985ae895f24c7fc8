//! Server function for the events of security of all accounts. Their export is a file (`web/pages/downloads`).

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{
    api::json::Json,
    shared::{errors::ApiError, operators::audit::AuditPage, values::page_cursor::PageCursor},
};

/// One page of the events, newest first; admins only. `q` is part of a user's name, `event` the name of an event, `result` is
/// `refused` or `done`, `from` and `to` are days, both within.
#[server(prefix = "/rpc", endpoint = "find_security_events", input = GetUrl, output = Json)]
pub async fn find_security_events(
    #[server(default)] q: String,
    #[server(default)] event: String,
    #[server(default)] result: String,
    #[server(default)] from: String,
    #[server(default)] to: String,
    after: Option<PageCursor>,
) -> Result<AuditPage, ApiError> {
    use crate::{api::request, server::domain, shared::operators::security_events::EventFilter};
    let (context, viewer) = request::viewer()?;
    let filter = EventFilter { q, event, result, from, to };
    domain::operators::security_events::list(&context, &viewer, filter, after).await
}
