//! The way from a listing to its host (A1, C12).

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use super::{contact_sign_in_path, use_messages_dialog};
use crate::{
    browser::use_live,
    shared::{listings::ListingCard, session::Session},
    ui::parts::Icon,
};

/// Nothing for the listing's own host. Signed out it leads to sign-in and comes back to the open
/// dialog. With script it opens the dialog; before that and without it is a form post, which
/// leads to the conversation's page.
#[component]
pub fn ContactHostButton(listing: ListingCard) -> impl IntoView {
    let session = expect_context::<Session>();
    match session.viewer {
        Some(viewer) if viewer.id == listing.host.id => ().into_any(),
        Some(_) => view! { <ContactForm listing/> }.into_any(),
        None => {
            let href = contact_sign_in_path(&listing);
            view! { <a class="button button--main" href=href><Icon name="chat"/>"Contact host"</a> }
                .into_any()
        }
    }
}

#[component]
fn ContactForm(listing: ListingCard) -> impl IntoView {
    let live = use_live();
    let dialog = use_messages_dialog();
    let query = use_query_map();
    let navigate = use_navigate();
    let listing = StoredValue::new(listing);
    // Back from sign-in: the dialog opens by itself, once.
    Effect::new(move |_| {
        let is_asked = query.with(|query| query.get_str("contact") == Some("1"));
        if is_asked && live.is_awake.get() {
            let listing = listing.get_value();
            let plain = NavigateOptions { replace: true, scroll: false, ..Default::default() };
            navigate(&format!("/listings/{}", listing.id), plain);
            dialog.open_for_listing(listing);
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        dialog.open_for_listing(listing.get_value());
    };
    view! {
        <form class="contact-host" method="post" action="/rpc/get_or_create_conversation" on:submit=submit>
            <input type="hidden" name="listing_id" value=listing.with_value(|listing| listing.id.to_string())/>
            <button class="button button--main button--wide" type="submit"><Icon name="chat"/>"Contact host"</button>
        </form>
    }
}
