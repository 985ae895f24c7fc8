//! Sound section of the settings: the sound of new messages, stored on this device.

use leptos::prelude::*;

use crate::{browser::sound, ui::components::Icon};

#[component]
pub fn Sound() -> impl IntoView {
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
                        sound::set_on(is_this_on);
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
