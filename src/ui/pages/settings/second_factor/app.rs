//! The authenticator app: beginning to set one up, its QR code, and the one that is in use.

use leptos::prelude::*;

use super::PasswordForm;
use crate::{
    api::users::second_factor::{begin_app, cancel_app, confirm_app, remove_app},
    shared::{
        users::second_factor::{AppSetup, CODE_MAX_CHARS, QrPath},
        values::time::Timestamp,
        words,
    },
    ui::components::{
        Attempt, CommandForm, LocalTime, SubmitButton, TextField, TimeStyle,
        forms::{
            field::{FormErrorLine, focus_on_error},
            form::{CommandFuture, Fields},
        },
        use_toasts,
    },
};

/// Modules of margin that a reader of the QR code needs.
const QR_MARGIN: i64 = 4;

#[component]
pub fn StartForm(on_change: Callback<String>) -> impl IntoView {
    view! {
        <PasswordForm
            path="/rpc/begin_app"
            field=&["app_password"]
            verb=words::second_factor_app_begin()
            command=|password| Box::pin(async move { begin_app(password).await.map(|()| String::new()) })
            on_change
        />
    }
}

#[component]
pub fn SetupForm(setup: AppSetup, on_change: Callback<String>) -> impl IntoView {
    let AppSetup { secret, qr, uri } = setup;
    let attempt = Attempt::at("/rpc/confirm_app");
    let form = NodeRef::new();
    let error = attempt.error();
    focus_on_error(form, error);
    let toasts = use_toasts();
    let send = move |fields: Fields| -> CommandFuture {
        let code = fields.text("app_code");
        Box::pin(async move {
            on_change.run(confirm_app(code).await?);
            toasts.show(words::second_factor_app_added());
            Ok(String::new())
        })
    };
    let [before, after] = words::around(&words::second_factor_app_scan(words::HOLE));
    view! {
        <div class="second-factor">
            <QrImage qr/>
            <div>
                <p>{before}<a class="link" href=uri rel="external">{words::second_factor_app_here()}</a>{after}</p>
                <p><code class="second-factor__secret" dir="ltr">{secret}</code></p>
            </div>
        </div>
        <CommandForm attempt node_ref=form send=Box::new(send)>
            <TextField
                name="app_code"
                label=words::second_factor_app_code()
                autocomplete="one-time-code"
                inputmode="numeric"
                max=CODE_MAX_CHARS
                error
            />
            <FormErrorLine error fields=&["app_code"]/>
            <SubmitButton pending=attempt.is_pending>{words::second_factor_app_confirm()}</SubmitButton>
        </CommandForm>
        <CancelForm on_change/>
    }
}

#[component]
fn CancelForm(on_change: Callback<String>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/cancel_app");
    let error = attempt.error();
    let send = move |_: Fields| -> CommandFuture {
        Box::pin(async move {
            cancel_app().await?;
            on_change.run(String::new());
            Ok(String::new())
        })
    };
    view! {
        <CommandForm attempt send=Box::new(send)>
            <FormErrorLine error fields=&[]/>
            <SubmitButton pending=attempt.is_pending class="">{words::common_cancel()}</SubmitButton>
        </CommandForm>
    }
}

/// Dark on light in every theme: many apps read no other.
#[component]
fn QrImage(qr: QrPath) -> impl IntoView {
    let QrPath { size, path } = qr;
    let whole = size + 2 * QR_MARGIN;
    view! {
        <svg
            class="second-factor__qr"
            role="img"
            aria-label=words::second_factor_app_qr()
            viewBox=format!("-{QR_MARGIN} -{QR_MARGIN} {whole} {whole}")
            shape-rendering="crispEdges"
        >
            <path d=path></path>
        </svg>
    }
}

#[component]
pub fn AppInUse(since: Timestamp, on_change: Callback<String>) -> impl IntoView {
    let [before, after] = words::around(&words::second_factor_app_since(words::HOLE));
    view! {
        <p>{before} <LocalTime at=since style=TimeStyle::Exact/> {after}</p>
        <details>
            <summary>{words::second_factor_app_replace()}</summary>
            <StartForm on_change/>
        </details>
        <details>
            <summary>{words::second_factor_app_off()}</summary>
            <p>{words::second_factor_app_off_text()}</p>
            <PasswordForm
                path="/rpc/remove_app"
                field=&["off_password"]
                verb=words::second_factor_app_off()
                class="button--danger"
                command=|password| Box::pin(async move { remove_app(password).await.map(|()| String::new()) })
                on_change
            />
        </details>
    }
}
