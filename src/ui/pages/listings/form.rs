//! Listing form: the pages to create a listing and to edit one share its fields.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;
use web_sys::Event;

use super::detail::use_listing;
use crate::{
    api::listings::{create_listing, update_listing},
    shared::{
        errors::{ApiError, Missing},
        ids::ListingId,
        listings::{
            Listing,
            draft::{DESCRIPTION_MAX_CHARS, ListingDraft, PLACE_MAX_CHARS, TITLE_MAX_CHARS, TITLE_MIN_CHARS},
            kind::ListingKind,
        },
        page::session::PageSession,
        values::price::format_price,
        words,
    },
    ui::components::{
        AreaField, Attempt, CommandForm, ResourceView, Skeleton, SubmitButton, TextField,
        forms::{
            field::{FieldNotes, FormError, FormErrorLine, focus_on_error, message_for},
            form::Fields,
        },
        guard::SignedIn,
        not_found::LoadError,
    },
};

const FIELDS: &[&str] = &["kind", "title", "place", "price", "description"];

#[component]
pub fn NewListingPage() -> impl IntoView {
    // Server and browser use one id, so that a post before and one after hydration are idempotent.
    let id = SharedValue::new(ListingId::new).into_inner();
    view! {
        <SignedIn>
            <Title text=words::listings_offer()/>
            <main class="page form-page" id="main" tabindex="-1">
                <h1>{words::listings_offer()}</h1>
                <CreateForm id/>
            </main>
        </SignedIn>
    }
    .into_any()
}

#[component]
pub fn EditListingPage(id: Option<ListingId>) -> impl IntoView {
    view! {
        <SignedIn>
            <Title text=words::listings_edit_title()/>
            <main class="page form-page" id="main" tabindex="-1">
                <h1>{words::listings_edit_title()}</h1>
                <EditForm id/>
            </main>
        </SignedIn>
    }
    .into_any()
}

#[component]
fn CreateForm(id: ListingId) -> impl IntoView {
    let attempt = Attempt::at("/rpc/create_listing");
    let form = NodeRef::new();
    let is_kind_missing = RwSignal::new(false);
    let error = error_of(is_kind_missing, attempt);
    focus_on_error(form, error);
    go_to_listing(attempt);
    view! {
        <div on:submit:capture=move |event| require_kind(&event, is_kind_missing)>
            <CommandForm
                attempt
                node_ref=form
                class="card form"
                send=Box::new(move |fields| {
                    Box::pin(async move { create_listing(id, draft_of_fields(&fields)).await.map(|id| id.to_string()) })
                })
            >
                <ListingFields id draft=ListingDraft::default() error/>
                <div class="form__acts">
                    <SubmitButton pending=attempt.is_pending>{words::listings_publish()}</SubmitButton>
                    <a class="button" href="/hosting">{words::common_cancel()}</a>
                </div>
            </CommandForm>
        </div>
    }
}

#[component]
fn EditForm(id: Option<ListingId>) -> impl IntoView {
    let listing = use_listing(id);
    let attempt = Attempt::at("/rpc/update_listing");
    let form = NodeRef::new();
    let error = error_of(RwSignal::new(false), attempt);
    focus_on_error(form, error);
    go_to_listing(attempt);
    let viewer = expect_context::<PageSession>().viewer.map(|viewer| viewer.id);
    view! {
        <ResourceView
            from=listing
            fallback=|| view! { <Skeleton count=3/> }
            show=Box::new(move |payload| match payload.take::<Listing>() {
                    // Only the host edits a listing; to anybody else this page does not exist.
                    Ok(listing) if Some(listing.card.host.id) == viewer => {
                        let id = listing.card.id;
                        view! {
                            <CommandForm
                                attempt
                                node_ref=form
                                class="card form"
                                send=Box::new(move |fields| {
                                    Box::pin(async move {
                                        update_listing(id, draft_of_fields(&fields)).await.map(|id| id.to_string())
                                    })
                                })
                            >
                                <ListingFields id draft=draft_of_listing(listing) error/>
                                <div class="form__acts">
                                    <SubmitButton pending=attempt.is_pending>{words::common_save()}</SubmitButton>
                                    <a class="button" href=format!("/listings/{id}")>{words::common_cancel()}</a>
                                </div>
                            </CommandForm>
                        }
                            .into_any()
                    }
                    Ok(_) => view! { <LoadError error=ApiError::not_found(Missing::Listing)/> }.into_any(),
                    Err(error) => view! { <LoadError error/> }.into_any(),
            })
        />
    }
}

#[component]
fn ListingFields(id: ListingId, draft: ListingDraft, error: FormError) -> impl IntoView {
    view! {
        <input type="hidden" name="listing_id" value=id.to_string()/>
        <KindField chosen=draft.kind error/>
        <TextField
            name="draft[title]"
            field="title"
            label=words::listings_form_title()
            hint=words::listings_form_title_hint()
            value=draft.title
            min=TITLE_MIN_CHARS
            max=TITLE_MAX_CHARS
            error
        />
        <div class="form__pair">
            <TextField
                name="draft[place]"
                field="place"
                label=words::listings_form_place()
                value=draft.place
                min=2
                max=PLACE_MAX_CHARS
                error
            />
            <TextField name="draft[price]" field="price" label=words::listings_form_price() value=draft.price inputmode="decimal"
                pattern=r"\s*€?\s*([0-9]+([.,][0-9]{1,2})?|[0-9]{1,3}([.][0-9]{3})+,[0-9]{1,2}|[0-9]{1,3}(,[0-9]{3})+[.][0-9]{1,2})\s*" max=15 error/>
        </div>
        <AreaField
            name="draft[description]"
            field="description"
            label=words::listings_form_description()
            hint=words::listings_form_description_hint()
            value=draft.description
            max=DESCRIPTION_MAX_CHARS
            error
        />
        <FormErrorLine error fields=FIELDS/>
    }
}

#[component]
fn KindField(chosen: String, error: FormError) -> impl IntoView {
    let message = message_for(error, "kind");
    view! {
        <fieldset class="field">
            <legend>{words::listings_form_kind()}</legend>
            <div class="choices">
                {ListingKind::ALL
                    .map(|kind| {
                        view! {
                            <label class="choice">
                                <input
                                    type="radio"
                                    name="draft[kind]"
                                    value=kind.as_str()
                                    checked=chosen == kind.as_str()
                                    required
                                    aria-invalid=move || message.get().is_some().then_some("true")
                                />
                                <span>{kind.label()}</span>
                            </label>
                        }.into_any()
                    })
                    .collect_view()}
            </div>
            <FieldNotes field="kind" message/>
        </fieldset>
    }
}

fn draft_of_listing(listing: Listing) -> ListingDraft {
    ListingDraft {
        kind: listing.card.kind.as_str().to_owned(),
        title: listing.card.title,
        place: listing.card.place,
        price: format_price(listing.card.price_cents).trim_start_matches('€').to_owned(),
        description: listing.description,
    }
}

fn draft_of_fields(fields: &Fields) -> ListingDraft {
    ListingDraft {
        kind: fields.text("draft[kind]"),
        title: fields.text("draft[title]"),
        place: fields.text("draft[place]"),
        description: fields.text("draft[description]"),
        price: fields.text("draft[price]"),
    }
}

fn error_of(is_kind_missing: RwSignal<bool>, attempt: Attempt) -> FormError {
    Signal::derive(move || {
        if is_kind_missing.get() {
            return Some(ApiError::invalid("kind", words::listings_form_kind_missing()));
        }
        attempt.answer.get()?.err()
    })
}

/// Stops the submit if no kind is chosen. A form leaves out unchosen radio buttons, and the server could not
/// name the missing field. Runs in the capture phase, before `CommandForm` reads the form.
fn require_kind(event: &Event, is_kind_missing: RwSignal<bool>) {
    let form = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let chosen = form.and_then(|form| form.query_selector("[type=radio]:checked").ok().flatten());
    is_kind_missing.set(chosen.is_none());
    if chosen.is_none() {
        event.prevent_default();
    }
}

fn go_to_listing(attempt: Attempt) {
    let navigate = use_navigate();
    Effect::new(move |_| {
        if let Some(Ok(id)) = attempt.answer.get() {
            navigate(&format!("/listings/{id}"), Default::default());
        }
    });
}
