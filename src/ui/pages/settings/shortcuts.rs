//! Shortcuts section of the settings: keys of one letter, on or off on this device.

use leptos::prelude::*;

use crate::{browser::shortcuts, ui::components::Icon};

#[component]
pub fn Shortcuts() -> impl IntoView {
    let are_on = RwSignal::new(true);
    let is_ready = RwSignal::new(false);
    Effect::new(move |_| {
        is_ready.set(true);
        are_on.set(shortcuts::are_on());
    });
    let choice = move |is_this_on: bool, icon: &'static str, word: &'static str| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="shortcuts"
                    value=word
                    checked=is_this_on
                    prop:checked=move || are_on.get() == is_this_on
                    on:change=move |_| {
                        are_on.set(is_this_on);
                        shortcuts::set_on(is_this_on);
                    }
                />
                <Icon name=icon/>
                <span>{word}</span>
            </label>
        }
    };
    view! {
        <section class="card" id="shortcuts" aria-labelledby="shortcuts-title">
            <h2 id="shortcuts-title">"Keyboard shortcuts"</h2>
            <p>
                "Keys of one letter: " <kbd>"?"</kbd> " shows them all. Turn them off if you dictate. Kept on this device."
            </p>
            <fieldset class="field" disabled=move || !is_ready.get()>
                <legend class="visually-hidden">"Keyboard shortcuts of one letter"</legend>
                <div class="choices">
                    {choice(true, "check", "On")}
                    {choice(false, "x", "Off")}
                </div>
            </fieldset>
        </section>
    }
}
