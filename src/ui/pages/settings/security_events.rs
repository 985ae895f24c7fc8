//! Security section of the settings: what happened to the account, when and from where.

use leptos::prelude::*;

use crate::{
    api::users::security_events::get_security_events,
    shared::{
        page::payload::PagePayload,
        users::security_events::{OwnSecurityEvent, OwnSecurityEvents},
        words,
    },
    ui::components::{LocalTime, ResourceView, Skeleton, TimeStyle, not_found::LoadError, page_resource},
};

/// Reloads when `password_changes` changes.
#[component]
pub fn SecurityEvents(password_changes: RwSignal<u32>) -> impl IntoView {
    let key = Signal::derive(move || password_changes.get().to_string());
    let events = page_resource(key, || Box::pin(async { PagePayload::new(get_security_events().await) }));
    view! {
        <section class="card" id="security" aria-labelledby="security-title">
            <h2 id="security-title">{words::security_event_list_title()}</h2>
            <p>{words::security_event_list_text()}</p>
            <ResourceView
                from=events
                fallback=|| view! { <Skeleton count=2/> }
                show=Box::new(move |payload| match payload.take::<OwnSecurityEvents>() {
                    Ok(OwnSecurityEvents { events }) => view! { <Rows events/> }.into_any(),
                    Err(error) => view! { <LoadError error/> }.into_any(),
                })
            />
        </section>
    }
}

#[component]
fn Rows(events: Vec<OwnSecurityEvent>) -> impl IntoView {
    if events.is_empty() {
        return view! { <p class="muted">{words::security_event_list_empty()}</p> }.into_any();
    }
    let rows = events.into_iter().map(|event| view! { <Row event/> }.into_any()).collect_view();
    view! {
        <details>
            <summary>{words::security_event_list_show()}</summary>
            <ul class="sessions" aria-label=words::security_event_list_title()>{rows}</ul>
        </details>
    }
    .into_any()
}

#[component]
fn Row(event: OwnSecurityEvent) -> impl IntoView {
    let OwnSecurityEvent { at, event, client, client_ip } = event;
    let from: Vec<_> = [client, client_ip].into_iter().filter(|part| !part.is_empty()).collect();
    view! {
        <li>
            <div>
                <b>{label(&event)}</b>
                <p class="muted"><LocalTime at style=TimeStyle::Relative/> " · " <bdi>{from.join(", ")}</bdi></p>
            </div>
        </li>
    }
}

/// What happened, in a few words.
fn label(event: &str) -> String {
    let label = match event {
        "sign_up" => words::security_event_sign_up(),
        "sign_in" => words::security_event_sign_in(),
        "sign_in_refused" => words::security_event_sign_in_refused(),
        "sign_out" => words::security_event_sign_out(),
        "session_end" => words::security_event_session_end(),
        "other_sessions_end" => words::security_event_other_sessions_end(),
        "password_change" => words::security_event_password_change(),
        "password_reset" => words::security_event_password_reset(),
        "address_claim" => words::security_event_address_claim(),
        "address_change" => words::security_event_address_change(),
        "address_restore" => words::security_event_address_restore(),
        "account_secure" => words::security_event_account_secure(),
        "password_refused" => words::security_event_password_refused(),
        "token_create" => words::security_event_token_create(),
        "token_refused" => words::security_event_token_refused(),
        "token_revoke" => words::security_event_token_revoke(),
        "app_add" => words::security_event_app_add(),
        "app_remove" => words::security_event_app_remove(),
        "passkey_add" => words::security_event_passkey_add(),
        "passkey_remove" => words::security_event_passkey_remove(),
        "code_refused" => words::security_event_code_refused(),
        "recovery_codes_make" => words::security_event_recovery_codes_make(),
        "recovery_code_use" => words::security_event_recovery_code_use(),
        "second_factor_reset" => words::security_event_second_factor_reset(),
        "identity_link" => words::security_event_identity_link(),
        "identity_unlink" => words::security_event_identity_unlink(),
        "identity_refused" => words::security_event_identity_refused(),
        "provider_sign_out" => words::security_event_provider_sign_out(),
        "data_export" => words::security_event_data_export(),
        // An event of a newer version.
        other => return other.replace('_', " "),
    };
    label.to_owned()
}
