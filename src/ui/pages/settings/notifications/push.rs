//! Push section of the settings: whether this device is told of what its user would miss while every tab is closed.

use leptos::{ev, prelude::*, task::spawn_local};

use crate::{
    api::users::push::unsubscribe_from_push,
    browser::push::{self, Outcome, Support, support},
    shared::{users::push::PushSettings, words},
    ui::components::{Icon, Toasts, use_toasts},
};

/// What is known of this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not looked at yet: before hydration.
    Unknown,
    Missing,
    Blocked,
    Off,
    On,
}

#[derive(Clone, Copy)]
struct Device {
    state: RwSignal<State>,
    shows_text: RwSignal<bool>,
    /// The server's public key.
    key: StoredValue<String>,
    toasts: Toasts,
}

impl Device {
    /// Looks what this browser can, and whether what the server knows still holds.
    fn look(self, is_on: bool) {
        let found = match support() {
            Support::Missing => State::Missing,
            Support::Blocked => State::Blocked,
            Support::Possible if !is_on => State::Off,
            Support::Possible => {
                let Some(key) = self.key.try_get_value() else { return };
                spawn_local(async move {
                    let holds = push::is_subscribed(&key).await;
                    self.state.try_set(if holds { State::On } else { State::Off });
                });
                return;
            }
        };
        self.state.try_set(found);
    }

    fn turn_on(self) {
        self.state.set(State::On);
        push::turn_on(self.key.get_value(), self.shows_text.get_untracked(), move |outcome| match outcome {
            Outcome::On => drop(self.toasts.settle("push", Ok(()))),
            Outcome::Refused => {
                self.toasts.error(words::notification_settings_refused_now());
                self.look(false);
            }
            Outcome::Failed => {
                self.toasts.error(words::push_failed());
                self.state.try_set(State::Off);
            }
            Outcome::NotSaved(error) => {
                self.toasts.settle::<()>("push", Err(error));
                self.state.try_set(State::Off);
            }
        });
    }

    fn turn_off(self) {
        self.state.set(State::Off);
        spawn_local(async move {
            // The server first: without it nothing is pushed, whatever the browser keeps.
            if self.toasts.settle("push", unsubscribe_from_push().await).is_some() {
                push::unsubscribe().await;
            } else {
                self.state.try_set(State::On);
            }
        });
    }

    fn show_text(self, shows_text: bool) {
        self.shows_text.set(shows_text);
        if self.state.get_untracked() == State::On {
            self.turn_on();
        }
    }
}

/// Sees to it that the server has the subscription that this device is told by.
pub fn renew() {
    Effect::new(|_| spawn_local(push::renew()));
}

#[component]
pub fn PushToThisDevice(settings: PushSettings) -> impl IntoView {
    let PushSettings { public_key, is_on, shows_text, .. } = settings;
    let device = Device {
        state: RwSignal::new(State::Unknown),
        shows_text: RwSignal::new(shows_text),
        key: StoredValue::new(public_key),
        toasts: use_toasts(),
    };
    let state = device.state;
    Effect::new(move |_| device.look(is_on));
    let about = move || match state.get() {
        State::Missing => words::push_unsupported(),
        State::Blocked => words::push_blocked(),
        State::Unknown | State::Off | State::On => words::push_text(),
    };
    let cannot_choose = move || !matches!(state.get(), State::Off | State::On);
    let choice = move |is_this_on: bool, icon: &'static str, word: &'static str| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="push"
                    value=word
                    checked=!is_this_on
                    prop:checked=move || (state.get() == State::On) == is_this_on
                    on:change=move |_| if is_this_on { device.turn_on() } else { device.turn_off() }
                />
                <Icon name=icon/>
                <span>{word}</span>
            </label>
        }
        .into_any()
    };
    view! {
        <section class="card" id="push" aria-labelledby="push-title">
            <h2 id="push-title">{words::push_title()}</h2>
            <p role="status">{about}</p>
            <fieldset class="field" disabled=cannot_choose>
                <legend class="visually-hidden">{words::push_title()}</legend>
                <div class="choices">{choice(true, "bell", words::settings_switch_on())}{choice(false, "x", words::settings_switch_off())}</div>
                <div class="choices">
                    <label class="choice">
                        <input
                            type="checkbox"
                            checked=shows_text
                            prop:checked=move || device.shows_text.get()
                            on:change=move |event: ev::Event| device.show_text(event_target_checked(&event))
                        />
                        <span>{words::push_shows_text()}</span>
                    </label>
                </div>
            </fieldset>
        </section>
    }
    .into_any()
}
