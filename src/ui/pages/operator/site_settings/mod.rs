//! Site settings page: operators read the settings of the marketplace, admins change them.

mod embed_key_rows;
mod embed_keys;
mod failed_tasks;
mod look;
mod permission;
mod retention;

use leptos::{html, prelude::*};
use leptos_router::hooks::{use_navigate, use_query_map};

use super::layout::OperatorLayout;
use crate::{
    api::operators::site_settings::get_settings,
    browser::environment::focus_soon,
    shared::{
        operators::site_settings::{SettingsView, check_days},
        page::{payload::PagePayload, session::PageSession},
        users::rank::Rank,
        words,
    },
    ui::components::{
        ResourceView, Skeleton,
        forms::{field::FormErrorLine, form::posted_error},
        not_found::LoadError,
        page_resource,
    },
};
use embed_keys::EmbedKeys;
use failed_tasks::FailedTasks;
use look::{LookSection, SET_LOOK};
use permission::{PermissionSection, SET_ROOMS, SET_SECOND_FACTOR, SET_SIGN_UP, SET_UNCONFIRMED};
use retention::{DAYS_MAX_CHARS, PATH, RetentionSection, SET_RETENTION};

#[component]
pub fn SiteSettingsPage() -> impl IntoView {
    let query = use_query_map();
    let typed = Memo::new(move |_| {
        let days = query.with(|query| query.get_str("days").map(str::to_owned));
        days.map(|days| days.chars().take(DAYS_MAX_CHARS).collect::<String>())
    });
    let payload = page_resource(Signal::derive(move || typed.get().unwrap_or_default()), move || {
        let days = typed.get_untracked().filter(|days| check_days(days).is_ok());
        Box::pin(async move { PagePayload::new(get_settings(days).await) })
    });
    let sections = NodeRef::<html::Div>::new();
    let navigate = StoredValue::new(use_navigate());
    let on_change = Callback::new(move |()| {
        // The pressed button disappears with its form, so the focus moves to the sections.
        if let Some(sections) = sections.get_untracked() {
            focus_soon(sections.into());
        }
        if typed.with_untracked(Option::is_some) {
            navigate.with_value(|navigate| navigate(PATH, Default::default()));
        } else {
            payload.refetch();
        }
    });
    view! {
        <OperatorLayout title=words::site_settings_title()>
            <header class="page__head"><h1>{words::site_settings_title()}</h1></header>
            <div class="settings__parts" tabindex="-1" node_ref=sections>
                <ResourceView
                    from=payload
                    fallback=|| view! { <Skeleton count=3/> }
                    show=Box::new(move |payload| match payload.take::<SettingsView>() {
                        Ok(view) => view! { <Sections view typed=typed.get_untracked() on_change/> }.into_any(),
                        Err(error) => view! { <LoadError error/> }.into_any(),
                    })
                />
            </div>
        </OperatorLayout>
    }
    .into_any()
}

#[component]
fn Sections(view: SettingsView, typed: Option<String>, on_change: Callback<()>) -> impl IntoView {
    let SettingsView { settings, retention, preview } = view;
    let PageSession { viewer, has_mail, .. } = expect_context();
    let is_admin = viewer.is_some_and(|viewer| viewer.rank == Rank::Admin);
    // The error of a post without script. It does not say which form it came from, so it stands above all.
    let post_error = Signal::stored(
        [SET_RETENTION, SET_SIGN_UP, SET_UNCONFIRMED, SET_ROOMS, SET_SECOND_FACTOR, SET_LOOK]
            .into_iter()
            .find_map(posted_error),
    );
    view! {
        {(!is_admin).then(|| view! { <p class="muted">{words::site_settings_admins_only()}</p> }.into_any())}
        <FormErrorLine error=post_error fields=&[]/>
        <RetentionSection settings retention preview typed is_admin on_change/>
        <PermissionSection
            id="sign-up-title"
            title=words::site_settings_sign_up_title()
            text=words::site_settings_sign_up_text()
            settings
            path=SET_SIGN_UP
            is_open=settings.can_sign_up
            labels=[words::site_settings_everybody(), words::site_settings_sign_up_nobody()]
            is_admin
            on_change
        />
        {has_mail.then(|| view! {
            <PermissionSection
                id="unconfirmed-title"
                title=words::site_settings_unconfirmed_title()
                text=words::site_settings_unconfirmed_text()
                settings
                path=SET_UNCONFIRMED
                is_open=settings.can_publish_unconfirmed
                labels=[words::site_settings_unconfirmed_everything(), words::site_settings_unconfirmed_conversations()]
                is_admin
                on_change
            />
        }.into_any())}
        <PermissionSection
            id="rooms-title"
            title=words::site_settings_rooms_title()
            text=words::site_settings_rooms_text()
            settings
            path=SET_ROOMS
            is_open=settings.can_make_rooms
            labels=[words::site_settings_everybody(), words::site_settings_rooms_operators()]
            is_admin
            on_change
        />
        <PermissionSection
            id="second-factor-title"
            title=words::site_settings_factor_title()
            text=words::site_settings_factor_text()
            settings
            path=SET_SECOND_FACTOR
            is_open=settings.second_factor_from.is_none()
            labels=[words::site_settings_factor_free(), words::site_settings_factor_needed()]
            is_admin
            on_change
        />
        <LookSection settings is_admin on_change/>
        {is_admin.then(|| view! { <EmbedKeys/> <FailedTasks/> }.into_any())}
    }
}
