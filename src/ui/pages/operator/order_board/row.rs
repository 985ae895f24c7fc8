//! Parts of a row that the table and the kanban board share: the last message, and the actions on the order.

use leptos::{prelude::*, task::spawn_local};

use super::rows::OrderRows;
use crate::{
    api::orders::take_order,
    browser::use_live,
    shared::{
        ids::MessageId,
        messages::MessageKind,
        orders::{board::OrderBoardRow, card::OrderCard},
        system_messages::SystemMessage,
    },
    ui::{
        components::{
            Attempt, CommandForm, Icon, LocalTime, SubmitButton, TimeStyle, UnreadBadge, reactive_view,
            use_toasts,
        },
        dialog::handle::use_messages_dialog,
        orders::{
            actions::{ActionSet, OrderActions},
            card::open_chat,
        },
    },
};

/// The last message and its time. Operators don't see the messages between a guest and a host, only their
/// number.
#[component]
pub fn LastMessageText(row: OrderBoardRow) -> impl IntoView {
    let viewer = use_live().viewer;
    let text = row.last_message.as_ref().map(|last| {
        let people = [Some(&row.order.guest), row.order.operator.as_ref()].into_iter().flatten();
        let mut people = people.filter(|person| Some(person.id) == last.sender);
        let name = if last.sender == viewer {
            Some("You")
        } else {
            people.next().map(|person| person.name.as_str())
        };
        match last.kind {
            MessageKind::System => SystemMessage::from_body(&last.text).text(name, viewer).sentence,
            _ if last.is_deleted => "Message deleted".to_owned(),
            _ if last.sender == viewer => format!("You: {}", last.text),
            _ => last.text.clone(),
        }
    });
    let text = text.unwrap_or_else(|| match row.total {
        1 => "1 message".to_owned(),
        total => format!("{total} messages"),
    });
    view! {
        <span class="desk__talk">
            <UnreadBadge count=Signal::stored(row.unread)/>
            <span class="cut" dir="auto">{text}</span>
            <LocalTime at=Signal::stored(row.active_at) style=TimeStyle::Relative/>
        </span>
    }
}

/// The next step of the order, and the link to its messages for operators who take part. Others take the
/// order up here.
#[component]
pub fn RowActions(
    row: Memo<Option<OrderBoardRow>>,
    order: Memo<Option<OrderCard>>,
    rows: OrderRows,
) -> impl IntoView {
    let done = Callback::new(move |()| rows.refresh());
    // Operators can't join the conversation between a guest and a host.
    let is_joined = Memo::new(move |_| {
        row.with(|row| row.as_ref().filter(|row| row.order.card.host.is_none()).map(|row| row.is_joined))
    });
    let chat = move || {
        let is_joined = is_joined.get()?;
        let row = row.get_untracked()?;
        let conversation = row.order.conversation;
        Some(if is_joined {
            view! {
                <a class="button" href=format!("/messages/{conversation}") on:click=open_chat(conversation)>
                    <Icon name="chat"/>
                    "Messages"
                </a>
            }
            .into_any()
        } else {
            view! { <TakeOrderForm row done/> }.into_any()
        })
    };
    view! { <div class="steps">{reactive_view(chat)} <OrderActions order offer=ActionSet::NextFirst done/></div> }
}

#[component]
fn TakeOrderForm(row: OrderBoardRow, done: Callback<()>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/take_order");
    let id = MessageId::new();
    let toasts = use_toasts();
    let dialog = use_messages_dialog();
    let conversation = row.order.conversation;
    let live = use_live();
    Effect::new(move |_| match attempt.answer.get() {
        Some(Ok(_)) => {
            done.run(());
            live.load_conversation(conversation);
            spawn_local(async move {
                if crate::ui::chunks::registry::Chunk::Thread.load().await {
                    dialog.open(conversation);
                }
            });
        }
        Some(Err(error)) => {
            toasts.error(error.message);
            done.run(());
        }
        None => {}
    });
    let (key, expected) = (row.order.card.id.to_string(), row.order.card.status);
    let sent = key.clone();
    view! {
        <CommandForm
            attempt
            send=Box::new(move |fields| {
                let key = sent.clone();
                Box::pin(async move {
                    let id = fields.text("message_id").parse().unwrap_or(id);
                    take_order(key, id, expected).await.map(|_| String::new())
                })
            })
        >
            <input type="hidden" name="order" value=key/>
            <input type="hidden" name="message_id" value=id.to_string()/>
            <input type="hidden" name="expected" value=expected.as_str()/>
            <SubmitButton pending=attempt.is_pending class="">
                {if row.order.operator.is_some() { "Join" } else { "Take up" }}
            </SubmitButton>
        </CommandForm>
    }
}
