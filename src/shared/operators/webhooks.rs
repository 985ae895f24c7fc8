//! Webhooks: endpoints of other programs that are told of events, and their deliveries, as admins see them.

use serde::{Deserialize, Serialize};

use crate::shared::{
    ids::WebhookId,
    json::{read_by_serde, read_fields, read_unit_enums},
    values::time::Timestamp,
};

/// Most endpoints of the marketplace.
pub const WEBHOOKS_MAX: i64 = 10;
/// The longest URL of an endpoint, in bytes.
pub const WEBHOOK_URL_MAX_BYTES: usize = 1_000;
/// Deliveries on one page.
pub const DELIVERIES_PAGE: i64 = 30;

/// Why an endpoint is told nothing.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OffReason {
    /// An admin switched it off.
    Admin,
    /// It answered 410: it wants no more.
    Gone,
    /// It took nothing for three days.
    Failing,
}

impl OffReason {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Admin, Self::Gone, Self::Failing].into_iter().find(|reason| reason.as_str() == text)
    }
}

/// An endpoint.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Webhook {
    pub id: WebhookId,
    pub url: String,
    /// The types of events that it is told of.
    pub types: Vec<String>,
    /// Whether messages come with their text.
    pub with_text: bool,
    /// Who made it.
    pub made_by: String,
    pub created_at: Timestamp,
    /// Since when nothing was taken; null if the last attempt succeeded.
    pub failing_since: Option<Timestamp>,
    /// Why it is told nothing; null if it is on.
    pub off: Option<OffReason>,
    /// Until when the secret before this one signs as well.
    pub former_secret_until: Option<Timestamp>,
    /// Events that were not taken yet, and those that were given up, at most 10,000 of each.
    pub waiting: i64,
    pub given_up: i64,
}

/// All endpoints.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WebhookList {
    pub webhooks: Vec<Webhook>,
    /// The secret that a form without scripts has just made: `ID SECRET`. It is shown only once.
    #[cfg_attr(feature = "ssr", schema(ignore))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<String>,
}

/// An endpoint, and the secret that its deliveries are signed with, which is shown only once.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WebhookSecret {
    pub id: WebhookId,
    /// `whsec_` and 32 random bytes in base64.
    pub secret: String,
}

/// How a delivery stands.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    Waiting,
    Delivered,
    GivenUp,
}

impl DeliveryState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::GivenUp => "given_up",
        }
    }
}

/// One event on its way to one endpoint.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WebhookDelivery {
    /// The event's place among all events.
    pub position: i64,
    /// The event's id, which comes as `webhook-id`.
    pub event: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub state: DeliveryState,
    pub attempts: i64,
    pub last_at: Option<Timestamp>,
    /// When it is tried next; null unless it waits.
    pub due_at: Option<Timestamp>,
    /// Milliseconds until the last answer.
    pub took_ms: Option<i64>,
    /// The status of the last answer.
    pub status: Option<i64>,
    /// The first 1,024 bytes of the last answer, or why there was none.
    pub answer: Option<String>,
}

/// A page of deliveries, the newest event first.
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DeliveryPage {
    pub deliveries: Vec<WebhookDelivery>,
    /// The next page begins below this position; null on the last.
    pub next: Option<i64>,
}

read_fields! {
    Webhook { id, url, types, with_text, made_by, created_at, failing_since, off, former_secret_until, waiting, given_up }
    WebhookList { webhooks, made }
    WebhookSecret { id, secret }
    DeliveryPage { deliveries, next }
}

impl crate::shared::json::FromJson for WebhookDelivery {
    fn from_json(mut json: crate::shared::json::Json) -> Result<Self, crate::shared::json::JsonError> {
        Ok(Self {
            position: json.take("position")?,
            event: json.take("event")?,
            kind: json.take("type")?,
            state: json.take("state")?,
            attempts: json.take("attempts")?,
            last_at: json.take("last_at")?,
            due_at: json.take("due_at")?,
            took_ms: json.take("took_ms")?,
            status: json.take("status")?,
            answer: json.take("answer")?,
        })
    }
}

read_by_serde! { WebhookList, WebhookSecret, DeliveryPage }
read_unit_enums! { OffReason, DeliveryState }
