//! Push offer: after the viewer's first message in a page, that an answer reaches this device also while every tab is
//! closed. It asks the browser for nothing before the viewer wants it, and once declined it does not come again here.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::users::push::get_push_settings,
    browser::{
        ThreadSlot,
        environment::{self, WebStorage},
        notifications::{Permission, permission},
        push::{self, Outcome, Support, support},
        use_live,
    },
    shared::{
        ids::{ConversationId, UserId},
        sync::thread::Thread,
        values::time::Timestamp,
        words,
    },
    ui::components::{Icon, reactive_view, use_toasts},
};

/// localStorage key that says that the offer was declined or taken.
const ANSWERED: &str = "stoa-push-offer";

#[component]
pub fn PushOffer(conversation: ConversationId) -> impl IntoView {
    let live = use_live();
    let key = RwSignal::new(None::<String>);
    let thread = live.thread(conversation);
    Effect::new(move |before: Option<(Timestamp, bool)>| {
        let (opened_at, was_asked) = before.unwrap_or_else(|| (environment::now(), false));
        let has_written = thread.with(|slot| has_written_since(opened_at, live.viewer, slot));
        // The server is asked once, however often the thread changes.
        let is_asking = has_written && !was_asked && is_offered();
        if is_asking {
            spawn_local(async move {
                if let Ok(settings) = get_push_settings().await {
                    key.try_set(Some(settings.public_key).filter(|_| !settings.is_on));
                }
            });
        }
        (opened_at, was_asked || is_asking)
    });
    reactive_view(move || key.get().map(|public_key| view! { <Offer public_key shown=key/> }.into_any()))
}

/// Whether the last message is the viewer's, and from after this time.
fn has_written_since(opened_at: Timestamp, viewer: Option<UserId>, slot: &ThreadSlot) -> bool {
    let last = slot.thread().and_then(Thread::last_text);
    last.is_some_and(|last| viewer.is_some() && last.sender == viewer && last.created_at > opened_at)
}

/// Whether this browser can be pushed to, and its user was asked neither by it nor by us.
fn is_offered() -> bool {
    support() == Support::Possible
        && permission() == Permission::NotAsked
        && WebStorage::Local.read(ANSWERED).is_none()
}

#[component]
fn Offer(public_key: String, shown: RwSignal<Option<String>>) -> impl IntoView {
    let toasts = use_toasts();
    let end = move || {
        WebStorage::Local.write(ANSWERED, "yes");
        shown.set(None);
    };
    let take = move |_| {
        end();
        push::turn_on(public_key.clone(), true, move |outcome| match outcome {
            Outcome::On => toasts.show(words::thread_push_on()),
            Outcome::Refused => toasts.error(words::thread_push_refused()),
            Outcome::Failed => toasts.error(words::thread_push_failed()),
            Outcome::NotSaved(error) => drop(toasts.settle::<()>("push", Err(error))),
        });
    };
    view! {
        <div class="push-offer" role="status">
            <Icon name="bell"/>
            <span>{words::thread_push_offer()}</span>
            <button class="button button--small" type="button" on:click=take>{words::thread_push_take()}</button>
            <button class="button button--small button--ghost" type="button" on:click=move |_| end()>
                {words::common_not_now()}
            </button>
        </div>
    }
}
