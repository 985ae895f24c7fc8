//! Contact host button: opens the conversation with the host of a listing (A1, C12).

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};
use wasm_bindgen::JsCast;
use web_sys::HtmlFormElement;

use super::{contact_sign_in_path, handle::use_messages_dialog};
use crate::{
    browser::use_live,
    shared::{listings::ListingCard, page::session::PageSession},
    ui::{
        chunks::registry::{Chunk, fall_back_to_page_load},
        components::{Icon, use_toasts},
    },
};

/// Renders nothing for the host themselves. For a visitor it is a link to sign-in, which leads back to the
/// open dialog. For a signed-in viewer it opens the dialog; before hydration and without script it is a form
/// post, which leads to the page of the conversation.
#[component]
pub fn ContactHostButton(listing: ListingCard) -> impl IntoView {
    let session = expect_context::<PageSession>();
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
    let toasts = use_toasts();
    let open = move |form: Option<HtmlFormElement>| {
        spawn_local(async move {
            let is_loaded = Chunk::Thread.load().await;
            // The viewer may have left the page meanwhile.
            let Some(listing) = listing.try_get_value() else { return };
            if is_loaded {
                dialog.open_for_listing(listing);
            } else if let Some(form) = form {
                fall_back_to_page_load(live, toasts, || {
                    let is_sent = form.submit();
                    debug_assert!(is_sent.is_ok());
                });
            }
        });
    };
    // After sign-in the dialog opens by itself, once: the query parameter is removed from the URL.
    Effect::new(move |_| {
        let is_requested = query.with(|query| query.get_str("contact") == Some("1"));
        if is_requested && live.is_hydrated.get() {
            let plain = NavigateOptions { replace: true, scroll: false, ..Default::default() };
            navigate(&format!("/listings/{}", listing.with_value(|listing| listing.id)), plain);
            open(None);
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        open(event.current_target().and_then(|form| form.dyn_into().ok()));
    };
    view! {
        <form class="contact-host" method="post" action="/rpc/get_or_create_conversation" on:submit=submit>
            <input type="hidden" name="listing_id" value=listing.with_value(|listing| listing.id.to_string())/>
            <button class="button button--main button--wide" type="submit"><Icon name="chat"/>"Contact host"</button>
        </form>
    }
}
