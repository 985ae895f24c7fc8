//! Sections of the settings about the data of the viewer: a file with all of it, and closing the account. Both are plain forms,
//! with script too: one is answered with a file, the other ends everything that runs in the page.

use leptos::prelude::*;

use crate::{
    shared::{page::session::PageSession, users::credentials::PASSWORD_MAX_CHARS, words},
    ui::components::{
        Attempt, Icon, TextField,
        forms::{
            confirm::{ConfirmedSubmit, Question},
            field::FormErrorLine,
        },
    },
};

/// Where the form of the file posts to (`web/pages/downloads`).
const EXPORT: &str = "/account/export";
const CLOSE: &str = "/rpc/close_account";

#[component]
pub fn PersonalData() -> impl IntoView {
    let error = Attempt::at(EXPORT).error();
    let option = |format: &'static str, word: &'static str| {
        view! { <Choice name="format" value=format word is_checked=format == "html"/> }.into_any()
    };
    view! {
        <section class="card" id="data" aria-labelledby="data-title">
            <h2 id="data-title">{words::settings_data_title()}</h2>
            <p>{words::settings_data_text()}</p>
            <form method="post" action=EXPORT>
                <Owner/>
                <fieldset class="field">
                    <legend>{words::settings_data_format()}</legend>
                    <div class="choices">
                        {option("html", words::settings_data_html())} {option("json", words::settings_data_json())}
                    </div>
                </fieldset>
                <TextField
                    name="export_password"
                    label=words::settings_password_current()
                    kind="password"
                    autocomplete="current-password"
                    max=PASSWORD_MAX_CHARS
                    error
                />
                <FormErrorLine error fields=&["export_password"]/>
                <button type="submit" class="button">{words::settings_data_submit()}</button>
            </form>
        </section>
    }
}

#[component]
pub fn CloseAccount() -> impl IntoView {
    let error = Attempt::at(CLOSE).error();
    let question = || Question {
        title: words::settings_close_ask_title().to_owned(),
        text: words::settings_close_ask_text().to_owned(),
        verb: words::settings_close_submit(),
        keep: words::settings_close_ask_no(),
        remark: None,
        is_danger: true,
    };
    let option = |value: &'static str, word: &'static str| {
        view! { <Choice name="with_texts" value word is_checked=value == "false"/> }.into_any()
    };
    view! {
        <section class="card" id="close" aria-labelledby="close-title">
            <h2 id="close-title">{words::settings_close_title()}</h2>
            <p>{words::settings_close_text()}</p>
            <form method="post" action=CLOSE>
                <Owner/>
                <fieldset class="field">
                    <legend>{words::settings_close_texts()}</legend>
                    <div class="choices">
                        {option("false", words::settings_close_texts_stay())} {option("true", words::settings_close_texts_go())}
                    </div>
                </fieldset>
                <TextField
                    name="closing_password"
                    label=words::settings_password_current()
                    kind="password"
                    autocomplete="current-password"
                    max=PASSWORD_MAX_CHARS
                    error
                />
                <FormErrorLine error fields=&["closing_password"]/>
                <ConfirmedSubmit pending=Signal::stored(false) class="button--danger" question=Signal::stored(Some(question()))>
                    <Icon name="out"/>
                    {words::settings_close_submit()}
                </ConfirmedSubmit>
            </form>
        </section>
    }
}

/// For password managers, which otherwise don't know whose password it is.
#[component]
fn Owner() -> impl IntoView {
    let email = expect_context::<PageSession>().viewer.map(|viewer| viewer.email);
    view! { <input type="hidden" autocomplete="username" value=email/> }
}

#[component]
fn Choice(name: &'static str, value: &'static str, word: &'static str, is_checked: bool) -> impl IntoView {
    view! {
        <label class="choice">
            <input type="radio" name=name value=value checked=is_checked/>
            <span>{word}</span>
        </label>
    }
}
