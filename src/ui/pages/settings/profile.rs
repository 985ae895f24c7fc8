//! My profile, the look of the app on this device, and the way out.

use leptos::{prelude::*, task::spawn_local};
use leptos_meta::Title;
use wasm_bindgen::JsCast;

use super::{
    api_tokens::Tokens,
    notifications::ChoicesCard,
    sessions::{Password, Sessions},
};
use crate::ui::components::guard::SignedIn;
use crate::{
    api::users::{sign_out, update_profile},
    browser::{sound, use_live},
    shared::{
        page::session::{PageSession, Theme},
        users::{HUES, NAME_MAX_CHARS, Person, check_name},
    },
    ui::{
        components::{
            Attempt, Avatar, CommandForm, Icon, SubmitButton, TextField,
            forms::{
                field::{FormErrorLine, focus_on_error},
                form::{Fields, Sending},
            },
            use_toasts,
        },
        shell::Me,
    },
};

#[component]
pub fn SettingsPage() -> impl IntoView {
    let changes = RwSignal::new(0);
    view! {
        <SignedIn>
            <Title text="Settings"/>
            <main class="page" id="main" tabindex="-1">
                <header class="page__head"><h1>"Settings"</h1></header>
                <div class="settings">
                    <Rail/>
                    <div class="settings__parts">
                        <Profile/>
                        <ChoicesCard/>
                        <Appearance/>
                        <Sound/>
                        <Password changes/>
                        <Sessions changes/>
                        <Tokens changes/>
                        <WayOut/>
                    </div>
                </div>
            </main>
        </SignedIn>
    }
    .into_any()
}

#[component]
fn Rail() -> impl IntoView {
    view! {
        <nav class="settings__rail" aria-label="Settings">
            <a href="#profile"><Icon name="user"/>"Profile"</a>
            <a href="#notifications"><Icon name="bell"/>"Notifications"</a>
            <a href="#appearance"><Icon name="sun"/>"Appearance"</a>
            <a href="#sound"><Icon name="play"/>"Sound"</a>
            <a href="#password"><Icon name="lock"/>"Password"</a>
            <a href="#sessions"><Icon name="eye"/>"Sessions"</a>
            <a href="#tokens"><Icon name="tools"/>"Access tokens"</a>
            <a href="#this-device"><Icon name="device"/>"This device"</a>
        </nav>
    }
}

#[component]
fn Profile() -> impl IntoView {
    let viewer = expect_context::<PageSession>().viewer.expect("only for who is signed in");
    let Me(me) = expect_context();
    let shown = me.get_untracked().unwrap_or_else(|| viewer.person());
    let attempt = Attempt::at("/rpc/update_profile");
    let form = NodeRef::new();
    let error = attempt.error();
    let toasts = use_toasts();
    focus_on_error(form, error);
    let send = move |fields: Fields| -> Sending {
        let name = fields.text("name");
        let hue = fields.text("hue").parse().unwrap_or(-1);
        Box::pin(async move {
            update_profile(name.clone(), hue).await?;
            let name = check_name(&name).unwrap_or(name);
            me.update(|me| *me = me.take().map(|me| Person { name, hue, ..me }));
            toasts.show("Saved.");
            Ok(String::new())
        })
    };
    view! {
        <section class="card" id="profile" aria-labelledby="profile-title">
            <h2 id="profile-title">"Profile"</h2>
            <p>"Your name and colour, as the people you write to see them."</p>
            <div class="settings__me">
                {move || me.get().map(|person| view! { <Avatar person size=56/> }.into_any())}
                <div>
                    <b class="cut" dir="auto">{move || me.get().map(|person| person.name)}</b>
                    <p class="muted cut">{viewer.email.clone()}</p>
                </div>
            </div>
            <CommandForm attempt node_ref=form send=Box::new(send)>
                <TextField name="name" label="Name" autocomplete="name" value=shown.name.clone() max=NAME_MAX_CHARS error/>
                <fieldset class="field">
                    <legend>"Colour"</legend>
                    <div class="swatches">
                        {(0..HUES).map(|hue| view! { <Swatch hue person=shown.clone()/> }.into_any()).collect_view()}
                    </div>
                </fieldset>
                <FormErrorLine error fields=&["name"]/>
                <SubmitButton pending=attempt.is_pending>"Save"</SubmitButton>
            </CommandForm>
        </section>
    }
}

#[component]
fn Swatch(hue: i64, person: Person) -> impl IntoView {
    const WORDS: [&str; HUES as usize] = ["Rose", "Sand", "Moss", "Teal", "Sky", "Plum", "Clay", "Slate"];
    view! {
        <label class=format!("swatch hue-{hue}") title=WORDS[hue as usize]>
            <input type="radio" name="hue" value=hue.to_string() checked=person.hue == hue aria-label=WORDS[hue as usize]/>
            <span aria-hidden="true">{person.initials()}</span>
        </label>
    }
}

#[component]
fn Appearance() -> impl IntoView {
    let chosen = RwSignal::new(expect_context::<PageSession>().theme);
    // It works through script alone, so until that runs it can't be chosen.
    let is_ready = RwSignal::new(false);
    Effect::new(move |_| {
        is_ready.set(true);
        chosen.set(current_theme());
    });
    view! {
        <section class="card" id="appearance" aria-labelledby="appearance-title">
            <h2 id="appearance-title">"Appearance"</h2>
            <p>"Kept on this device."</p>
            <fieldset class="field" disabled=move || !is_ready.get()>
                <legend class="visually-hidden">"Theme"</legend>
                <div class="choices">
                    {Theme::ALL.map(|theme| view! { <ThemeChoice theme chosen/> }.into_any()).collect_view()}
                </div>
            </fieldset>
        </section>
    }
}

#[component]
fn Sound() -> impl IntoView {
    let is_on = RwSignal::new(true);
    let is_ready = RwSignal::new(false);
    Effect::new(move |_| {
        is_ready.set(true);
        is_on.set(sound::is_on());
    });
    let choice = move |is_this_on: bool, icon: &'static str, word: &'static str| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="sound"
                    value=word
                    checked=is_this_on
                    prop:checked=move || is_on.get() == is_this_on
                    on:change=move |_| {
                        is_on.set(is_this_on);
                        sound::turn(is_this_on);
                    }
                />
                <Icon name=icon/>
                <span>{word}</span>
            </label>
        }
    };
    view! {
        <section class="card" id="sound" aria-labelledby="sound-title">
            <h2 id="sound-title">"Sound"</h2>
            <p>"For new messages while you are elsewhere. Kept on this device."</p>
            <fieldset class="field" disabled=move || !is_ready.get()>
                <legend class="visually-hidden">"Sound for new messages"</legend>
                <div class="choices">
                    {choice(true, "play", "On")}
                    {choice(false, "pause", "Off")}
                </div>
            </fieldset>
        </section>
    }
}

#[component]
fn ThemeChoice(theme: Theme, chosen: RwSignal<Theme>) -> impl IntoView {
    let (icon, word) = match theme {
        Theme::Device => ("device", "Same as device"),
        Theme::Light => ("sun", "Light"),
        Theme::Dark => ("moon", "Dark"),
    };
    view! {
        <label class="choice">
            <input
                type="radio"
                name="theme"
                value=theme.as_str()
                checked=chosen.get_untracked() == theme
                prop:checked=move || chosen.get() == theme
                on:change=move |_| {
                    chosen.set(theme);
                    apply_theme(theme);
                }
            />
            <Icon name=icon/>
            <span>{word}</span>
        </label>
    }
}

#[component]
fn WayOut() -> impl IntoView {
    let attempt = Attempt::at("/rpc/sign_out");
    let toasts = use_toasts();
    let live = use_live();
    let ask = move |event: leptos::ev::SubmitEvent| {
        if !live.may_leave() {
            event.prevent_default();
        }
    };
    Effect::new(move |_| match attempt.answer.get() {
        // A full load, so that nothing of this account stays in memory.
        Some(Ok(_)) => {
            spawn_local(async move {
                live.forget_everything().await;
                let gone = window().location().assign("/");
                debug_assert!(gone.is_ok());
            });
        }
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
    view! {
        <section class="card" id="this-device" aria-labelledby="way-out-title">
            <h2 id="way-out-title">"This device"</h2>
            <p>"Signing out here leaves your other devices signed in."</p>
            <CommandForm attempt send=Box::new(|_| Box::pin(async { sign_out().await.map(|()| String::new()) })) on:submit:capture=ask>
                <SubmitButton pending=attempt.is_pending class="">
                    <Icon name="out"/>
                    "Sign out"
                </SubmitButton>
            </CommandForm>
        </section>
    }
}

/// The theme that the page shows: it may have been changed since the server rendered it.
fn current_theme() -> Theme {
    let root = document().document_element();
    Theme::parse(&root.and_then(|root| root.get_attribute("data-theme")).unwrap_or_default())
}

/// Shows it at once, and lets the server know before the next first paint.
fn apply_theme(theme: Theme) {
    const YEAR_SECONDS: u32 = 365 * 24 * 60 * 60;
    let document = document();
    if let Some(root) = document.document_element() {
        let changed = match theme {
            Theme::Device => root.remove_attribute("data-theme"),
            Theme::Light | Theme::Dark => root.set_attribute("data-theme", theme.as_str()),
        };
        debug_assert!(changed.is_ok());
    }
    let cookie =
        format!("{}={}; path=/; max-age={YEAR_SECONDS}; samesite=lax", Theme::COOKIE, theme.as_str());
    let kept = document.unchecked_into::<web_sys::HtmlDocument>().set_cookie(&cookie);
    debug_assert!(kept.is_ok());
}
