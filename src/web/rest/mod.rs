//! The REST API under `/api`: JSON in and out, errors as `application/problem+json`. [`routes`] lists every
//! route, so that tests can try each one without a session.

pub mod conversations;
pub mod docs_page;
pub mod files;
pub mod frames;
pub mod mail_in;
pub mod messages;
pub mod notifications;
pub mod openapi;
pub mod operators;
pub mod orders;
pub mod problem;
pub mod responses;
pub mod rooms;
pub mod search;
pub mod users;

use axum::{
    extract::FromRequestParts,
    http::{HeaderValue, Method, request::Parts},
    routing::{self, MethodRouter},
};

use super::state::SiteState;
use crate::{server::auth::session_tokens::RefusedSession, shared::users::Viewer};
use operators::{events, external, webhooks};
use problem::Problem;
use users::presence;

/// The description changes only with a new version of the server.
const CACHE_FOR_AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// One route of the API.
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub handler: MethodRouter<SiteState>,
}

/// All routes of the API. Each requires a session or a token, and is described in [`openapi`] (C5).
pub fn routes() -> Vec<Route> {
    vec![
        get("/api/conversations", routing::get(conversations::list)),
        post("/api/conversations", routing::post(conversations::create)),
        get("/api/conversations/{id}", routing::get(conversations::get)),
        get("/api/conversations/{id}/messages", routing::get(messages::list)),
        post("/api/conversations/{id}/messages", routing::post(messages::send)),
        post("/api/conversations/{id}/read", routing::post(messages::mark_read)),
        get("/api/conversations/{id}/level", routing::get(notifications::level)),
        Route {
            method: Method::PUT,
            path: "/api/conversations/{id}/level",
            handler: routing::put(notifications::set_level),
        },
        Route {
            method: Method::PUT,
            path: "/api/conversations/{id}/archived",
            handler: routing::put(conversations::archive),
        },
        Route {
            method: Method::DELETE,
            path: "/api/conversations/{id}/archived",
            handler: routing::delete(conversations::unarchive),
        },
        Route {
            method: Method::PUT,
            path: "/api/conversations/{id}/starred",
            handler: routing::put(conversations::star),
        },
        Route {
            method: Method::DELETE,
            path: "/api/conversations/{id}/starred",
            handler: routing::delete(conversations::unstar),
        },
        Route {
            method: Method::PUT,
            path: "/api/conversations/{id}/marked",
            handler: routing::put(conversations::mark_unread),
        },
        Route {
            method: Method::DELETE,
            path: "/api/conversations/{id}/marked",
            handler: routing::delete(conversations::unmark),
        },
        get("/api/orders", routing::get(orders::list)),
        post("/api/orders", routing::post(orders::create)),
        get("/api/orders/{key}", routing::get(orders::get)),
        get("/api/orders/{key}/messages", routing::get(orders::messages)),
        post("/api/orders/{key}/messages", routing::post(orders::send)),
        Route {
            method: Method::PATCH,
            path: "/api/orders/{key}/status",
            handler: routing::patch(orders::set_status),
        },
        get("/api/rooms", routing::get(rooms::list)),
        post("/api/rooms", routing::post(rooms::create)),
        get("/api/rooms/invitations", routing::get(rooms::invitations)),
        post("/api/rooms/{id}/accept", routing::post(rooms::accept)),
        post("/api/rooms/{id}/decline", routing::post(rooms::decline)),
        post("/api/rooms/{id}/withdraw", routing::post(rooms::withdraw)),
        get("/api/rooms/{id}/people", routing::get(rooms::people)),
        post("/api/rooms/{id}/people", routing::post(rooms::invite)),
        post("/api/rooms/{id}/role", routing::post(rooms::set_role)),
        post("/api/rooms/{id}/remove", routing::post(rooms::remove)),
        post("/api/rooms/{id}/name", routing::post(rooms::rename)),
        post("/api/rooms/{id}/link", routing::post(rooms::set_link)),
        post("/api/rooms/join", routing::post(rooms::join)),
        Route { method: Method::PATCH, path: "/api/messages/{id}", handler: routing::patch(messages::edit) },
        Route {
            method: Method::DELETE,
            path: "/api/messages/{id}",
            handler: routing::delete(messages::delete),
        },
        get("/api/notifications", routing::get(notifications::list)),
        post("/api/notifications", routing::post(notifications::send)),
        Route {
            method: Method::PATCH,
            path: "/api/notifications",
            handler: routing::patch(notifications::read),
        },
        Route {
            method: Method::DELETE,
            path: "/api/notifications/{id}",
            handler: routing::delete(notifications::delete),
        },
        post("/api/notifications/{id}/restore", routing::post(notifications::restore)),
        Route {
            method: Method::PUT,
            path: "/api/messages/{id}/reactions/{emoji}",
            handler: routing::put(messages::add_reaction),
        },
        Route {
            method: Method::DELETE,
            path: "/api/messages/{id}/reactions/{emoji}",
            handler: routing::delete(messages::remove_reaction),
        },
        get("/api/messages/{id}/reactions", routing::get(messages::reactors)),
        post("/api/messages/system", routing::post(messages::send_system)),
        get("/api/messages/poll", routing::get(messages::poll)),
        get("/api/messages/unread-count", routing::get(messages::unread_count)),
        get("/api/search", routing::get(search::find)),
        get("/api/events", routing::get(events::list)),
        get("/api/webhooks", routing::get(webhooks::list)),
        post("/api/webhooks", routing::post(webhooks::create)),
        Route { method: Method::PUT, path: "/api/webhooks/{id}", handler: routing::put(webhooks::choose) },
        post("/api/webhooks/{id}/secret", routing::post(webhooks::rotate)),
        post("/api/webhooks/{id}/test", routing::post(webhooks::test)),
        get("/api/webhooks/{id}/deliveries", routing::get(webhooks::deliveries)),
        post("/api/webhooks/{id}/again", routing::post(webhooks::again)),
        Route {
            method: Method::DELETE,
            path: "/api/webhooks/{id}",
            handler: routing::delete(webhooks::delete),
        },
        put("/api/external/users/{external_id}", routing::put(external::put_user)),
        delete("/api/external/users/{external_id}", routing::delete(external::delete_user)),
        delete("/api/external/users/{external_id}/sessions", routing::delete(external::end_sessions)),
        put("/api/external/listings/{external_id}", routing::put(external::put_listing)),
        delete("/api/external/listings/{external_id}", routing::delete(external::delete_listing)),
        put("/api/external/orders/{external_id}", routing::put(external::put_order)),
        post(external::IMPORT, routing::post(external::import)),
        get("/api/users/me", routing::get(users::me)),
        get("/api/users/{id}/presence", routing::get(presence::get)),
    ]
}

fn get(path: &'static str, handler: MethodRouter<SiteState>) -> Route {
    Route { method: Method::GET, path, handler }
}

fn post(path: &'static str, handler: MethodRouter<SiteState>) -> Route {
    Route { method: Method::POST, path, handler }
}

fn put(path: &'static str, handler: MethodRouter<SiteState>) -> Route {
    Route { method: Method::PUT, path, handler }
}

fn delete(path: &'static str, handler: MethodRouter<SiteState>) -> Route {
    Route { method: Method::DELETE, path, handler }
}

/// Extractor of the signed-in viewer; without a session or token the response is 401.
pub struct SignedIn(pub Viewer);

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let viewer = parts.extensions.get::<Viewer>().cloned();
        viewer.map(Self).ok_or_else(|| Problem(RefusedSession::error(&parts.extensions)))
    }
}
