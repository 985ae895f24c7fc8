//! Password section of the settings.

use leptos::{html, prelude::*};

use crate::{
    api::users::sessions::change_password,
    shared::{page::session::PageSession, users::credentials::PASSWORD_MAX_CHARS, words},
    ui::components::{
        Attempt, CommandForm, SubmitButton, TextField,
        forms::{
            field::{FormErrorLine, focus_on_error},
            form::{CommandFuture, Fields},
        },
        use_toasts,
    },
    ui::pages::accounts::new_password::NewPasswordField,
};

/// Adds one to `password_changes` once the server has ended the other sessions and all tokens.
#[component]
pub fn Password(password_changes: RwSignal<u32>) -> impl IntoView {
    let attempt = Attempt::at("/rpc/change_password");
    let email = expect_context::<PageSession>().viewer.map(|viewer| viewer.email);
    let form = NodeRef::<html::Form>::new();
    let error = attempt.error();
    let toasts = use_toasts();
    focus_on_error(form, error);
    let send = move |fields: Fields| -> CommandFuture {
        let (present, new) = (fields.text("present_password"), fields.text("new_password"));
        Box::pin(async move {
            change_password(present, new).await?;
            password_changes.update(|changes| *changes += 1);
            if let Some(form) = form.get_untracked() {
                form.reset();
            }
            toasts.show(words::settings_password_done());
            Ok(String::new())
        })
    };
    view! {
        <section class="card" id="password" aria-labelledby="password-title">
            <h2 id="password-title">{words::settings_password_title()}</h2>
            <p>{words::settings_password_text()}</p>
            <CommandForm attempt node_ref=form send=Box::new(send)>
                // For password managers, which otherwise don't know whose password it is.
                <input type="hidden" name="email" autocomplete="username" value=email/>
                <TextField
                    name="present_password"
                    label=words::settings_password_current()
                    kind="password"
                    autocomplete="current-password"
                    max=PASSWORD_MAX_CHARS
                    error
                />
                <NewPasswordField name="new_password" label=words::settings_password_new() error/>
                <FormErrorLine error fields=&["present_password", "new_password"]/>
                <SubmitButton pending=attempt.is_pending class="">{words::settings_password_change()}</SubmitButton>
            </CommandForm>
        </section>
    }
}
