//! Composer: writes and edits messages. It is a real form that posts to `send_message`, so it works before
//! hydration and without script. Only a successful send clears the typed text.

mod chosen_files;
mod drop;
mod field;
mod mention;
pub mod reply;
mod voice;

use leptos::{ev, prelude::*, task::spawn_local};

use super::menu::Editing;
use crate::{
    browser::{ConnectionStatus, Live, environment, sending::edits::ChangeableMessage, use_live},
    shared::{
        conversations::Conversation,
        ids::{ConversationId, MessageId},
        messages::{attached::NewAttached, body::check_body},
        values::text::without_controls,
        words,
    },
    ui::components::{Icon, forms::form::posted_error},
};
use chosen_files::{AttachButton, ChosenFileList, ChosenFiles};
use drop::DropTarget;
use field::{ComposerField, FieldNote, focus};
use mention::{MentionAutocomplete, MentionList};
use reply::{ReplyLine, Replying};
use voice::{RecordButton, RecordingBar, VoiceRecorder};

#[component]
pub fn Composer(
    conversation: ConversationId,
    row: Memo<Option<Conversation>>,
    #[prop(optional)] takes_focus: bool,
) -> impl IntoView {
    let live = use_live();
    let field = ComposerField {
        node: NodeRef::new(),
        chars: RwSignal::new(0),
        is_blank: RwSignal::new(true),
        // A plain form post that failed redirects back with its error.
        error: RwSignal::new(posted_error("/rpc/send_message")),
    };
    let label = Memo::new(move |_| {
        row.with(|row| match row.as_ref().and_then(Conversation::peer) {
            Some(peer) => words::message_field_to(peer.person.first_name()),
            None => match row {
                None => words::message_field_plain().to_owned(),
                Some(row) if row.people.is_empty() => words::message_field_to_team().to_owned(),
                Some(row) => words::message_field_to(&row.names()),
            },
        })
    });

    let chosen = ChosenFiles::new();
    let voice = VoiceRecorder::new();
    restore_draft(live, conversation, field, takes_focus);
    let mention = MentionAutocomplete::new(conversation, row);
    let editing = expect_context::<Editing>();
    let replying = expect_context::<Replying>();
    replying.on_chosen(move || {
        editing.0.set(None);
        field.focus();
    });
    // Whether the text was written here, not in another tab or on an earlier page.
    let is_own = StoredValue::new(false);
    follow_draft(live, conversation, field, editing, is_own);
    on_cleanup(move || live.report_typing_stopped());
    resume_edit(live, conversation, field, editing);
    show_edited_message(live, conversation, field, editing);

    let status = live.status();
    let is_suspended = Memo::new(move |_| status.get() == ConnectionStatus::Suspended);
    // An edit changes the text alone.
    let is_disabled = Memo::new(move |_| is_suspended.get() || editing.0.with(Option::is_some));
    let send = move || {
        let Some(node) = field.node.get_untracked() else { return };
        let body = match check_body(&without_controls(&node.value())) {
            Ok(body) if editing.0.with_untracked(Option::is_some) => {
                save_edit(live, conversation, editing, field, body);
                focus(&node);
                return;
            }
            _ if chosen.has_any() && node.value().trim().is_empty() => Ok(String::new()),
            body => body,
        };
        let attached = NewAttached { reply: replying.place(), ..NewAttached::default() };
        let sent = body.and_then(|body| match chosen.take() {
            files if files.is_empty() => live.send(conversation, body, attached.unread()),
            files => live.send_files(conversation, body, attached, &files),
        });
        match sent {
            Ok(()) => {
                replying.end();
                live.report_typing_stopped();
                node.set_value("");
                is_own.set_value(false);
                live.delete_draft(conversation);
                field.read(&node);
                field.clear_error();
            }
            Err(error) if !field.is_blank.get_untracked() => field.error.set(Some(error)),
            Err(_) => {}
        }
        // Keeps the keyboard of a phone open.
        focus(&node);
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        send();
    };
    let save_draft = move || {
        if let Some(node) = field.node.get_untracked() {
            field.read(&node);
            is_own.set_value(true);
            save_text(live, conversation, editing, &node.value());
        }
    };
    let keydown = move |event: ev::KeyboardEvent| {
        let is_plain_enter = event.key() == "Enter" && !event.shift_key();
        // 229: the Enter that ends an IME composition in Safari has `is_composing` unset.
        let is_composing = event.is_composing() || event.key_code() == 229;
        if !is_composing && field.node.get_untracked().is_some_and(|node| mention.handle_key(&event, &node)) {
            return save_draft();
        }
        // Where Enter begins a line, on a touch screen, a keyboard may still be there.
        let is_to_send = is_plain_enter && (!environment::is_touch() || event.ctrl_key() || event.meta_key());
        if is_to_send && !is_composing {
            event.prevent_default();
            send();
        } else if event.key() == "ArrowUp" && field.is_blank.get_untracked() && !is_composing {
            if let Some(seen) = live.last_editable(conversation) {
                event.prevent_default();
                editing.0.set(Some(seen));
            }
        } else if event.key() == "Escape" && !is_composing {
            let was_editing = editing.0.with_untracked(Option::is_some);
            if was_editing {
                editing.0.set(None);
            }
            if was_editing || replying.end() {
                // Keeps the messages dialog open.
                event.prevent_default();
                event.stop_propagation();
            }
        }
    };
    let input = move |_| {
        if let Some(node) = field.node.get_untracked() {
            field.read(&node);
            field.clear_error();
            mention.update(&node);
            is_own.set_value(!node.value().is_empty());
            save_text(live, conversation, editing, &node.value());
            if editing.0.with_untracked(Option::is_none) {
                live.report_typing(conversation);
            }
        }
    };
    view! {
        <form
            class="composer"
            method="post" action="/rpc/send_message" aria-label=words::composer_label() on:submit=submit>
            <input type="hidden" name="message_id" value=MessageId::new().to_string()/>
            <input type="hidden" name="conversation_id" value=conversation.to_string()/>
            {move || editing.0.with(Option::is_some).then(|| view! {
                <p class="composer__edit">
                    <Icon name="edit" class="icon--16"/>
                    <span>{words::composer_editing()}</span>
                    <button type="button" on:click=move |_| editing.0.set(None)>{words::common_cancel()}</button>
                </p>
            })}
            <Show when=move || editing.0.with(Option::is_none)>
                <ReplyLine conversation replying field/>
            </Show>
            <FieldNote field/>
            <ChosenFileList chosen/>
            <RecordingBar voice chosen/>
            <MentionList mention node=field.node on_insert=Callback::new(move |()| save_draft())/>
            <div class="composer__field">
                {move || live.is_hydrated.get().then(|| view! {
                    <AttachButton chosen is_disabled/>
                    <DropTarget chosen/>
                    <RecordButton voice chosen is_disabled/>
                })}
                <textarea
                    // The second skip link leads here.
                    id="message-field"
                    name="body"
                    rows="1"
                    dir="auto"
                    // Marks the text as one that comes back by itself.
                    data-kept=""
                    placeholder=move || label.get()
                    aria-label=move || label.get()
                    // The text stays, to be copied. Whoever was only signed out may write on: it waits.
                    readonly=move || is_suspended.get()
                    aria-invalid=move || field.is_over().then_some("true")
                    aria-autocomplete="list"
                    aria-activedescendant=move || mention.active()
                    aria-describedby=move || field.has_note().then_some("composer-note")
                    node_ref=field.node
                    on:input=input
                    on:blur=move |_| mention.close()
                    on:keydown=keydown
                    on:paste=move |event| chosen.take_from(&event, "clipboardData")
                ></textarea>
                <button
                    class="composer__send"
                    type="submit"
                    aria-label=words::message_field_send()
                    // Before hydration it must work whatever is typed.
                    disabled=move || is_suspended.get() || live.is_hydrated.get() && field.is_blank.get() && chosen.is_empty()
                    // A press would move the focus out of the field and close the keyboard.
                    on:pointerdown=|event| event.prevent_default()
                >
                    <Icon name="send" class="icon--directional"/>
                </button>
            </div>
        </form>
    }
}

/// Restores the draft. Text that was typed before hydration wins over it.
fn restore_draft(live: Live, conversation: ConversationId, field: ComposerField, takes_focus: bool) {
    Effect::new(move |_| {
        let Some(node) = field.node.get() else { return };
        if live.is_hydrated.get() {
            match live.drafts.get_untracked(conversation) {
                Some(draft) if node.value().is_empty() => node.set_value(&draft),
                _ => live.save_draft(conversation, &node.value()),
            }
            field.read(&node);
            if takes_focus && !environment::is_touch() {
                environment::focus_soon(node.into());
            }
        }
    });
}

/// Follows the draft that another tab writes or sends, unless something else was written here.
fn follow_draft(
    live: Live,
    conversation: ConversationId,
    field: ComposerField,
    editing: Editing,
    is_own: StoredValue<bool>,
) {
    Effect::new(move |before: Option<Option<String>>| {
        let draft = live.drafts.get(conversation);
        if let (Some(before), Some(node)) = (before, field.node.get_untracked())
            && before != draft
            && !is_own.get_value()
            && node.value() == before.unwrap_or_default()
            && editing.0.with_untracked(Option::is_none)
        {
            show_text(field, draft.clone());
        }
        draft
    });
}

/// Keeps the typed text, as a draft or as the edit that is under way.
fn save_text(live: Live, conversation: ConversationId, editing: Editing, text: &str) {
    editing.0.with_untracked(|seen| match seen {
        Some(seen) => live.save_edit(conversation, seen, text),
        None => live.save_draft(conversation, text),
    });
}

/// Goes on with the edit that was under way when the viewer left the conversation, once its message is loaded.
fn resume_edit(live: Live, conversation: ConversationId, field: ComposerField, editing: Editing) {
    let thread = live.thread(conversation);
    let is_loaded = Memo::new(move |_| thread.with(|slot| slot.thread().is_some()));
    Effect::new(move |_| {
        if field.node.get().is_some() && live.is_hydrated.get() && is_loaded.get() {
            let draft = live.drafts.get_untracked(conversation);
            match live.resumed_edit(conversation) {
                Some(seen) => editing.0.set(Some(seen)),
                // The edit's text may have joined the draft.
                None if live.drafts.get_untracked(conversation) != draft => {
                    show_text(field, live.drafts.get_untracked(conversation));
                }
                None => {}
            }
        }
    });
}

/// Shows the text of the edited message in the field, or what an unfinished edit made of it. Once the edit is saved or
/// cancelled the draft restores the text that was typed before.
fn show_edited_message(live: Live, conversation: ConversationId, field: ComposerField, editing: Editing) {
    Effect::new(move |before: Option<Option<ChangeableMessage>>| {
        let (before, seen) = (before.flatten(), editing.0.get());
        let text = match (&before, &seen) {
            (None, None) => return None,
            (_, Some(seen)) => {
                Some(live.edited_text(conversation, seen).unwrap_or_else(|| seen.body.clone()))
            }
            (Some(before), None) => {
                live.delete_edit(conversation, before);
                live.drafts.get_untracked(conversation)
            }
        };
        show_text(field, text);
        if let Some(node) = field.node.get_untracked() {
            focus(&node);
        }
        seen
    });
}

fn show_text(field: ComposerField, text: Option<String>) {
    if let Some(node) = field.node.get_untracked() {
        node.set_value(&text.unwrap_or_default());
        field.read(&node);
        field.clear_error();
    }
}

/// Saves the edited message. Its text stays in the field until the server has it.
fn save_edit(live: Live, conversation: ConversationId, editing: Editing, field: ComposerField, body: String) {
    let Some(seen) = editing.0.get_untracked() else { return };
    if seen.body == body {
        editing.0.set(None);
        return;
    }
    spawn_local(async move {
        match live.edit(seen.clone(), body).await {
            Ok(()) => {
                live.delete_edit(conversation, &seen);
                // The viewer may have started to edit another message meanwhile.
                if editing.0.try_get_untracked().flatten() == Some(seen) {
                    editing.0.set(None);
                }
            }
            Err(error) => drop(field.error.try_set(Some(error))),
        }
    });
}
