//! Server functions: the browser's remote procedure calls, under `/rpc`. Each takes the viewer from the
//! request and calls the domain. Endpoint names are stable, since cached clients call them. Each command also
//! works as a plain form post.

pub mod conversations;
mod json;
pub mod listings;
pub mod messages;
pub mod notifications;
pub mod operators;
pub mod orders;
pub mod reports;
#[cfg(feature = "ssr")]
pub mod request;
pub mod rooms;
pub mod search;
pub mod users;

use leptos::prelude::{FromServerFnError, ServerFnErrorErr};

use crate::shared::{
    errors::{ApiError, ErrorCode},
    words,
};

impl FromServerFnError for ApiError {
    type Encoder = json::JsonText;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self::unreachable(),
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => {
                Self::new(ErrorCode::Invalid, words::error_unreadable())
            }
            // The response is not ours: a proxy's error page, or a connection cut in the middle.
            ServerFnErrorErr::Deserialization(_) | ServerFnErrorErr::Response(_) => Self::retry(),
            _ => Self::internal(),
        }
    }
}
