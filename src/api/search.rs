//! Server functions for the search in messages.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::json::Json;
use crate::shared::{
    errors::ApiError,
    messages::search::{FoundPage, MessageSearch, SearchCursor},
};

/// One page of the viewer's messages with these words, newest first. `after` is the `next` of the page before.
#[server(prefix = "/rpc", endpoint = "search_messages", input = GetUrl, output = Json)]
pub async fn search_messages(
    #[server(default)] search: MessageSearch,
    after: Option<SearchCursor>,
) -> Result<FoundPage, ApiError> {
    use super::request;
    use crate::server::domain;
    let (context, viewer) = request::viewer()?;
    domain::messages::search::find(&context, &viewer, search, after).await
}
