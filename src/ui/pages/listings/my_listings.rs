//! My-listings page ("Hosting"): the viewer's listings, paused ones too, and the orders for them.

use std::str::FromStr;

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    api::listings::{get_my_listings, pause_listing},
    shared::{
        errors::{ApiError, Missing},
        ids::ListingId,
        listings::{ListingCard, ListingPage},
        orders::filter::OrderView,
        page::payload::PagePayload,
        values::price::format_price,
        words,
    },
    ui::{
        components::{
            Attempt, CommandForm, Cover, EmptyState, Icon, ResourceView, Skeleton, SubmitButton,
            guard::SignedIn, not_found::LoadError, page_resource, use_toasts,
        },
        pages::orders::list::Orders,
    },
};

#[component]
pub fn MyListingsPage() -> impl IntoView {
    view! {
        <SignedIn>
            <Title text=words::listings_hosting_title()/>
            <main class="page" id="main" tabindex="-1">
                <header class="page__head">
                    <h1>{words::listings_hosting_title()}</h1>
                    <a class="button button--main" href="/listings/new">
                        <Icon name="plus"/>
                        {words::listings_offer()}
                    </a>
                </header>
                <h2 class="page__part">{words::listings_hosting_orders()}</h2>
                <Orders view=OrderView::Hosting path="/hosting"/>
                <h2 class="page__part">{words::listings_hosting_listings()}</h2>
                <MyListings/>
            </main>
        </SignedIn>
    }
    .into_any()
}

#[component]
fn MyListings() -> impl IntoView {
    let mine = page_resource(Signal::stored(String::new()), || {
        Box::pin(async { PagePayload::new(get_my_listings().await) })
    });
    let on_change = move || mine.refetch();
    view! {
        <ResourceView
            from=mine
            fallback=|| view! { <Skeleton count=3/> }
            show=Box::new(move |payload| match payload.take::<ListingPage>() {
                    Ok(page) if page.listings.is_empty() => {
                        view! {
                            <EmptyState
                                title=words::listings_hosting_empty_title()
                                text=words::listings_hosting_empty_text()
                                art="offer"
                            />
                        }
                            .into_any()
                    }
                    Ok(page) => {
                        view! {
                            <ul class="offers">
                                {page
                                    .listings
                                    .into_iter()
                                    .map(|listing| view! { <MyListingRow listing on_change/> }.into_any())
                                    .collect_view()}
                            </ul>
                        }
                            .into_any()
                    }
                    Err(error) => view! { <LoadError error payload=mine/> }.into_any(),
            })
        />
    }
}

#[component]
fn MyListingRow(listing: ListingCard, on_change: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let ListingCard { id, kind, title, place, price_cents, is_paused, .. } = listing;
    view! {
        <li class="card offer" class:offer--paused=is_paused>
            <Cover listing=id/>
            <div class="offer__text">
                <h2 class="cut" title=title.clone()>
                    <a href=format!("/listings/{id}") dir="auto">{title.clone()}</a>
                </h2>
                <p class="cut">{kind.label()}" · "<bdi>{place}</bdi></p>
                <p>
                    <span class="number">{format_price(price_cents)}</span>
                    " "
                    {kind.price_unit()}
                </p>
            </div>
            {is_paused.then(|| view! {
                <span class="status status--amber">{words::listings_status_paused()}</span>
            }.into_any())}
            <div class="offer__acts">
                <a class="button" href=format!("/listings/{id}/edit")>
                    <Icon name="edit"/>
                    {words::common_edit()}
                </a>
                <PauseButton listing=id is_paused on_change/>
            </div>
        </li>
    }
}

/// Pauses one of the viewer's listings, or resumes it. Calls `on_change` once the server has done so.
#[component]
pub fn PauseButton(
    listing: ListingId,
    is_paused: bool,
    on_change: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let attempt = Attempt::at("/rpc/pause_listing");
    let toasts = use_toasts();
    Effect::new(move |_| match attempt.answer.get() {
        Some(Ok(_)) => {
            toasts.show(if is_paused { words::listings_resume_done() } else { words::listings_pause_done() });
            on_change();
        }
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
    view! {
        <CommandForm
            attempt
            send=Box::new(|fields| {
                Box::pin(async move {
                    let id = ListingId::from_str(&fields.text("listing_id"))
                        .map_err(|_| ApiError::not_found(Missing::Listing))?;
                    pause_listing(id, fields.text("is_paused") == "true").await.map(|()| String::new())
                })
            })
        >
            <input type="hidden" name="listing_id" value=listing.to_string()/>
            <input type="hidden" name="is_paused" value=(!is_paused).to_string()/>
            <SubmitButton pending=attempt.is_pending class="">
                <Icon name=if is_paused { "play" } else { "pause" }/>
                {if is_paused { words::listings_resume() } else { words::listings_pause() }}
            </SubmitButton>
        </CommandForm>
    }
}
