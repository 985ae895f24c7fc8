//! Webhooks (R4): endpoints of other programs, made by admins, and the deliveries of events to them.

pub mod schedule;
mod turn;
pub mod worker;

use uuid::Uuid;

use super::event_log::event::EventIds;
use crate::{
    server::{
        auth::{access::Access, session_tokens, webhook_secret},
        context::ContextInner,
        domain::{failed, users::check_admin},
        store::operators::webhooks::{
            deliveries::{self, DeliveryRow},
            endpoints::{self, NewWebhook, WebhookChange, WebhookOutcome},
        },
    },
    shared::{
        errors::{ApiError, Missing, Result},
        ids::WebhookId,
        operators::{
            events::{parse_types, to_words},
            webhooks::{
                DELIVERIES_PAGE, DeliveryPage, DeliveryState, WEBHOOK_URL_MAX_BYTES, WEBHOOKS_MAX,
                WebhookDelivery, WebhookList, WebhookSecret,
            },
        },
        users::Viewer,
        values::time::{DAY, Timestamp},
        words,
    },
};

/// How long a former secret signs beside the new one.
const FORMER_SECRET_KEPT: i64 = DAY;
/// Deliveries that one transaction deletes with their endpoint.
const DELETED_AT_ONCE: i64 = 2_000;

/// What is chosen of an endpoint: types of events, with a space between, and whether messages come with their text.
pub struct Choice {
    pub types: String,
    pub with_text: bool,
}

/// All endpoints. For admins only.
pub async fn list(context: &ContextInner, viewer: &Viewer, made: Option<String>) -> Result<WebhookList> {
    check_admin(viewer)?;
    let now = context.clock.now();
    let webhooks = context
        .store
        .read(move |mut conn| Box::pin(async move { endpoints::list(&mut conn, now).await }))
        .await
        .map_err(failed)?;
    let is_there = |made: &String| {
        webhooks.iter().any(|webhook| made.split(' ').next() == Some(webhook.id.to_string().as_str()))
    };
    Ok(WebhookList { made: made.filter(is_there), webhooks })
}

/// Makes an endpoint under an id that the client chose, and returns its secret; it can't be shown again. So a repeated id is a
/// conflict. With texts only by a session, or a token that may have them.
pub async fn create(
    context: &ContextInner,
    viewer: &Viewer,
    access: Access,
    id: WebhookId,
    url: &str,
    choice: Choice,
) -> Result<WebhookSecret> {
    check_admin(viewer)?;
    if id.0.get_version_num() != 7 {
        return Err(ApiError::invalid("id", "An id is a UUID of version 7."));
    }
    let url = url.trim();
    if !context.webhooks.takes(url) {
        return Err(ApiError::invalid("url", words::webhook_refused_url(&WEBHOOK_URL_MAX_BYTES.to_string())));
    }
    let types = checked(access, &choice)?;
    context.limits.change(viewer.id)?;
    let secret = webhook_secret::generate().ok_or_else(ApiError::internal)?;
    let detail = endpoints::entry_detail(&endpoints::host_of(url), &types, choice.with_text);
    let new = NewWebhook {
        id,
        url: url.to_owned(),
        types,
        with_text: choice.with_text,
        secret: secret.clone(),
        detail,
    };
    let (by, now) = (viewer.id, context.clock.now());
    let outcome = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { endpoints::create(&mut conn, by, new.clone(), now).await })
        })
        .await
        .map_err(failed)?;
    answer(outcome)?;
    context.event_log.look_again();
    Ok(WebhookSecret { id, secret })
}

/// Chooses what an endpoint is told.
pub async fn choose(
    context: &ContextInner,
    viewer: &Viewer,
    access: Access,
    id: WebhookId,
    choice: Choice,
) -> Result<()> {
    check_admin(viewer)?;
    let types = checked(access, &choice)?;
    change(context, viewer, id, WebhookChange::Choice { types, with_text: choice.with_text }).await
}

/// Switches an endpoint on or off. What waits is sent once it is on again, and so is what happened meanwhile.
pub async fn switch(context: &ContextInner, viewer: &Viewer, id: WebhookId, is_on: bool) -> Result<()> {
    check_admin(viewer)?;
    change(context, viewer, id, if is_on { WebhookChange::On } else { WebhookChange::Off }).await
}

/// Gives an endpoint another secret, and returns it. The one before signs as well for a day. Repeated with the same key it returns
/// the secret that it made the first time, until another is made; `conflict` if that happens meanwhile.
pub async fn rotate(
    context: &ContextInner,
    viewer: &Viewer,
    id: WebhookId,
    key: Option<&str>,
) -> Result<WebhookSecret> {
    check_admin(viewer)?;
    let secret = webhook_secret::generate().ok_or_else(ApiError::internal)?;
    let former_until = context.clock.now().plus(FORMER_SECRET_KEPT);
    // A key is its user's own, and may say anything: only its hash is kept.
    let key = key.map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
    let key = session_tokens::hash(&format!("{} {key}", viewer.id));
    change(context, viewer, id, WebhookChange::Secret { secret, key, former_until }).await?;
    let read = context.store.read_one(move |mut conn| {
        Box::pin(async move { endpoints::secret_of_key(&mut conn, id, key).await })
    });
    let secret =
        read.await.map_err(failed)?.ok_or_else(|| ApiError::conflict(words::webhook_refused_made()))?;
    Ok(WebhookSecret { id, secret })
}

/// Sends a test event.
pub async fn test(context: &ContextInner, viewer: &Viewer, id: WebhookId) -> Result<()> {
    check_admin(viewer)?;
    change(context, viewer, id, WebhookChange::Test).await
}

/// Sends an event once more, or at once if it waits.
pub async fn send_again(context: &ContextInner, viewer: &Viewer, id: WebhookId, position: i64) -> Result<()> {
    check_admin(viewer)?;
    change(context, viewer, id, WebhookChange::Again { position }).await
}

/// Deletes an endpoint with its deliveries.
pub async fn delete(context: &ContextInner, viewer: &Viewer, id: WebhookId) -> Result<()> {
    check_admin(viewer)?;
    context.limits.change(viewer.id)?;
    let by = viewer.id;
    loop {
        let now = context.clock.now();
        let deleted = context.store.write(move |mut conn| {
            Box::pin(async move { endpoints::delete(&mut conn, by, id, DELETED_AT_ONCE, now).await })
        });
        if let Some(outcome) = deleted.await.map_err(failed)? {
            return answer(outcome);
        }
    }
}

/// A page of an endpoint's deliveries below a position, the newest event first; those that were not taken alone, if `is_failed`.
pub async fn deliveries(
    context: &ContextInner,
    viewer: &Viewer,
    id: WebhookId,
    is_failed: bool,
    below: Option<i64>,
) -> Result<DeliveryPage> {
    check_admin(viewer)?;
    let below = below.unwrap_or(i64::MAX);
    let read = context.store.read(move |mut conn| {
        Box::pin(async move { deliveries::page(&mut conn, id, is_failed, below).await })
    });
    let rows = read.await.map_err(failed)?.ok_or_else(|| ApiError::not_found(Missing::Webhook))?;
    let ids = EventIds::of(&context.epoch);
    let has_more = rows.len() as i64 > DELIVERIES_PAGE;
    let mut deliveries: Vec<_> = rows.into_iter().map(|row| shown(row, &ids)).collect();
    deliveries.truncate(DELIVERIES_PAGE as usize);
    let next = deliveries.last().filter(|_| has_more).map(|last| last.position);
    Ok(DeliveryPage { deliveries, next })
}

fn shown(row: DeliveryRow, ids: &EventIds) -> WebhookDelivery {
    let state = row.state();
    WebhookDelivery {
        position: row.position,
        event: ids.id(row.position),
        kind: row.r#type,
        state,
        attempts: row.attempts,
        last_at: row.last_at.map(Timestamp),
        due_at: (state == DeliveryState::Waiting).then_some(Timestamp(row.due_at)),
        took_ms: row.took.map(|micros| micros / 1_000),
        status: row.status,
        answer: row.answer,
    }
}

/// The types of a choice, each once. None at all is a choice of test events alone, and refused.
fn checked(access: Access, choice: &Choice) -> Result<String> {
    if choice.with_text && matches!(access, Access::Token(_)) {
        access.require_event_texts()?;
    }
    let types = parse_types(&choice.types).filter(|types| !types.is_empty());
    let types = types.ok_or_else(|| ApiError::invalid("types", words::webhook_refused_types()))?;
    Ok(to_words(&types))
}

async fn change(context: &ContextInner, viewer: &Viewer, id: WebhookId, change: WebhookChange) -> Result<()> {
    context.limits.change(viewer.id)?;
    let (by, now) = (viewer.id, context.clock.now());
    let outcome = context
        .store
        .write(move |mut conn| {
            Box::pin(async move { endpoints::change(&mut conn, by, id, change.clone(), now).await })
        })
        .await
        .map_err(failed)?;
    answer(outcome)?;
    context.event_log.wake_workers();
    Ok(())
}

fn answer(outcome: WebhookOutcome) -> Result<()> {
    match outcome {
        WebhookOutcome::Done => Ok(()),
        WebhookOutcome::NotAllowed => Err(ApiError::forbidden(words::operator_refused_admins_only())),
        WebhookOutcome::NoWebhook => Err(ApiError::not_found(Missing::Webhook)),
        WebhookOutcome::Taken => Err(ApiError::conflict(words::webhook_refused_made())),
        WebhookOutcome::TooMany => {
            Err(ApiError::conflict(words::webhook_refused_too_many(&WEBHOOKS_MAX.to_string())))
        }
        WebhookOutcome::IsOff => Err(ApiError::conflict(words::webhook_refused_off())),
    }
}
