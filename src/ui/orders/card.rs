//! Order card on a dashboard: the order, its status, its last message and the actions. It renders the order
//! of its conversation, which updates keep in sync.

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{
    actions::{ActionSet, OrderActions},
    status::{StatusBadge, Stepper},
};
use crate::shared::orders::{card::OrderCard, workflow::Status};
use crate::{
    browser::{environment, use_live},
    shared::{conversations::Conversation, ids::ConversationId, words},
    ui::{
        chunks::registry::{Chunk, fall_back_to_page_load},
        components::{Avatar, Cover, Icon, UnreadBadge, fresh_view, reactive_view, use_toasts},
        dialog::handle::use_messages_dialog,
        inbox::preview::Preview,
    },
};

#[component]
pub fn OrderCardView(
    id: ConversationId,
    /// On the order's own page, whose heading names it.
    #[prop(optional)]
    is_page: bool,
    /// The statuses that it is known to have had.
    #[prop(optional, into)]
    past: Signal<Vec<Status>>,
) -> impl IntoView {
    let live = use_live();
    let row = live.conversation(id);
    let order = Memo::new(move |_| row.with(|row| row.as_ref()?.subject.order().cloned()));
    view! {
        <li class="card order">
            {reactive_view(move || {
                let order = order.get()?;
                let with = row.with_untracked(|row| row.as_ref().map(Conversation::names).unwrap_or_default());
                Some(view! { <OrderHead order with is_page/> }.into_any())
            })}
            {fresh_view(move || order.get().map(|order| view! { <Stepper order past=past.get()/> }.into_any()))}
            <div class="order__foot">
                <LastLine id row/>
                <OrderActions order offer=ActionSet::All/>
                <ChatButton id row/>
            </div>
        </li>
    }
}

/// Title, code, price and status of an order, and the names of the others in it.
#[component]
pub fn OrderHead(order: OrderCard, with: String, #[prop(optional)] is_page: bool) -> impl IntoView {
    let facts = order.facts();
    let price = match (order.price, order.quote) {
        (Some(price), _) => price.text(),
        (None, Some(quote)) => words::order_facts_price_proposed(&quote.price.text()),
        (None, None) => words::order_facts_no_price().to_owned(),
    };
    view! {
        <header class="order__head">
            {order.listing.as_ref().map(|listing| view! { <Cover listing=listing.id/> }.into_any())}
            <div class="order__text">
                {(!is_page).then(|| view! {
                    <h2 class="cut" title=order.title.clone()>
                        <a href=format!("/orders/{}", order.code) dir="auto">{order.title.clone()}</a>
                    </h2>
                }.into_any())}
                <p class="cut"><bdi>{with}</bdi>" · "<span class="order__code">{order.code.to_string()}</span></p>
                <p class="cut">{(!facts.is_empty()).then(|| format!("{facts} · "))}<span class="number">{price}</span></p>
            </div>
            <span aria-live="polite"><StatusBadge status=order.status kind=order.kind/></span>
        </header>
    }
}

#[component]
fn LastLine(id: ConversationId, row: Memo<Option<Conversation>>) -> impl IntoView {
    let other =
        Memo::new(move |_| row.with(|row| row.as_ref()?.people.first().map(|other| other.person.clone())));
    view! {
        <div class="order__last">
            {reactive_view(move || other.get().map(|person| view! { <Avatar person size=32/> }.into_any()))}
            <Preview id row is_active=Memo::new(|_| false)/>
        </div>
    }
}

/// Opens the conversation in the messages dialog (B3). Before hydration and without script it is a link.
#[component]
fn ChatButton(id: ConversationId, row: Memo<Option<Conversation>>) -> impl IntoView {
    let unread = Memo::new(move |_| row.with(|row| row.as_ref().map_or(0, |row| row.unread)));
    let total = Memo::new(move |_| row.with(|row| row.as_ref().map_or(0, |row| row.total)));
    view! {
        <a class="button order__chat" href=format!("/messages/{id}") on:click=open_chat(id)>
            <Icon name="chat"/>
            {words::order_card_messages()}
            <span class="order__total number" title=words::order_card_messages_total()>{move || total.get()}</span>
            <UnreadBadge count=unread/>
        </a>
    }
}

/// The click handler of a link to a conversation: opens the messages dialog, unless the viewer wants a new
/// tab.
pub fn open_chat(id: ConversationId) -> impl Fn(leptos::ev::MouseEvent) + 'static {
    let live = use_live();
    let dialog = use_messages_dialog();
    let toasts = use_toasts();
    move |event| {
        if event.ctrl_key() || event.meta_key() || event.shift_key() || event.button() != 0 {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        let opener = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        spawn_local(async move {
            if Chunk::Thread.load().await {
                // The dialog returns the focus to the element that had it.
                if let Some(opener) = opener {
                    drop(opener.focus());
                }
                dialog.open(id);
            } else {
                fall_back_to_page_load(live, toasts, || environment::load(&format!("/messages/{id}")));
            }
        });
    }
}
