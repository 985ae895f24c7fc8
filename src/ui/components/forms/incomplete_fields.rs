//! Incomplete fields of a form: those that are empty or too short when it is submitted. The browser finds all of them at
//! once; the server names only the first. Everything else is left to the server.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlFormElement, HtmlInputElement};

use crate::shared::words;

/// The end of an input's id, after the name of its field.
pub const INPUT_ID_SUFFIX: &str = "-input";

/// The names of the fields, as in [`ApiError::field`], each with what is wrong with it. A form provides it to its
/// fields.
///
/// [`ApiError::field`]: crate::shared::errors::ApiError::field
#[derive(Clone, Copy)]
pub struct IncompleteFields(RwSignal<Vec<(String, String)>>);

impl Default for IncompleteFields {
    fn default() -> Self {
        Self(RwSignal::new(Vec::new()))
    }
}

impl IncompleteFields {
    /// Finds them, moves the focus to the first, and returns whether there are none. A form that leaves validation to
    /// the browser is complete when it is submitted.
    pub(super) fn check(self, form: &HtmlFormElement) -> bool {
        let invalid =
            form.query_selector_all(":is(input, textarea):not([type=radio], [type=checkbox]):invalid");
        let Some(invalid) = invalid.ok().filter(|_| form.no_validate()) else { return true };
        let elements =
            (0..invalid.length()).filter_map(|index| invalid.item(index)?.dyn_into::<HtmlElement>().ok());
        let found: Vec<_> = elements.filter_map(|element| Some((message(&element)?, element))).collect();
        self.0.try_set(
            found
                .iter()
                .filter_map(|(message, element)| {
                    Some((element.id().strip_suffix(INPUT_ID_SUFFIX)?.to_owned(), message.clone()))
                })
                .collect(),
        );
        if let Some((_, first)) = found.first() {
            let is_focused = first.focus();
            debug_assert!(is_focused.is_ok());
        }
        found.is_empty()
    }

    pub fn message(self, field: &str) -> Option<String> {
        let of_field = |fields: &Vec<(String, String)>| {
            fields.iter().find(|(name, _)| name == field).map(|(_, message)| message.clone())
        };
        self.0.try_with(of_field).flatten()
    }

    /// How many there are with `others`, if that is not told by one message.
    pub fn summary(self, others: usize) -> Option<String> {
        let count = self.0.try_with(Vec::len)? + others;
        (count > 1).then(|| words::form_incomplete(count as u64))
    }
}

/// What is wrong with an invalid field; `None` if the server says it better.
fn message(element: &HtmlElement) -> Option<String> {
    let Some(input) = element.dyn_ref::<HtmlInputElement>() else {
        return Some(words::form_field_empty().to_owned());
    };
    match (input.type_().as_str(), input.value().is_empty()) {
        ("date", true) => Some(words::form_field_day().to_owned()),
        (_, true) => Some(words::form_field_empty().to_owned()),
        ("email", _) => Some(words::form_field_email().to_owned()),
        _ if input.min_length() > 0 => Some(words::form_field_too_short(&input.min_length().to_string())),
        _ => None,
    }
}
