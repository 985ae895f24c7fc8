//! The field to write in. It is a real form that posts to `send_message`, so it works before the
//! script has loaded and without it. What is typed is never wiped by anything but a send.

use leptos::{ev, html, prelude::*, task::spawn_local};

use super::{
    mention::{Mention, MentionList},
    menu::Editing,
};
use crate::shared::messages::body::{BODY_MAX_CHARS, check_body};
use crate::{
    browser::{Live, environment, use_live},
    shared::{
        conversations::Conversation,
        errors::ApiError,
        ids::{ConversationId, MessageId},
        values::text::without_controls,
    },
    ui::components::{Icon, changing, forms::form::refusal},
};

/// The counter shows from here on.
const NEAR_MAX_CHARS: usize = BODY_MAX_CHARS - 500;

#[component]
pub fn Composer(
    conversation: ConversationId,
    row: Memo<Option<Conversation>>,
    #[prop(optional)] takes_focus: bool,
) -> impl IntoView {
    let live = use_live();
    let field = Field {
        node: NodeRef::new(),
        chars: RwSignal::new(0),
        is_blank: RwSignal::new(true),
        // A post without script comes back with what was wrong with it.
        error: RwSignal::new(refusal("/rpc/send_message")),
    };
    let label = Memo::new(move |_| {
        row.with(|row| match row.as_ref().and_then(Conversation::peer) {
            Some(peer) => format!("Message {}", peer.person.first_name()),
            None => "Message".to_owned(),
        })
    });

    // What was typed before the page came alive wins over the draft.
    Effect::new(move |_| {
        let Some(node) = field.node.get() else { return };
        if live.is_awake.get() {
            match live.drafts.get_untracked(conversation) {
                Some(draft) if node.value().is_empty() => node.set_value(&draft),
                _ => live.keep_draft(conversation, &node.value()),
            }
            field.read(&node);
            if takes_focus && !environment::is_touch() {
                environment::focus_soon(node.into());
            }
        }
    });

    let mention = Mention::of(conversation, row);
    on_cleanup(move || live.stops_typing());
    let editing = expect_context::<Editing>();
    // Changing a message borrows the field; what was typed before comes back from the draft.
    Effect::new(move |was_editing: Option<bool>| {
        let seen = editing.0.get();
        let is_editing = seen.is_some();
        let text = seen.map(|seen| seen.body).or_else(|| live.drafts.get_untracked(conversation));
        if (is_editing || was_editing == Some(true))
            && let Some(node) = field.node.get_untracked()
        {
            node.set_value(&text.unwrap_or_default());
            field.read(&node);
            field.forgive();
            focus(&node);
        }
        is_editing
    });

    let send = move || {
        let Some(node) = field.node.get_untracked() else { return };
        let body = match check_body(&without_controls(&node.value())) {
            Ok(body) if editing.0.with_untracked(Option::is_some) => {
                save(live, editing, field, body);
                focus(&node);
                return;
            }
            body => body,
        };
        match body.and_then(|body| live.send(conversation, body)) {
            Ok(()) => {
                live.stops_typing();
                node.set_value("");
                live.drop_draft(conversation);
                field.read(&node);
                field.forgive();
            }
            Err(error) if !field.is_blank.get_untracked() => field.error.set(Some(error)),
            Err(_) => {}
        }
        // The keyboard on a phone stays, and so does the place of the next word.
        focus(&node);
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        send();
    };
    let kept = move || {
        if let Some(node) = field.node.get_untracked() {
            field.read(&node);
            if editing.0.with_untracked(Option::is_none) {
                live.keep_draft(conversation, &node.value());
            }
        }
    };
    let press = move |event: ev::KeyboardEvent| {
        let is_plain_enter = event.key() == "Enter" && !event.shift_key();
        // 229: Safari ends a composition with an Enter that no longer says so.
        let is_composing = event.is_composing() || event.key_code() == 229;
        if !is_composing && field.node.get_untracked().is_some_and(|node| mention.press(&event, &node)) {
            return kept();
        }
        if is_plain_enter && !is_composing && !environment::is_touch() {
            event.prevent_default();
            send();
        } else if event.key() == "ArrowUp" && field.is_blank.get_untracked() && !is_composing {
            if let Some(seen) = live.last_editable(conversation) {
                event.prevent_default();
                editing.0.set(Some(seen));
            }
        } else if event.key() == "Escape" && editing.0.with_untracked(Option::is_some) {
            // The dialog around, if there is one, stays open.
            event.prevent_default();
            event.stop_propagation();
            editing.0.set(None);
        }
    };
    let typed = move |_| {
        if let Some(node) = field.node.get_untracked() {
            field.read(&node);
            field.forgive();
            mention.read(&node);
            if editing.0.with_untracked(Option::is_none) {
                live.keep_draft(conversation, &node.value());
                live.says_typing(conversation);
            }
        }
    };
    view! {
        <form class="composer" method="post" action="/rpc/send_message" aria-label="Write a message" on:submit=submit>
            <input type="hidden" name="message_id" value=MessageId::new().to_string()/>
            <input type="hidden" name="conversation_id" value=conversation.to_string()/>
            {move || editing.0.with(Option::is_some).then(|| view! {
                <p class="composer__edit">
                    <Icon name="edit" class="icon--16"/>
                    <span>"Editing a message"</span>
                    <button type="button" on:click=move |_| editing.0.set(None)>"Cancel"</button>
                </p>
            })}
            <FieldNote field/>
            <MentionList mention node=field.node picked=Callback::new(move |()| kept())/>
            <div class="composer__field">
                <textarea
                    name="body"
                    rows="1"
                    dir="auto"
                    // As a draft; what is changed of a message that was sent is not.
                    data-kept=move || editing.0.with(Option::is_none).then_some("")
                    placeholder=move || label.get()
                    aria-label=move || label.get()
                    aria-invalid=move || field.is_over().then_some("true")
                    aria-autocomplete="list"
                    aria-activedescendant=move || mention.active()
                    aria-describedby=move || field.has_note().then_some("composer-note")
                    node_ref=field.node
                    on:input=typed
                    on:blur=move |_| mention.close()
                    on:keydown=press
                ></textarea>
                <button
                    class="composer__send"
                    type="submit"
                    aria-label="Send"
                    // Before the script has loaded it has to work whatever is typed.
                    disabled=move || live.is_awake.get() && field.is_blank.get()
                    // A press would move the focus out of the field, and the keyboard with it.
                    on:pointerdown=|event| event.prevent_default()
                >
                    <Icon name="send" class="icon--directional"/>
                </button>
            </div>
        </form>
    }
}

/// Gives the message that is being changed its new text. It stays in the field until the server
/// has it.
fn save(live: Live, editing: Editing, field: Field, body: String) {
    let Some(seen) = editing.0.get_untracked() else { return };
    if seen.body == body {
        editing.0.set(None);
        return;
    }
    spawn_local(async move {
        match live.edit(seen.clone(), body).await {
            // Meanwhile another one may have been taken up.
            Ok(()) if editing.0.try_get_untracked().flatten() == Some(seen) => editing.0.set(None),
            Ok(()) => {}
            Err(error) => drop(field.error.try_set(Some(error))),
        }
    });
}

/// What is known of the text, which itself lives in the textarea alone.
#[derive(Clone, Copy)]
struct Field {
    node: NodeRef<html::Textarea>,
    chars: RwSignal<usize>,
    is_blank: RwSignal<bool>,
    error: RwSignal<Option<ApiError>>,
}

impl Field {
    fn read(self, node: &web_sys::HtmlTextAreaElement) {
        let text = node.value();
        self.chars.set(text.chars().count());
        self.is_blank.set(text.trim().is_empty());
        grow(node);
    }

    /// The text is another one now: what was wrong with it is no longer said.
    fn forgive(self) {
        if self.error.with_untracked(Option::is_some) {
            self.error.set(None);
        }
    }

    fn is_over(self) -> bool {
        self.chars.get() > BODY_MAX_CHARS
    }

    fn has_note(self) -> bool {
        self.chars.get() > NEAR_MAX_CHARS || self.error.with(Option::is_some)
    }
}

/// Why a message can't go out, and how much room is left.
#[component]
fn FieldNote(field: Field) -> impl IntoView {
    let alert = move || {
        if let Some(error) = field.error.get() {
            return Some(error.message);
        }
        let over = field.chars.get().saturating_sub(BODY_MAX_CHARS);
        let noun = if over == 1 { "character" } else { "characters" };
        (over > 0).then(|| format!("Too long by {over} {noun}. Shorten it, or send it in parts."))
    };
    changing(move || {
        field.has_note().then(|| {
            view! {
                <p class="composer__note" id="composer-note" class:composer__note--over=move || field.is_over()>
                    <span role="alert">{alert}</span>
                    <span class="number">{move || format!("{} / {BODY_MAX_CHARS}", field.chars.get())}</span>
                </p>
            }.into_any()
        })
    })
}

/// As high as its text, for browsers that can't do it in the style sheet (`field-sizing`); the
/// style sheet bounds it.
fn grow(node: &web_sys::HtmlTextAreaElement) {
    let style = web_sys::HtmlElement::style(node);
    if js_sys::Reflect::has(&style, &"fieldSizing".into()).unwrap_or(false) {
        return;
    }
    let is_set = style
        .set_property("block-size", "auto")
        .and_then(|()| style.set_property("block-size", &format!("{}px", node.scroll_height())));
    debug_assert!(is_set.is_ok());
}

fn focus(node: &web_sys::HtmlTextAreaElement) {
    let is_focused = node.focus();
    debug_assert!(is_focused.is_ok());
}
