//! Events of security on the page of the audit log: the filter, and the file that they are exported to. Both are plain forms.

use leptos::prelude::*;

use super::layout::ListQuery;
use crate::{
    shared::{
        listings::SEARCH_MAX_CHARS,
        operators::{audit::AuditKind, security_events::EventsFormat},
        words,
    },
    ui::components::forms::{field::FormErrorLine, form::Attempt},
};

const PATH: &str = "/operator/audit";
/// Where the form of the file posts to (`web/pages/downloads`).
const EXPORT: &str = "/operator/security-events/export";

/// The events that can be chosen, and the words for each.
fn events() -> [(&'static str, &'static str); 12] {
    [
        ("sign_in", words::audit_event_sign_in()),
        ("sign_in_refused", words::audit_event_sign_in_refused()),
        ("sign_out", words::audit_event_sign_out()),
        ("sign_up", words::audit_event_sign_up()),
        ("session_end", words::audit_event_session_end()),
        ("password_change", words::audit_event_password_change()),
        ("password_reset", words::audit_event_password_reset()),
        ("password_refused", words::audit_event_password_refused()),
        ("address_change", words::audit_event_address_change()),
        ("token_create", words::audit_event_token_create()),
        ("data_export", words::audit_event_data_export()),
        ("account_close", words::audit_event_account_close()),
    ]
}

#[component]
pub fn EventTools(list_query: ListQuery) -> impl IntoView {
    let error = Attempt::at(EXPORT).error();
    let (event, result) = (list_query.more("event"), list_query.more("result"));
    let option = |chosen: &str, value: &'static str, word: &'static str| {
        view! { <option value=value selected=chosen == value>{word}</option> }.into_any()
    };
    let events = events().map(|(value, word)| option(&event, value, word)).collect_view();
    let results = [("done", words::audit_result_done()), ("refused", words::audit_result_refused())];
    let results = results.map(|(value, word)| option(&result, value, word)).collect_view();
    let day = |name: &'static str, label: &'static str| {
        let value = list_query.more(name);
        view! {
            <label>{label} <input class="input" type="date" name=name value=value/></label>
        }
        .into_any()
    };
    let hidden = [("q", list_query.search.clone())].into_iter().chain(list_query.more.clone());
    let hidden = hidden
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> }.into_any())
        .collect_view();
    let file = |format: EventsFormat| {
        let word = match format {
            EventsFormat::Csv => words::audit_export_csv(),
            EventsFormat::Ndjson => words::audit_export_ndjson(),
        };
        view! { <button type="submit" class="button button--small" name="format" value=format.as_str()>{word}</button> }
            .into_any()
    };
    view! {
        <form class="events-filter card" method="get" action=PATH aria-label=words::audit_events_filter()>
            <input type="hidden" name="show" value=AuditKind::Security.as_str()/>
            <label>
                {words::audit_events_person()}
                <input class="input" type="search" name="q" autocomplete="off" maxlength=SEARCH_MAX_CHARS.to_string() value=list_query.search.clone()/>
            </label>
            <label>
                {words::audit_events_event()}
                <select class="input" name="event"><option value="">{words::audit_events_any()}</option>{events}</select>
            </label>
            <label>
                {words::audit_events_result()}
                <select class="input" name="result"><option value="">{words::audit_events_any()}</option>{results}</select>
            </label>
            {day("from", words::audit_events_from())}
            {day("to", words::audit_events_to())}
            <button type="submit" class="button button--small">{words::audit_events_show()}</button>
        </form>
        <form class="events-export" method="post" action=EXPORT>
            {hidden}
            <p class="muted">{words::audit_export_text()}</p>
            {EventsFormat::ALL.map(file).collect_view()}
            <FormErrorLine error fields=&[]/>
        </form>
    }
}
