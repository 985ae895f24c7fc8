//! Parts of a row that the table and the kanban board share: the last message, and the actions on the order.

use leptos::prelude::*;

use super::rows::OrderRows;
use crate::{
    browser::use_live,
    shared::{
        conversations::participant::ActorName,
        conversations::system_messages::SystemMessage,
        messages::MessageKind,
        orders::{board::OrderBoardRow, card::OrderCard},
        words,
    },
    ui::{
        components::{Icon, LocalTime, TimeStyle, UnreadBadge, reactive_view},
        orders::{
            actions::{ActionSet, OrderActions},
            card::open_chat,
            take_form::TakeOrderForm,
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
            Some(ActorName::Reader)
        } else {
            people.next().map(|person| ActorName::Other(person.name.clone()))
        };
        match last.kind {
            MessageKind::System => SystemMessage::from_body(&last.text).text(name.as_ref(), viewer).sentence,
            _ if last.is_deleted => words::common_message_deleted().to_owned(),
            _ if last.sender == viewer => words::common_your_message(&last.text),
            _ => last.text.clone(),
        }
    });
    let text = text.unwrap_or_else(|| words::operator_message_count(row.total.unsigned_abs()));
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
                    {words::order_board_open_messages()}
                </a>
            }
            .into_any()
        } else {
            view! { <TakeOrderForm order=row.order done/> }.into_any()
        })
    };
    let takes_part = Signal::derive(move || is_joined.get() == Some(true));
    view! { <div class="steps">{reactive_view(chat)} <OrderActions order offer=ActionSet::NextFirst done takes_part/></div> }
}
