//! Settings page: the sections and the navigation between them.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    api_tokens::Tokens,
    blocks::Blocks,
    device::{appearance::Appearance, shortcuts::Shortcuts, sound::Sound},
    identities::WaysIn,
    notifications::{NotificationSettings, mail::Mail, quiet_hours::Quiet},
    profile::Profile,
    second_factor::SecondFactorSettings,
    section_nav::SectionNav,
    security_events::SecurityEvents,
    sessions::Sessions,
    sign_out::SignOut,
};
use crate::{
    shared::words,
    ui::components::guard::SignedIn,
    ui::pages::accounts::personal_data::{CloseAccount, PersonalData},
};

#[component]
pub fn SettingsPage() -> impl IntoView {
    // Counts password changes: each ends the other sessions and all tokens, so both lists reload.
    let password_changes = RwSignal::new(0);
    view! {
        <SignedIn>
            <Title text=words::settings_title()/>
            <main class="page" id="main" tabindex="-1">
                <header class="page__head"><h1>{words::settings_title()}</h1></header>
                <div class="settings">
                    <SectionNav/>
                    <div class="settings__parts">
                        <Profile/>
                        <NotificationSettings/>
                        <Mail/>
                        <Quiet/>
                        <Blocks/>
                        <Appearance/>
                        <Sound/>
                        <Shortcuts/>
                        <WaysIn password_changes/>
                        <SecondFactorSettings/>
                        <Sessions password_changes/>
                        <Tokens password_changes/>
                        <SecurityEvents password_changes/>
                        <PersonalData/>
                        <SignOut/>
                        <CloseAccount/>
                    </div>
                </div>
            </main>
        </SignedIn>
    }
    .into_any()
}
