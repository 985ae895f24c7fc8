//! Recovery codes: how many are left, making new ones, and showing them once.

use leptos::{html, prelude::*};

use super::PasswordForm;
use crate::{
    api::users::second_factor::make_recovery_codes, browser::environment::focus_soon, shared::words,
};

#[component]
pub fn RenewForm(left: i64, on_change: Callback<String>) -> impl IntoView {
    view! {
        <p>{words::second_factor_codes_left(left.unsigned_abs())}</p>
        <details>
            <summary>{words::second_factor_codes_make()}</summary>
            <p>{words::second_factor_codes_make_text()}</p>
            <PasswordForm
                path="/rpc/make_recovery_codes"
                field=&["codes_password"]
                verb=words::second_factor_codes_make()
                command=|password| Box::pin(make_recovery_codes(password))
                on_change
            />
        </details>
    }
}

/// Codes that were just made. The server stores only their hashes, so they are shown once. They take the focus.
#[component]
pub fn MadeCodes(codes: Vec<String>) -> impl IntoView {
    let shown = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(shown) = shown.get() {
            focus_soon(shown.into());
        }
    });
    let rows = codes.into_iter().map(|code| view! { <li><code dir="ltr">{code}</code></li> }.into_any());
    view! {
        <div class="made-token" role="group" aria-labelledby="made-codes" tabindex="-1" node_ref=shown>
            <p><b id="made-codes">{words::second_factor_codes_made()}</b> " " {words::second_factor_codes_keep()}</p>
            <ol class="recovery-codes">{rows.collect_view()}</ol>
        </div>
    }
}
