//! Settings page: the sections and the navigation between them.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    api_tokens::Tokens, appearance::Appearance, notifications::NotificationSettings, password::Password,
    profile::Profile, sessions::Sessions, shortcuts::Shortcuts, sign_out::SignOut, sound::Sound,
};
use crate::ui::components::{Icon, guard::SignedIn};

#[component]
pub fn SettingsPage() -> impl IntoView {
    // Counts password changes: each ends the other sessions and all tokens, so both lists reload.
    let password_changes = RwSignal::new(0);
    view! {
        <SignedIn>
            <Title text="Settings"/>
            <main class="page" id="main" tabindex="-1">
                <header class="page__head"><h1>"Settings"</h1></header>
                <div class="settings">
                    <SectionNav/>
                    <div class="settings__parts">
                        <Profile/>
                        <NotificationSettings/>
                        <Appearance/>
                        <Sound/>
                        <Shortcuts/>
                        <Password password_changes/>
                        <Sessions password_changes/>
                        <Tokens password_changes/>
                        <SignOut/>
                    </div>
                </div>
            </main>
        </SignedIn>
    }
    .into_any()
}

#[component]
fn SectionNav() -> impl IntoView {
    view! {
        <nav class="settings__rail" aria-label="Settings">
            <a href="#profile"><Icon name="user"/>"Profile"</a>
            <a href="#notifications"><Icon name="bell"/>"Notifications"</a>
            <a href="#appearance"><Icon name="sun"/>"Appearance"</a>
            <a href="#sound"><Icon name="play"/>"Sound"</a>
            <a href="#shortcuts"><Icon name="edit"/>"Shortcuts"</a>
            <a href="#password"><Icon name="lock"/>"Password"</a>
            <a href="#sessions"><Icon name="eye"/>"Sessions"</a>
            <a href="#tokens"><Icon name="tools"/>"Access tokens"</a>
            <a href="#this-device"><Icon name="device"/>"This device"</a>
        </nav>
    }
}
