//! Message menu: replies to a message, copies its text, and edits or deletes an own one. One menu serves all bubbles of a
//! thread. It opens by the button of a bubble, or by a long press on the bubble.

mod reach;
mod reactions;

use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::composer::reply::Replying;
use crate::{
    api::messages::{get_message_reach, get_reactions},
    browser::{Live, environment, sending::edits::ChangeableMessage, shortcuts},
    shared::{
        ids::{ConversationId, MessageId},
        messages::{
            reach::MessageReach,
            reactions::{Reaction, Reactor},
        },
        positions::Seq,
        words,
    },
    ui::{
        components::{Icon, forms::submit::is_repeated, reactive_view, toasts::use_toasts},
        menu::{Menu, MenuPopover},
    },
};
use reach::ReachList;
use reactions::{EmojiField, EmojiFieldDialog, QuickReactions, ReactorList};

/// The message that is being edited in the composer, if any.
#[derive(Clone, Copy)]
pub struct Editing(pub RwSignal<Option<ChangeableMessage>>);

/// The message whose menu is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Target {
    id: Option<MessageId>,
    text: String,
    reactions: Vec<Reaction>,
    /// Who reacted, once that was asked.
    reactors: Option<Vec<Reactor>>,
    seq: Seq,
    /// Set for one of the viewer's messages that can still be edited or deleted.
    changeable: Option<ChangeableMessage>,
    /// Why the viewer's own message can be edited or deleted no more.
    too_old: Option<&'static str>,
    /// Whether the menu asks to confirm the deletion.
    is_confirming: bool,
    /// Set for one of the viewer's messages, of which the menu can tell how far it got.
    own: Option<MessageId>,
    /// Set for another's message, which can be reported.
    other: Option<MessageId>,
    /// How far it got, once that was asked.
    reach: Option<MessageReach>,
}

#[derive(Clone, Copy)]
pub struct MessageMenu {
    live: Live,
    conversation: ConversationId,
    menu: Menu,
    target: RwSignal<Target>,
    replying: Replying,
    /// The message whose button Tab stops at: the last. Arrow keys reach the others.
    pub stop: Memo<Option<MessageId>>,
}

impl MessageMenu {
    pub fn new(live: Live, conversation: ConversationId) -> Self {
        let thread = live.thread(conversation);
        Self {
            live,
            conversation,
            stop: Memo::new(move |_| {
                thread.with(|slot| slot.thread()?.last_text().map(|message| message.id))
            }),
            menu: Menu::default(),
            target: RwSignal::new(Target::default()),
            replying: expect_context(),
        }
    }

    /// The element id of the popover.
    pub fn id(self) -> String {
        format!("menu-{}", self.conversation)
    }

    /// A click on the button of a message, whose menu the browser opens.
    pub fn press(self, id: MessageId, event: &ev::MouseEvent) {
        self.aim(id);
        self.menu.press(event);
    }

    /// Opens the menu of a message after a long press on its bubble.
    pub fn open_by_touch(self, bubble: &Element, pointer: i32) {
        let id = bubble.get_attribute("data-message").and_then(|id| id.parse().ok());
        let button = bubble.query_selector(".bubble__more").ok().flatten();
        if let (Some(id), Some(button)) = (id, button.and_then(|button| button.dyn_into().ok())) {
            self.aim(id);
            self.menu.open_by_touch(button, pointer);
        }
    }

    fn id_untracked(self) -> Option<MessageId> {
        self.target.with_untracked(|target| target.id)
    }

    /// Replies to the message of a bubble.
    pub fn reply_to(self, bubble: &Element) {
        let seq = bubble.get_attribute("data-seq").and_then(|seq| seq.parse().ok());
        if let Some(seq) = seq {
            self.replying.start(seq);
        }
    }

    /// A key on the button of a message: R replies to it. Returns whether the key did something.
    pub fn handle_key(self, frame: &Element, event: &ev::KeyboardEvent) -> bool {
        let has_modifier = event.ctrl_key() || event.meta_key() || event.alt_key();
        if has_modifier || !event.key().eq_ignore_ascii_case("r") || !shortcuts::are_on() {
            return false;
        }
        let focused = document().active_element().filter(|focused| frame.contains(Some(focused)));
        let button = focused.filter(|focused| focused.matches(".bubble__more") == Ok(true));
        let bubble = button.and_then(|button| button.closest(".bubble").ok().flatten());
        bubble.as_ref().inspect(|bubble| self.reply_to(bubble)).is_some()
    }

    fn aim(self, id: MessageId) {
        let found = self.live.thread(self.conversation).with_untracked(|slot| {
            let message = slot.thread()?.get(id)?;
            Some((message.words().to_owned(), message.seq, message.reactions.read()))
        });
        let (text, seq, reactions) = found.unwrap_or_default();
        self.target.set(Target {
            id: Some(id),
            text,
            reactions,
            reactors: None,
            seq,
            changeable: self.live.changeable(self.conversation, id),
            too_old: self.live.too_old(self.conversation, id),
            is_confirming: false,
            own: self.live.is_own(self.conversation, id).then_some(id),
            other: (!self.live.is_own(self.conversation, id)).then_some(id),
            reach: None,
        });
    }
}

/// Arrow keys move the focus from one message's button to the next. Returns whether it has moved.
pub fn move_focus(frame: &Element, key: &str) -> bool {
    let step: i32 = match key {
        "ArrowUp" => -1,
        "ArrowDown" => 1,
        _ => return false,
    };
    let Ok(buttons) = frame.query_selector_all(".bubble__more") else { return false };
    let buttons: Vec<_> = (0..buttons.length()).filter_map(|index| buttons.item(index)).collect();
    let focused = document().active_element();
    let at = buttons.iter().position(|button| Some(button) == focused.as_ref().map(AsRef::as_ref));
    let next = at.and_then(|at| buttons.get(at.checked_add_signed(step as isize)?).cloned());
    let Some(button) = next.and_then(|button| button.dyn_into::<HtmlElement>().ok()) else { return false };
    environment::focus_soon(button);
    true
}

/// The popover of the menu.
#[component]
pub fn MessageMenuPopover(menu: MessageMenu) -> impl IntoView {
    let toasts = use_toasts();
    let editing = expect_context::<Editing>();
    let MessageMenu { live, target, menu: popover, .. } = menu;
    let is_confirming = Memo::new(move |_| target.with(|target| target.is_confirming));
    let can_edit = move || target.with(|target| target.changeable.as_ref().is_some_and(|seen| seen.can_edit));
    let can_reach = move || target.with(|target| target.own.is_some() && target.reach.is_none());
    let can_delete = move || target.with(|target| target.changeable.is_some());
    let report_href =
        move || target.with(|target| target.other.map(|id| format!("/report?about=message&id={id}")));
    let can_copy = move || live.is_hydrated.get() && environment::can_copy();
    let copy = move |_| {
        popover.close();
        let text = target.with_untracked(|target| target.text.clone());
        spawn_local(async move {
            if environment::copy(&text).await {
                toasts.show(words::thread_copied());
            } else {
                toasts.error(words::message_menu_copy_failed());
            }
        });
    };
    let reply = move |_| {
        popover.close();
        menu.replying.start(target.with_untracked(|target| target.seq));
    };
    let edit = move |_| {
        popover.close();
        editing.0.set(target.with_untracked(|target| target.changeable.clone()));
    };
    let show_reach = move |_| {
        let Some(id) = target.with_untracked(|target| target.own) else { return };
        spawn_local(async move {
            let reach = toasts.settle("reach", get_message_reach(id).await);
            target.try_update(|target| target.reach = reach.filter(|_| target.own == Some(id)));
            popover.focus_itself();
        });
    };
    let has_reactions =
        move || target.with(|target| !target.reactions.is_empty() && target.reactors.is_none());
    let show_reactors = move |_| {
        let Some(id) = menu.id_untracked() else { return };
        spawn_local(async move {
            let reactors = toasts.settle("reactions", get_reactions(id).await);
            target.try_update(|target| target.reactors = reactors.filter(|_| target.id == Some(id)));
            popover.focus_itself();
        });
    };
    let field = EmojiField::default();
    let about = Memo::new(move |_| target.with(|target| target.id));
    let reactions = Memo::new(move |_| target.with(|target| target.reactions.clone()));
    let confirm = move |_| {
        target.update(|target| target.is_confirming = true);
        // No answer is chosen for the reader.
        popover.focus_itself();
    };
    let delete = move |event: ev::MouseEvent| {
        if is_repeated(&event) {
            return;
        }
        popover.close();
        let Some(seen) = target.with_untracked(|target| target.changeable.clone()) else { return };
        spawn_local(async move {
            if toasts.settle("delete-message", live.delete(seen).await).is_some() {
                // The button of the message is gone with it.
                popover.focus_if_lost(".thread__frame");
            }
        });
    };
    let label = Signal::derive(move || {
        let label = if is_confirming.get() {
            words::message_menu_delete_question()
        } else {
            words::message_menu_label()
        };
        label.to_owned()
    });
    view! {
        <MenuPopover menu=popover id=menu.id() label>
            {reactive_view(move || target.with(|target| target.reach.clone()).map(|reach| view! { <ReachList reach/> }.into_any()))}
            {reactive_view(move || target.with(|target| target.reactors.clone()).map(|reactors| view! { <ReactorList reactors/> }.into_any()))}
            <Show when=move || is_confirming.get() fallback=move || view! {
                <QuickReactions menu=popover id=about reactions field/>
                <button class="menu__item" role="menuitem" type="button" on:click=reply>
                    <Icon name="reply" class="icon--16 icon--directional"/>{words::message_menu_reply()}
                </button>
                <button class="menu__item" role="menuitem" type="button" hidden=move || !can_copy() on:click=copy>
                    <Icon name="copy" class="icon--16"/>{words::message_menu_copy()}
                </button>
                <button class="menu__item" role="menuitem" type="button" hidden=move || !can_edit() on:click=edit>
                    <Icon name="edit" class="icon--16"/>{words::message_menu_edit()}
                </button>
                <button class="menu__item" role="menuitem" type="button" hidden=move || !can_reach() on:click=show_reach>
                    <Icon name="checks" class="icon--16"/>{words::message_menu_reach()}
                </button>
                <a
                    class="menu__item"
                    role="menuitem"
                    hidden=move || report_href().is_none()
                    href=move || report_href().unwrap_or_default()
                >
                    <Icon name="alert" class="icon--16"/>{words::safety_report_message()}
                </a>
                <button class="menu__item" role="menuitem" type="button" hidden=move || !has_reactions() on:click=show_reactors>
                    <Icon name="smile" class="icon--16"/>{words::reactions_who()}
                </button>
                <button
                    class="menu__item menu__item--danger"
                    role="menuitem"
                    type="button"
                    hidden=move || !can_delete()
                    on:click=confirm
                >
                    <Icon name="x" class="icon--16"/>{words::message_menu_delete()}
                </button>
                {move || target.with(|target| target.too_old).map(|reason| view! {
                    <p class="menu__reason" role="menuitem" aria-disabled="true" tabindex="-1">{reason}</p>
                })}
            }>
                // The menu's name says it.
                <p class="menu__question" aria-hidden="true">{words::message_menu_delete_question()}</p>
                <button class="menu__item menu__item--danger" role="menuitem" type="button" on:click=delete>
                    {words::message_menu_delete()}
                </button>
                <button class="menu__item" role="menuitem" type="button" on:click=move |_| popover.close()>
                    {words::common_keep_it()}
                </button>
            </Show>
        </MenuPopover>
        <EmojiFieldDialog field/>
    }
}
