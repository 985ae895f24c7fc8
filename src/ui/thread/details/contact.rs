//! Contact: a participant as the viewer may see them, in the details pane and in a dialog.

use leptos::{html, prelude::*, task::spawn_local};

use super::subject::ListingLink;
use crate::{
    api::users::contact::get_contact,
    shared::{
        conversations::contact::Contact,
        errors::{ErrorCode, Result},
        orders::card::OrderCard,
        users::Person,
        words,
    },
    ui::{
        components::{Avatar, Icon, StaffMark, UserPresence, reactive_view},
        orders::status::StatusBadge,
    },
};

/// The person whom the dialog shows, if it is open. A thread provides it to its parts.
#[derive(Clone, Copy)]
pub struct ShownPerson(pub RwSignal<Option<Person>>);

/// Name, picture and presence, and once they are shown what the server says of them.
#[component]
pub fn ContactDetails(person: Person, #[prop(into)] is_shown: Signal<bool>) -> impl IntoView {
    let contact = RwSignal::new(None::<Result<Contact>>);
    let user_id = person.id;
    Effect::new(move |_| {
        if is_shown.get() && contact.with_untracked(Option::is_none) {
            spawn_local(async move { drop(contact.try_set(Some(get_contact(user_id).await))) });
        }
    });
    let (name, is_staff) = (person.name.clone(), person.is_staff);
    let first_name = person.first_name().to_owned();
    view! {
        <div class="details__person">
            <Avatar person size=56/>
            <div>
                <h2><bdi>{name}</bdi> <StaffMark is_staff/></h2>
                <p class="chat__about"><UserPresence user_id show_last_seen=true/></p>
            </div>
        </div>
        {reactive_view(move || Some(match contact.get()? {
            Ok(contact) => view! { <ContactFacts contact first_name=first_name.clone()/> }.into_any(),
            // Whoever has left the conversation since.
            Err(error) if error.code == ErrorCode::NotFound => return None,
            Err(error) => view! { <p class="muted">{error.message}</p> }.into_any(),
        }))}
    }
}

#[component]
fn ContactFacts(contact: Contact, first_name: String) -> impl IntoView {
    let Contact { member_since, listings, orders, .. } = contact;
    let listings = (!listings.is_empty()).then(|| {
        let lines = listings.into_iter().map(|listing| view! { <li><ListingLink listing/></li> }.into_any());
        let [before, after] = words::around(&words::details_listings_of(words::HOLE));
        view! {
            <h3>{before}<bdi>{first_name}</bdi>{after}</h3>
            <ul class="details__list">{lines.collect_view()}</ul>
        }
    });
    let orders = (!orders.is_empty()).then(|| {
        let lines = orders.into_iter().map(|order| view! { <li><OrderLink order/></li> }.into_any());
        view! {
            <h3>{words::details_orders_between()}</h3>
            <ul class="details__list">{lines.collect_view()}</ul>
        }
    });
    view! {
        <p class="muted">{words::details_member_since(&member_since.month_text())}</p>
        {orders}
        {listings}
    }
}

#[component]
fn OrderLink(order: OrderCard) -> impl IntoView {
    let facts = order.days().unwrap_or_else(|| order.code.to_string());
    view! {
        <a class="details__link" href=format!("/orders/{}", order.code)>
            <span class="details__text">
                <b class="cut" title=order.title.clone()><bdi>{order.title.clone()}</bdi></b>
                <span>{facts}</span>
            </span>
            <StatusBadge status=order.status kind=order.kind/>
        </a>
    }
}

/// Shows the person of [`ShownPerson`] over the page.
#[component]
pub fn ContactDialog() -> impl IntoView {
    let ShownPerson(shown) = expect_context();
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (shown.with(Option::is_some), dialog.open()) {
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    view! {
        <dialog
            class="ask details-dialog"
            node_ref=node
            aria-label=move || shown.with(|shown| shown.as_ref().map(|person| person.name.clone()))
            on:close=move |_| shown.set(None)
        >
            {reactive_view(move || shown.get().map(|person| view! {
                <button class="button button--icon" type="button" aria-label=words::common_close() on:click=move |_| shown.set(None)>
                    <Icon name="x"/>
                </button>
                <ContactDetails person is_shown=true/>
            }.into_any()))}
        </dialog>
    }
}
