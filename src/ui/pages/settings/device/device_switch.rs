//! Section of the settings with one thing that is on or off on this device.

use leptos::prelude::*;

use crate::{shared::words, ui::components::Icon};

#[component]
pub fn DeviceSwitch(
    /// Element id of the section, and name of its choices.
    name: &'static str,
    title: &'static str,
    /// What the choices are about, for screen readers.
    legend: &'static str,
    /// The icons of on and off.
    icons: [&'static str; 2],
    is_on: fn() -> bool,
    set_on: fn(bool),
    /// What it does.
    children: Children,
) -> impl IntoView {
    let is_chosen = RwSignal::new(true);
    let is_ready = RwSignal::new(false);
    Effect::new(move |_| {
        is_ready.set(true);
        is_chosen.set(is_on());
    });
    let choice = move |is_this_on: bool, icon: &'static str, word: &'static str| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name=name
                    value=if is_this_on { "on" } else { "off" }
                    checked=is_this_on
                    prop:checked=move || is_chosen.get() == is_this_on
                    on:change=move |_| {
                        is_chosen.set(is_this_on);
                        set_on(is_this_on);
                    }
                />
                <Icon name=icon/>
                <span>{word}</span>
            </label>
        }
    };
    let title_id = format!("{name}-title");
    view! {
        <section class="card" id=name aria-labelledby=title_id.clone()>
            <h2 id=title_id.clone()>{title}</h2>
            <p>{children()}</p>
            <fieldset class="field" disabled=move || !is_ready.get()>
                <legend class="visually-hidden">{legend}</legend>
                <div class="choices">
                    {choice(true, icons[0], words::settings_switch_on())}
                    {choice(false, icons[1], words::settings_switch_off())}
                </div>
            </fieldset>
        </section>
    }
}
