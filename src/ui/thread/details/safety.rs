//! Safety: the menu of a conversation by which one person blocks the other, and what stands in place of the composer where a
//! block has closed the conversation.

use leptos::{html, prelude::*};

use crate::{
    api::users::blocks::{block_user, unblock_user},
    browser::{environment::focus_soon, use_live},
    shared::{
        conversations::Conversation,
        ids::{ConversationId, UserId},
        words,
    },
    ui::{
        components::{
            Attempt, CommandForm, Icon, SubmitButton,
            forms::{
                confirm::{ConfirmedSubmit, Question},
                form::{CommandFuture, Fields},
            },
            reactive_view, use_toasts,
        },
        menu::{Menu, MoreMenu, SubmitItem},
        thread::parked_texts::ParkedTexts,
    },
};

/// The other person of a conversation between two, and how a block stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Other {
    conversation: ConversationId,
    user: UserId,
    first_name: String,
    is_blocked: bool,
}

impl Other {
    /// `None` for a room, and where the other belongs to the marketplace's staff.
    fn of(row: &Conversation) -> Option<Self> {
        let is_pair = |role| {
            use crate::shared::conversations::role::Role;
            matches!(role, Role::Guest | Role::Host)
        };
        let other = row.people.iter().find(|other| is_pair(other.role) && !other.person.is_staff)?;
        is_pair(row.role).then(|| Self {
            conversation: row.id,
            user: other.person.id,
            first_name: other.person.first_name().to_owned(),
            is_blocked: row.is_blocked_by_me(),
        })
    }
}

/// The menu in the header of a conversation.
#[component]
pub fn SafetyMenu(row: Memo<Option<Conversation>>) -> impl IntoView {
    let content = Memo::new(move |_| row.with(|row| row.as_ref().map(MenuContent::of)));
    reactive_view(move || {
        let MenuContent { conversation, names, is_room, other } = content.get()?;
        let menu = Menu::default();
        let id = format!("safety-{conversation}");
        let (about, report) = match is_room {
            true => ("room", words::safety_report_room()),
            false => ("conversation", words::safety_report()),
        };
        let about = ReportItem { about, id: conversation.to_string(), label: report.to_owned() };
        let person = other.as_ref().map(|other| {
            let label = words::safety_report_person(&other.first_name);
            ReportItem { about: "user", id: other.user.to_string(), label }.view()
        });
        let block = other.clone().map(|other| {
            let label = if other.is_blocked {
                words::safety_unblock(&other.first_name)
            } else {
                words::safety_block(&other.first_name)
            };
            let (form, is_danger) = (form_id(&other), !other.is_blocked);
            view! { <SubmitItem menu form label icon="lock" is_danger/> }.into_any()
        });
        // Sent by the item of the menu.
        let form = other.map(|other| view! { <div class="steps__forms"><BlockForm other/></div> }.into_any());
        Some(
            view! { <MoreMenu menu id label=names>{about.view()}{person}{block}</MoreMenu> {form} }
                .into_any(),
        )
    })
}

/// What the menu is about.
#[derive(Clone, Debug, PartialEq, Eq)]
struct MenuContent {
    conversation: ConversationId,
    names: String,
    is_room: bool,
    other: Option<Other>,
}

impl MenuContent {
    fn of(row: &Conversation) -> Self {
        let is_room = row.subject.room().is_some();
        Self { conversation: row.id, names: row.names(), is_room, other: Other::of(row) }
    }
}

/// A link of the menu that leads to a report.
struct ReportItem {
    about: &'static str,
    id: String,
    label: String,
}

impl ReportItem {
    fn view(self) -> AnyView {
        let href = format!("/report?about={}&id={}", self.about, self.id);
        view! { <a class="menu__item" role="menuitem" href=href><Icon name="alert" class="icon--16"/>{self.label}</a> }.into_any()
    }
}

fn form_id(other: &Other) -> String {
    format!("block-{}", other.conversation)
}

/// Blocks the person after a question, or takes the block back.
#[component]
fn BlockForm(other: Other) -> impl IntoView {
    let path = if other.is_blocked { "/rpc/unblock_user" } else { "/rpc/block_user" };
    let attempt = Attempt::one_of_many(path);
    let toasts = use_toasts();
    let (user, is_blocked) = (other.user, other.is_blocked);
    let send = move |_: Fields| -> CommandFuture {
        Box::pin(async move {
            let done = if is_blocked { unblock_user(user, None).await } else { block_user(user, None).await };
            if toasts.settle("block", done).is_some() {
                let word = if is_blocked { words::safety_unblock_done() } else { words::safety_block_done() };
                toasts.show(word);
            }
            Ok(String::new())
        })
    };
    let name = other.first_name.clone();
    let question = (!is_blocked).then(|| Question {
        title: words::safety_block_title(&name),
        text: words::safety_block_text(&name),
        verb: words::safety_block_yes(),
        keep: words::safety_block_no(),
        remark: None,
        is_danger: true,
    });
    let verb = if is_blocked { words::safety_unblock(&name) } else { words::safety_block(&name) };
    view! {
        <CommandForm attempt attr:id=form_id(&other) send=Box::new(send)>
            <input type="hidden" name="user_id" value=user.to_string()/>
            <input type="hidden" name="conversation_id" value=other.conversation.to_string()/>
            <ConfirmedSubmit pending=attempt.is_pending class="" question=Signal::stored(question)>{verb}</ConfirmedSubmit>
        </CommandForm>
    }
}

/// Says that nobody can write here any more. Whoever has blocked the other can undo it. What was typed can be copied.
#[component]
pub fn ClosedNote(conversation: ConversationId, row: Memo<Option<Conversation>>) -> impl IntoView {
    let live = use_live();
    let note = NodeRef::<html::P>::new();
    // The field that had the focus is gone.
    let is_new = live.is_hydrated.get_untracked();
    Effect::new(move |_| {
        let is_lost = || document().active_element().is_none_or(|active| active.tag_name() == "BODY");
        if let Some(note) = note.get().filter(|_| is_new && is_lost()) {
            focus_soon(note.into());
        }
    });
    // An edit that was under way can't be saved: its text is kept with the draft.
    Effect::new(move |_| {
        if live.is_hydrated.get() {
            live.edit_to_draft(conversation);
        }
    });
    let blocked =
        Memo::new(move |_| row.with(|row| Other::of(row.as_ref()?).filter(|other| other.is_blocked)));
    view! {
        <div class="chat__closed">
            // In place of the field, also for the skip link that leads there.
            <p id="message-field" tabindex="-1" role="status" node_ref=note>
                <Icon name="lock" class="icon--16"/>
                <span>{move || blocked.with(|other| match other {
                    Some(other) => words::safety_closed_by_me(&other.first_name),
                    None => words::safety_closed().to_owned(),
                })}</span>
            </p>
            {reactive_view(move || blocked.get().map(|other| view! { <UnblockForm other/> }.into_any()))}
            <ParkedTexts conversation/>
        </div>
    }
}

#[component]
fn UnblockForm(other: Other) -> impl IntoView {
    let attempt = Attempt::at("/rpc/unblock_user");
    let toasts = use_toasts();
    let user = other.user;
    let send = move |_: Fields| -> CommandFuture {
        Box::pin(async move {
            if toasts.settle("block", unblock_user(user, None).await).is_some() {
                toasts.show(words::safety_unblock_done());
            }
            Ok(String::new())
        })
    };
    view! {
        <CommandForm attempt send=Box::new(send)>
            <input type="hidden" name="user_id" value=user.to_string()/>
            <input type="hidden" name="conversation_id" value=other.conversation.to_string()/>
            <SubmitButton pending=attempt.is_pending class="button--small">
                {words::safety_unblock(&other.first_name)}
            </SubmitButton>
        </CommandForm>
    }
}
