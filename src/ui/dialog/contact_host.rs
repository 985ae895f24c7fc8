//! Contact host button: opens the conversation with the host of a listing, or the form for its first message (A1, C12).

use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate, use_query_map},
};
use wasm_bindgen::JsCast;
use web_sys::HtmlFormElement;

use super::{
    contact_sign_in_path,
    first_message::FirstMessage,
    handle::{MessagesDialogHandle, use_messages_dialog},
};
use crate::{
    browser::{Live, environment, use_live},
    shared::{
        ids::ListingId,
        listings::ListingCard,
        page::session::{PageSession, path_with_query},
        words,
    },
    ui::{
        chunks::registry::{Chunk, fall_back_to_page_load},
        components::{Icon, Toasts, use_toasts},
    },
};

/// Renders nothing for the host themselves. For a visitor it is a link to sign-in, which leads back to the
/// open dialog. For a signed-in viewer it opens the dialog; before hydration and without script it leads to the same page
/// with the form for a message in its place.
#[component]
pub fn ContactHostButton(
    listing: ListingCard,
    /// The button in the dock of a phone: an icon, and never the form.
    #[prop(optional)]
    is_docked: bool,
) -> impl IntoView {
    let session = expect_context::<PageSession>();
    match session.viewer {
        Some(viewer) if viewer.id == listing.host.id => ().into_any(),
        Some(_) if is_docked => view! { <DockedButton listing/> }.into_any(),
        Some(_) => view! { <ContactHost listing/> }.into_any(),
        None => {
            let query = use_location().search;
            let href = move || contact_sign_in_path(&listing, &query.get());
            let (class, label) = looks(is_docked);
            view! { <a class=class href=href aria-label=words::contact_host_label()><Icon name="chat"/>{label}</a> }
                .into_any()
        }
    }
}

/// Class and visible label.
fn looks(is_docked: bool) -> (&'static str, Option<&'static str>) {
    if is_docked { ("button button--icon", None) } else { ("button", Some(words::contact_host_label())) }
}

#[component]
fn ContactHost(listing: ListingCard) -> impl IntoView {
    let live = use_live();
    let query = use_query_map();
    let (navigate, search) = (use_navigate(), use_location().search);
    let opener = Opener::new(listing.clone());
    let is_requested = Memo::new(move |_| query.with(|query| query.get_str("contact") == Some("1")));
    // After sign-in the dialog opens by itself, once: the query parameter is removed from the URL.
    let id = listing.id;
    Effect::new(move |_| {
        if !is_requested.get() || !live.is_hydrated.get() {
            return;
        }
        let navigate = navigate.clone();
        spawn_local(async move {
            // Where the dialog can't be loaded, the form stays.
            if Chunk::Thread.load().await && is_requested.try_get_untracked() == Some(true) {
                let plain = NavigateOptions { replace: true, scroll: false, ..Default::default() };
                let query = search.get_untracked();
                let query = query.trim_end_matches("contact=1").trim_end_matches('&');
                navigate(&path_with_query(&format!("/listings/{id}"), query), plain);
                opener.open(None);
            }
        });
    });
    move || {
        let listing = listing.clone();
        if is_requested.get() {
            let started = |conversation| environment::load(&format!("/messages/{conversation}"));
            view! { <FirstMessage listing on_started=Box::new(started)/> }.into_any()
        } else {
            view! { <ContactForm listing=listing.id opener is_docked=false/> }.into_any()
        }
    }
}

#[component]
fn DockedButton(listing: ListingCard) -> impl IntoView {
    view! { <ContactForm listing=listing.id opener=Opener::new(listing) is_docked=true/> }
}

#[component]
fn ContactForm(listing: ListingId, opener: Opener, is_docked: bool) -> impl IntoView {
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        opener.open(event.current_target().and_then(|form| form.dyn_into().ok()));
    };
    let (class, label) = looks(is_docked);
    view! {
        <form class="contact-host" action=format!("/listings/{listing}") on:submit=submit>
            <input type="hidden" name="contact" value="1"/>
            <button class=class type="submit" aria-label=words::contact_host_label()><Icon name="chat"/>{label}</button>
        </form>
    }
}

/// Opens the dialog for a listing.
#[derive(Clone, Copy)]
struct Opener {
    live: Live,
    dialog: MessagesDialogHandle,
    toasts: Toasts,
    listing: StoredValue<ListingCard>,
}

impl Opener {
    fn new(listing: ListingCard) -> Self {
        Self {
            live: use_live(),
            dialog: use_messages_dialog(),
            toasts: use_toasts(),
            listing: StoredValue::new(listing),
        }
    }

    /// Submits the form where the dialog can't be loaded.
    fn open(self, form: Option<HtmlFormElement>) {
        spawn_local(async move {
            let is_loaded = Chunk::Thread.load().await;
            // The viewer may have left the page meanwhile.
            let Some(listing) = self.listing.try_get_value() else { return };
            if is_loaded {
                self.dialog.open_for_listing(listing);
            } else if let Some(form) = form {
                fall_back_to_page_load(self.live, self.toasts, || {
                    let is_sent = form.submit();
                    debug_assert!(is_sent.is_ok());
                });
            }
        });
    }
}
