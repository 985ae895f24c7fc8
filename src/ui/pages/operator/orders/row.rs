//! One order in the table of the desk, and what can be done about it there.

use leptos::{prelude::*, task::spawn_local};

use super::State;
use crate::shared::orders::{board::DeskRow, card::OrderCard};
use crate::{
    api::orders::take_order,
    browser::use_live,
    shared::{
        ids::{MessageId, OrderId},
        messages::MessageKind,
        system_messages::SystemMessage,
        values::time::{MINUTE, Timestamp},
    },
    ui::{
        components::{
            Attempt, Avatar, CommandForm, Cover, Icon, Moment, MomentStyle, SubmitButton, UnreadBadge,
            changing, time::relative_time::use_minute, use_toasts,
        },
        dialog::handle::use_messages_dialog,
        orders::{
            actions::{Offer, OrderActions},
            card::open_chat,
            status::StatusBadge,
        },
    },
};

/// Who has waited longer is shown in amber.
const LONG: i64 = 30 * MINUTE;

#[component]
pub fn DeskTable(state: State) -> impl IntoView {
    view! {
        <div class="desk card">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Order"</th>
                        <th scope="col">"Customer"</th>
                        <th scope="col">"Status"</th>
                        <th scope="col">"Last message"</th>
                        <th scope="col">"Waiting"</th>
                        <th scope="col">"Total"</th>
                        <th scope="col"><span class="visually-hidden">"Next step"</span></th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || state.ids(None) key=|id| *id let:id>
                        <DeskLine id state/>
                    </For>
                </tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn DeskLine(id: OrderId, state: State) -> impl IntoView {
    let row = state.row(id);
    let order = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.order.card.clone())));
    let guest = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.order.guest.clone())));
    let is_new = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| row.unread > 0)));
    let waiting_since = Memo::new(move |_| row.with(|row| row.as_ref().and_then(|row| row.waiting_since)));
    view! {
        <tr class:desk__new=move || is_new.get()>
            <td class="desk__what">
                {changing(move || order.get().map(|order| view! {
                    {order.listing.as_ref().map(|listing| view! { <Cover listing=listing.id/> }.into_any())}
                    <span>
                        <a class="cut" href=format!("/orders/{}", order.code) dir="auto" title=order.title.clone()>{order.title.clone()}</a>
                        <span class="desk__code">{order.code.to_string()}</span>
                    </span>
                }.into_any()))}
            </td>
            <td>{changing(move || guest.get().map(|guest| view! {
                <span class="desk__who"><Avatar person=guest.clone() size=32/><bdi class="cut">{guest.name.clone()}</bdi></span>
            }.into_any()))}</td>
            <td>{changing(move || order.get().map(|order| view! { <StatusBadge status=order.status kind=order.kind/> }.into_any()))}</td>
            <td class="desk__last">{changing(move || row.get().map(|row| view! { <Talk row/> }.into_any()))}</td>
            <td class="number"><Waiting since=waiting_since/></td>
            <td class="number">{changing(move || order.get().map(|order| {
                let price = order.price.or(order.quote.map(|quote| quote.price));
                price.map_or("–".to_owned(), |price| price.text()).into_any()
            }))}</td>
            <td class="desk__acts"><Acts row order state/></td>
        </tr>
    }
}

/// The last words of the desk's own orders; of others only how many there are.
#[component]
pub fn Talk(row: DeskRow) -> impl IntoView {
    let viewer = use_live().viewer;
    let said = row.last_message.as_ref().map(|last| {
        let known = [Some(&row.order.guest), row.order.operator.as_ref()].into_iter().flatten();
        let mut known = known.filter(|person| Some(person.id) == last.sender);
        let name =
            if last.sender == viewer { Some("You") } else { known.next().map(|person| person.name.as_str()) };
        match last.kind {
            MessageKind::System => SystemMessage::read(&last.text).tell(name, viewer).sentence,
            _ if last.is_deleted => "Message deleted".to_owned(),
            _ if last.sender == viewer => format!("You: {}", last.text),
            _ => last.text.clone(),
        }
    });
    let text = said.unwrap_or_else(|| match row.total {
        1 => "1 message".to_owned(),
        total => format!("{total} messages"),
    });
    view! {
        <span class="desk__talk">
            <UnreadBadge count=Signal::stored(row.unread)/>
            <span class="cut" dir="auto">{text}</span>
            <Moment at=Signal::stored(row.active_at) style=MomentStyle::Relative/>
        </span>
    }
}

#[component]
fn Waiting(since: Memo<Option<Timestamp>>) -> impl IntoView {
    let live = use_live();
    let minute = use_minute();
    let waited = Memo::new(move |_| {
        minute.track();
        let since = since.get()?;
        // The server's clock is not the browser's; a minute more or less does not matter here.
        live.is_awake.get().then(|| crate::browser::environment::now().0 - since.0)
    });
    changing(move || {
        Some(match waited.get() {
            Some(waited) => {
                let text = match waited.max(0) / MINUTE {
                    minutes @ ..=59 => format!("{minutes} min"),
                    minutes @ ..=2_879 => format!("{} h", minutes / 60),
                    minutes => format!("{} days", minutes / 1_440),
                };
                let class = if waited > LONG { "desk__long" } else { "" };
                view! { <span class=class>{text}</span> }.into_any()
            }
            None => "–".into_any(),
        })
    })
}

/// The next step, and the chat for who takes part; who does not yet, takes the order up.
#[component]
pub fn Acts(row: Memo<Option<DeskRow>>, order: Memo<Option<OrderCard>>, state: State) -> impl IntoView {
    let done = Callback::new(move |()| state.ask_again());
    // A conversation between guest and host is theirs.
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
            view! { <TakeForm row done/> }.into_any()
        })
    };
    view! { <div class="steps">{changing(chat)} <OrderActions order offer=Offer::Next done/></div> }
}

#[component]
fn TakeForm(row: DeskRow, done: Callback<()>) -> impl IntoView {
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
