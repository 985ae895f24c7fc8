//! The first message about a listing: the conversation is stored together with it.

use leptos::{ev, html, prelude::*};

use crate::{
    browser::{Live, environment, use_live},
    shared::{
        errors::Result,
        ids::{ConversationId, MessageId},
        listings::ListingCard,
        messages::body::check_body,
        values::text::without_controls,
        words,
    },
    ui::components::{
        Attempt, CommandForm, Icon,
        forms::field::{FormErrorLine, focus_on_error},
    },
};

/// A form that works without script as well; then the page of the conversation follows.
#[component]
pub fn FirstMessage(
    listing: ListingCard,
    /// Gets the conversation once the message is stored.
    on_started: Box<dyn Fn(ConversationId)>,
    #[prop(optional)] takes_focus: bool,
) -> impl IntoView {
    let live = use_live();
    let attempt = Attempt::at("/rpc/start_conversation");
    let (form, node) = (NodeRef::<html::Form>::new(), NodeRef::<html::Textarea>::new());
    let error = attempt.error();
    focus_on_error(form, error);
    let listing_id = listing.id;
    Effect::new(move |_| {
        let Some(node) = node.get().filter(|_| live.is_hydrated.get()) else { return };
        match live.first_draft(listing_id) {
            Some(draft) if node.value().is_empty() => node.set_value(&draft),
            // What was typed before hydration.
            _ => live.save_first_draft(listing_id, &node.value()),
        }
        if takes_focus && !environment::is_touch() {
            environment::focus_soon(node.into());
        }
    });
    Effect::new(move |_| {
        if let Some(Ok(conversation)) = attempt.answer.get()
            && let Ok(conversation) = conversation.parse()
        {
            live.save_first_draft(listing_id, "");
            on_started(conversation);
        }
    });
    let id = MessageId::new();
    // The last attempt may have been stored: the same text again has its id, another one a new id.
    let last = StoredValue::new(None::<(MessageId, String)>);
    let send = move |live: Live, typed: String| {
        Box::pin(async move {
            let body = check_body(&without_controls(&typed))?;
            let id = match last.get_value() {
                Some((id, sent)) if sent == body => id,
                Some(_) => MessageId::new(),
                None => id,
            };
            last.set_value(Some((id, body.clone())));
            let started: Result<_> = live.start_conversation(listing_id, id, body).await;
            started.map(|conversation| conversation.id.to_string())
        })
    };
    let input = move |event: ev::Event| {
        live.save_first_draft(listing_id, &event_target_value(&event));
        if error.with_untracked(Option::is_some) {
            attempt.answer.set(None);
        }
    };
    let keydown = move |event: ev::KeyboardEvent| {
        let is_composing = event.is_composing() || event.key_code() == 229;
        let is_to_send = event.key() == "Enter"
            && !event.shift_key()
            && (!environment::is_touch() || event.ctrl_key() || event.meta_key());
        if is_to_send && !is_composing {
            event.prevent_default();
            let is_blank = node.get_untracked().is_none_or(|node| node.value().trim().is_empty());
            if is_blank || attempt.is_pending.get_untracked() {
                return;
            }
            if let Some(form) = form.get_untracked() {
                let is_sent = form.request_submit();
                debug_assert!(is_sent.is_ok());
            }
        }
    };
    let label = words::message_field_to(listing.host.first_name());
    view! {
        <CommandForm
            attempt
            node_ref=form
            class="composer"
            send=Box::new(move |fields| send(live, fields.text("body")))
        >
            <input type="hidden" name="message_id" value=id.to_string()/>
            <input type="hidden" name="listing_id" value=listing.id.to_string()/>
            <FormErrorLine error fields=&[]/>
            <div class="composer__field">
                <textarea
                    name="body"
                    rows="1"
                    dir="auto"
                    placeholder=label.clone()
                    aria-label=label
                    // The text comes back by itself.
                    data-kept=""
                    readonly=move || attempt.is_pending.get()
                    node_ref=node
                    on:input=input
                    on:keydown=keydown
                ></textarea>
                <button
                    class="composer__send"
                    type="submit"
                    aria-label=words::message_field_send()
                    aria-busy=move || attempt.is_pending.get().then_some("true")
                    on:click=move |event| if attempt.is_pending.get_untracked() { event.prevent_default() }
                    // A press would move the focus out of the field and close the keyboard.
                    on:pointerdown=|event| event.prevent_default()
                >
                    <Icon name="send" class="icon--directional"/>
                </button>
            </div>
        </CommandForm>
    }
}
