//! Listing page: description, host with the way to write to them, price, and the booking form or the host's own actions.

use leptos::{ev, prelude::*};
use leptos_meta::{Meta, Title};

use super::my_listings::PauseButton;
use crate::{
    api::listings::get_listing,
    shared::{
        errors::{ApiError, Missing},
        ids::{ListingId, OrderId},
        listings::{Listing, ListingCard, stays::Stay},
        page::{payload::PagePayload, session::PageSession},
        values::price::format_price,
        words,
    },
    ui::{
        components::{
            Avatar, Cover, Icon, ResourceView, Skeleton, StaffMark, not_found::LoadError, page_resource,
            reactive_view,
        },
        dialog::contact_host::ContactHostButton,
        pages::orders::booking_form::{BookingForm, booking_verb},
    },
};

/// The listing with this id, or the error `not_found` where the URL holds no id.
pub fn use_listing(id: Option<ListingId>) -> Resource<PagePayload> {
    page_resource(Signal::stored(String::new()), move || {
        Box::pin(async move {
            PagePayload::new(match id {
                Some(id) => get_listing(id).await,
                None => Err(ApiError::not_found(Missing::Listing)),
            })
        })
    })
}

#[component]
pub fn ListingPage(id: Option<ListingId>) -> impl IntoView {
    let listing = use_listing(id);
    view! {
        <main class="page" id="main" tabindex="-1">
            <ResourceView
                from=listing
                fallback=|| view! { <Skeleton count=1 class="skeleton--listing"/> }
                show=Box::new(move |payload| match payload.take::<Listing>() {
                        Ok(shown) => view! { <ListingDetails shown on_change=move || listing.refetch()/> }.into_any(),
                        Err(error) => {
                            view! {
                                <Title text=words::listings_listing_title()/>
                                <h1 class="visually-hidden">{words::listings_listing_title()}</h1>
                                <LoadError error payload=listing/>
                            }
                                .into_any()
                        }
                    })
            />
        </main>
    }
    .into_any()
}

#[component]
fn ListingDetails(shown: Listing, on_change: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let Listing { card, description, booked, url, .. } = shown;
    let is_mine = expect_context::<PageSession>().viewer.is_some_and(|viewer| viewer.id == card.host.id);
    let host = card.host.clone();
    // The marketplace changes its own.
    let may_change = is_mine && url.is_none();
    let report = (!is_mine).then(|| format!("/report?about=listing&id={}", card.id));
    // Idempotent: a post before hydration sends the id that the server rendered, and the form prefers it.
    let order = OrderId::new();
    let [before_host, after_host] = words::around(&words::listings_hosted_by(words::HOLE));
    view! {
        <Title text=card.title.clone()/>
        <Meta name="description" content=summary(&card, &description)/>
        <article class="listing">
            <header class="listing__head">
                <h1 dir="auto">{card.title.clone()}</h1>
                <p><bdi>{card.place.clone()}</bdi>" · "{card.kind.label()}</p>
            </header>
            <div class="listing__main">
                <Cover listing=card.id eager=true/>
                {card.is_paused.then(|| view! { <PausedNotice is_mine/> }.into_any())}
                <section class="listing__host" aria-label=words::common_host()>
                    <Avatar person=host.clone() size=56/>
                    <div>
                        <h2 class="cut" title=host.name.clone()>
                            {before_host}
                            <bdi>{host.name.clone()}</bdi>
                            {after_host}
                            " "
                            <StaffMark is_staff=host.is_staff/>
                        </h2>
                        <p>{if is_mine { words::listings_host_is_you() } else { words::listings_host_ask() }}</p>
                    </div>
                    <ContactHostButton listing=card.clone()/>
                </section>
                <p class="listing__description" dir="auto">{description}</p>
                {url.map(|href| view! {
                    <p><a class="link" href=href target="_blank" rel="noopener noreferrer">{words::listings_outside()}</a></p>
                }.into_any())}
                {report.map(|href| view! { <p><a class="muted" href=href>{words::listings_report()}</a></p> }.into_any())}
            </div>
            {if is_mine || card.is_paused {
                view! { <PriceCard card may_change on_change/> }.into_any()
            } else {
                view! { <BookingCard card booked order/> }.into_any()
            }}
        </article>
    }
}

/// Price and booking form, and on a phone a dock that leads to the form.
#[component]
fn BookingCard(card: ListingCard, booked: Vec<Stay>, order: OrderId) -> impl IntoView {
    let verb = booking_verb(card.kind);
    let total = RwSignal::new(None);
    let is_form_seen = form_in_view();
    view! {
        <section class="booking card" id="book" aria-label=words::listings_book()>
            <Price card=card.clone()/>
            <BookingForm listing=card.clone() booked id=order total/>
        </section>
        <aside
            class="listing__step listing__step--docked card"
            aria-label=words::listings_price_and_contact()
            hidden=move || is_form_seen.get()
        >
            {
                let card = card.clone();
                reactive_view(move || Some(match total.get().as_deref().and_then(|total| total.split_once(" = ")) {
                    Some((units, total)) => view! {
                        <p class="price">{total.to_owned()}" "<small>{units.split(" × ").next().map(str::to_owned)}</small></p>
                    }
                    .into_any(),
                    None => view! { <Price card=card.clone()/> }.into_any(),
                }))
            }
            <div class="listing__acts">
                <ContactHostButton listing=card is_docked=true/>
                <a class="button button--main" href="#book" rel="external">{verb}</a>
            </div>
        </aside>
    }
}

/// The price of a listing that can't be booked, and what its host can do. Docked to the bottom of the screen on a phone.
#[component]
fn PriceCard(
    card: ListingCard,
    may_change: bool,
    on_change: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    view! {
        <aside class="listing__step card" aria-label=words::listings_price()>
            <Price card=card.clone()/>
            {may_change.then(|| view! {
                <div class="listing__acts">
                    <a class="button button--main" href=format!("/listings/{}/edit", card.id)>
                        <Icon name="edit"/>
                        {words::common_edit()}
                    </a>
                    <PauseButton listing=card.id is_paused=card.is_paused on_change/>
                </div>
            }.into_any())}
        </aside>
    }
}

/// What search engines show below the title: the place, the price and the beginning of the description.
fn summary(card: &ListingCard, description: &str) -> String {
    let price = format_price(card.price_cents);
    let mut text = words::listings_summary(&card.place, &price, card.kind.price_unit());
    for word in description.split_whitespace() {
        if text.chars().count() + word.chars().count() >= SUMMARY_MAX_CHARS {
            text.push('…');
            break;
        }
        text.push(' ');
        text.push_str(word);
    }
    text
}

/// Search engines cut longer ones.
const SUMMARY_MAX_CHARS: usize = 160;

#[component]
fn Price(card: ListingCard) -> impl IntoView {
    view! {
        <p class="price">{format_price(card.price_cents)}" "<small>{card.kind.price_unit()}</small></p>
    }
}

/// Whether the booking form fills the screen of a phone as far as its dock: the dock has nothing to add then.
fn form_in_view() -> RwSignal<bool> {
    let is_seen = RwSignal::new(false);
    Effect::new(move |_| {
        let look = move || {
            let form = document().query_selector("#book form").ok().flatten();
            let height = window().inner_height().ok().and_then(|height| height.as_f64());
            if let (Some(form), Some(height)) = (form, height) {
                let form = form.get_bounding_client_rect();
                let is_now = form.top() < height * FORM_LINE && form.bottom() > 0.0;
                if is_seen.try_get_untracked().is_some_and(|before| before != is_now) {
                    is_seen.set(is_now);
                }
            }
        };
        look();
        let listeners = [
            window_event_listener(ev::scroll, move |_| look()),
            window_event_listener(ev::resize, move |_| look()),
        ];
        on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
    });
    is_seen
}

/// The form is in view once it begins above this part of the window.
const FORM_LINE: f64 = 0.7;

#[component]
fn PausedNotice(is_mine: bool) -> impl IntoView {
    view! {
        <p class="notice" role="note">
            <Icon name="pause"/>
            {if is_mine {
                words::listings_paused_mine()
            } else {
                words::listings_paused()
            }}
        </p>
    }
}
