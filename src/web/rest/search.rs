//! Endpoint of the search in messages: `/api/search`.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    SignedIn,
    problem::{Params, Problem},
    responses::{Always, Invalid, TooFast},
};
use crate::{
    server::{context::Context, domain::messages::search},
    shared::{
        errors::ApiError,
        ids::{ConversationId, ListingId, UserId},
        messages::search::{FoundPage, Has, MessageSearch},
        values::dates::Day,
    },
};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchParams {
    /// Words that must all be there. The last may be the beginning of one; what stands in quotation marks is a phrase.
    /// Without words the filters alone find messages.
    #[param(max_length = 100)]
    q: Option<String>,
    /// Only in this conversation.
    conversation: Option<ConversationId>,
    /// Only in conversations with this person.
    with: Option<UserId>,
    /// Only messages that I have sent.
    #[serde(default)]
    mine: bool,
    /// Only in conversations about this listing.
    listing: Option<ListingId>,
    /// Only in the conversation of the order with this code.
    order: Option<String>,
    /// Only messages with this.
    #[param(inline)]
    has: Option<Has>,
    /// Only those of this day (UTC) and later.
    since: Option<Day>,
    /// Only those of this day (UTC) and earlier.
    until: Option<Day>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// One page of the messages that I may read and that have all these words, newest first. A message is found within a second
/// in a quiet hour; what is found is as it is now. A page that found nothing may have a `next` one.
#[utoipa::path(get, path = "/api/search", params(SearchParams),
    responses((status = 200, body = FoundPage), Always, Invalid, TooFast))]
pub async fn find(
    State(context): State<Context>,
    SignedIn(viewer): SignedIn,
    Params(params): Params<SearchParams>,
) -> Result<Json<FoundPage>, Problem> {
    let after = params.after.map(|after| after.parse()).transpose();
    let after = after.map_err(|_| ApiError::invalid("after", "That is no `next` of a page."))?;
    let search = MessageSearch {
        text: params.q.unwrap_or_default(),
        conversation: params.conversation,
        with: params.with,
        is_mine: params.mine,
        listing: params.listing,
        order: params.order,
        has: params.has,
        since: params.since,
        until: params.until,
    };
    Ok(Json(search::find(&context, &viewer, search, after).await?))
}
