//! Delivery of a notice: the push service that takes it, and what its answer says of the browser.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::notice::Notice;
use crate::{
    server::{
        context::ContextInner,
        domain::{failed, tasks::Attempt},
        outside::web_push::{BrowserKeys, Push, PushAnswer},
        store::push::subscriptions::{self, Subscription},
        telemetry::metrics,
    },
    shared::{errors::Result, values::time::Timestamp},
};

/// The shortest pause of a browser whose push service puts off or does not answer.
const PAUSE_MIN: Duration = Duration::from_secs(30);
/// Bytes of a topic: 24 characters of base64url.
const TOPIC_BYTES: usize = 18;

/// Hands a notice to the browser's push service. `Done`: it has it, or the browser wants none any more.
pub async fn hand_over(
    context: &ContextInner,
    to: &Subscription,
    notice: &Notice,
    is_urgent: bool,
) -> Result<Attempt> {
    let Some(keys) = BrowserKeys::new(&to.p256dh, &to.auth) else {
        change(context, to.id, Change::Delete).await?;
        return Ok(Attempt::Impossible("the browser's keys can't be read".to_owned()));
    };
    let now = context.clock.now();
    if to.paused_until() > now {
        let after = Duration::from_micros((to.paused_until().0 - now.0).unsigned_abs());
        return Ok(Attempt::Later {
            reason: "the push service wants nothing for this browser yet".to_owned(),
            after,
        });
    }
    let push = Push {
        endpoint: to.endpoint.clone(),
        keys,
        payload: notice.to_payload(context.config.public_url.as_deref().unwrap_or_default()),
        topic: topic(to.id, &notice.tag),
        is_urgent,
    };
    let answer = context.web_push.send(push, now).await;
    metrics::count_push(answer.as_str());
    Ok(match answer {
        PushAnswer::Taken => {
            if to.had_trouble() {
                change(context, to.id, Change::Taken).await?;
            }
            Attempt::Done
        }
        PushAnswer::Gone => {
            change(context, to.id, Change::Delete).await?;
            Attempt::Done
        }
        PushAnswer::Refused(reason) => {
            change(context, to.id, Change::Refused).await?;
            Attempt::Impossible(reason)
        }
        PushAnswer::Later { reason, after } => {
            // All pushes to this browser wait: one that never answers takes up a worker now and then, and not always.
            let after = after.unwrap_or_default().max(PAUSE_MIN);
            let until = context.clock.now().plus(i64::try_from(after.as_micros()).unwrap_or(i64::MAX));
            change(context, to.id, Change::Pause(until)).await?;
            Attempt::Later { reason, after }
        }
    })
}

/// What an answer says of a subscription.
#[derive(Clone, Copy)]
enum Change {
    Taken,
    Refused,
    Pause(Timestamp),
    Delete,
}

async fn change(context: &ContextInner, id: Uuid, change: Change) -> Result<()> {
    context
        .low_priority_store
        .write(move |mut conn| {
            Box::pin(async move {
                match change {
                    Change::Taken => subscriptions::set_taken(&mut conn, id).await,
                    Change::Refused => subscriptions::count_refusal(&mut conn, id).await,
                    Change::Pause(until) => subscriptions::pause(&mut conn, id, until).await,
                    Change::Delete => subscriptions::delete(&mut conn, id).await,
                }
            })
        })
        .await
        .map_err(failed)
}

/// What a push service tells pushes of one browser about one thing by. It says nothing to others.
fn topic(subscription: Uuid, tag: &str) -> String {
    let hash = Sha256::new().chain_update(subscription.as_bytes()).chain_update(tag).finalize();
    BASE64_URL_SAFE_NO_PAD.encode(&hash[..TOPIC_BYTES])
}
