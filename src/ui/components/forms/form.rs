//! A form that sends a command. With script it asks the server and the page stays; without, it is
//! a plain post. Leptos' own form reads its fields by the decoder of the server function's type,
//! which weighs 30 kB in the browser; this one gives them to its page by name.

use std::{future::Future, pin::Pin};

use leptos::{
    ev::SubmitEvent, html, prelude::*, server::ServerActionError, server_fn::error::ServerFnUrlError,
    task::spawn_local,
};
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlFormElement};

use super::field::FormError;
use crate::shared::errors::ApiError;

/// What a command gave, as text: an id, a page to go on to, or nothing.
pub type Answer = Result<String, ApiError>;
pub type Sending = Pin<Box<dyn Future<Output = Answer>>>;

/// A form's attempts: whether one is on its way, and what the last one came to.
#[derive(Clone, Copy)]
pub struct Attempt {
    /// The server function that the form posts to.
    path: &'static str,
    pub is_pending: RwSignal<bool>,
    pub answer: RwSignal<Option<Answer>>,
}

impl Attempt {
    pub fn at(path: &'static str) -> Self {
        let answer = refusal(path).map(Err);
        Self { path, is_pending: RwSignal::new(false), answer: RwSignal::new(answer) }
    }

    /// Of one of several forms on a page that post to the same function. Which of them a plain post came
    /// from is not known when it comes back; the page says itself what was wrong.
    pub fn one_of_many(path: &'static str) -> Self {
        Self { path, is_pending: RwSignal::new(false), answer: RwSignal::new(None) }
    }

    pub fn error(self) -> FormError {
        Signal::derive(move || self.answer.with(|answer| answer.as_ref()?.as_ref().err().cloned()))
    }

    fn send(self, sending: Sending) {
        self.is_pending.set(true);
        spawn_local(async move {
            let answer = sending.await;
            self.is_pending.try_set(false);
            self.answer.try_set(Some(answer));
        });
    }
}

/// What was wrong with a plain post, which comes back to its page with the error in the address.
pub fn refusal(path: &str) -> Option<ApiError> {
    let refusal = use_context::<ServerActionError>()?;
    (refusal.path() == path).then(|| ServerFnUrlError::<ApiError>::decode_err(refusal.err()))
}

/// The fields of a form as they are when it is sent.
pub struct Fields(FormData);

impl Fields {
    /// Empty where there is no such field.
    pub fn text(&self, name: &str) -> String {
        self.0.get(name).as_string().unwrap_or_default()
    }

    /// Of a field that may be missing.
    pub fn optional(&self, name: &str) -> Option<String> {
        self.0.get(name).as_string()
    }
}

/// `send` makes the command from what was typed.
#[component]
pub fn CommandForm(
    attempt: Attempt,
    send: Box<dyn Fn(Fields) -> Sending>,
    #[prop(default = "")] class: &'static str,
    #[prop(optional)] node_ref: NodeRef<html::Form>,
    children: Children,
) -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        if event.default_prevented() {
            return;
        }
        event.prevent_default();
        let form = event.current_target().and_then(|form| form.dyn_into::<HtmlFormElement>().ok());
        if let Some(fields) = form.and_then(|form| FormData::new_with_form(&form).ok()) {
            attempt.send(send(Fields(fields)));
        }
    };
    view! {
        <form class=(!class.is_empty()).then_some(class) method="post" action=attempt.path node_ref=node_ref on:submit=submit>
            {children()}
        </form>
    }
}
