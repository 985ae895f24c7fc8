//! Command form: with script it sends a command and the page stays; without, it is a plain form post. Leptos'
//! `ActionForm` decodes fields into the server function's type, which adds 30 kB to the wasm; this form gives
//! them to its page by name.

use std::{future::Future, pin::Pin};

use leptos::{
    context::Provider, ev::SubmitEvent, html, prelude::*, server::ServerActionError,
    server_fn::error::ServerFnUrlError, task::spawn_local,
};
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlFormElement};

use super::{field::FormError, incomplete_fields::IncompleteFields};
use crate::{
    shared::errors::ApiError,
    ui::components::{Toasts, use_toasts},
};

/// The answer to a command, as text: an id, the path of the next page, or an empty string.
pub type Answer = Result<String, ApiError>;
pub type CommandFuture = Pin<Box<dyn Future<Output = Answer>>>;

/// The attempts to send a form: whether one is pending, and the answer to the last one.
#[derive(Clone, Copy)]
pub struct Attempt {
    /// The server function that the form posts to.
    path: &'static str,
    pub is_pending: RwSignal<bool>,
    pub answer: RwSignal<Option<Answer>>,
}

impl Attempt {
    /// Starts with the error of a plain post to `path` that failed, if this page is its answer.
    pub fn at(path: &'static str) -> Self {
        let answer = posted_error(path).map(Err);
        Self { path, is_pending: RwSignal::new(false), answer: RwSignal::new(answer) }
    }

    /// For one of several forms on a page that post to the same function. A failed plain post does not tell
    /// which form it came from, so none of them shows its error; the page must.
    pub fn one_of_many(path: &'static str) -> Self {
        Self { path, is_pending: RwSignal::new(false), answer: RwSignal::new(None) }
    }

    pub fn error(self) -> FormError {
        Signal::derive(move || self.answer.with(|answer| answer.as_ref()?.as_ref().err().cloned()))
    }

    fn send(self, sending: CommandFuture, toasts: Toasts) {
        self.is_pending.set(true);
        let failed = self.error().get_untracked();
        spawn_local(async move {
            let answer = sending.await;
            // A toast may still tell of the last attempt.
            if let (Ok(_), Some(error)) = (&answer, failed) {
                toasts.close_with_key(&error.message);
            }
            self.is_pending.try_set(false);
            self.answer.try_set(Some(answer));
        });
    }
}

/// The error of a plain form post to `path` that failed: it redirects back to its page with the error in the
/// URL.
pub fn posted_error(path: &str) -> Option<ApiError> {
    let error = use_context::<ServerActionError>()?;
    (error.path() == path).then(|| ServerFnUrlError::<ApiError>::decode_err(error.err()))
}

/// The values of the fields of a form when it is submitted.
pub struct Fields(FormData);

impl Fields {
    /// Those of a form as they are now; nothing of another element.
    pub fn of(form: web_sys::Element) -> Option<Self> {
        FormData::new_with_form(form.dyn_ref()?).ok().map(Self)
    }

    /// The value of the field; empty if there is none.
    pub fn text(&self, name: &str) -> String {
        self.0.get(name).as_string().unwrap_or_default()
    }

    /// The value of a field that may be missing.
    pub fn optional(&self, name: &str) -> Option<String> {
        self.0.get(name).as_string()
    }
}

/// `send` makes the command from the values of the fields.
#[component]
pub fn CommandForm(
    attempt: Attempt,
    send: Box<dyn Fn(Fields) -> CommandFuture>,
    #[prop(default = "")] class: &'static str,
    #[prop(optional)] node_ref: NodeRef<html::Form>,
    children: Children,
) -> impl IntoView {
    let incomplete = IncompleteFields::default();
    let toasts = use_toasts();
    let submit = move |event: SubmitEvent| {
        let form = event.current_target().and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        let is_complete = form.as_ref().is_none_or(|form| incomplete.check(form));
        if event.default_prevented() {
            return;
        }
        event.prevent_default();
        if !is_complete {
            attempt.answer.set(None);
        } else if let Some(fields) = form.and_then(|form| FormData::new_with_form(&form).ok()) {
            attempt.send(send(Fields(fields)), toasts);
        }
    };
    view! {
        <form class=(!class.is_empty()).then_some(class) method="post" action=attempt.path node_ref=node_ref on:submit=submit>
            // For its own fields, and none beside it.
            <Provider value=incomplete>{children()}</Provider>
        </form>
    }
}
