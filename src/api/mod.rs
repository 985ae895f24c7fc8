//! The server functions: what the browser may ask for, each a few lines from viewer to domain to
//! answer. They live under `/rpc` with names that stay; a plain form post works for each command.

pub mod conversations;
mod json;
pub mod listings;
pub mod messages;
pub mod notifications;
pub mod operators;
pub mod orders;
#[cfg(feature = "ssr")]
pub mod request;
pub mod rooms;
pub mod users;

use leptos::prelude::{FromServerFnError, ServerFnErrorErr};

use crate::shared::errors::{ApiError, ErrorCode};

impl FromServerFnError for ApiError {
    type Encoder = json::JsonText;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self::unreachable(),
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => {
                Self::new(ErrorCode::Invalid, "Something in this request is missing or wrong.")
            }
            // The answer was not ours: a proxy's error page, or a connection cut in the middle.
            ServerFnErrorErr::Deserialization(_) | ServerFnErrorErr::Response(_) => Self::retry(),
            _ => Self::internal(),
        }
    }
}
