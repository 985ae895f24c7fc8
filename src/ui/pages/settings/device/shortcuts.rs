//! Shortcuts section of the settings: keys of one letter, on or off on this device.

use leptos::prelude::*;

use super::device_switch::DeviceSwitch;
use crate::{
    browser::shortcuts::{are_on, set_on},
    shared::words,
};

#[component]
pub fn Shortcuts() -> impl IntoView {
    let [before_key, after_key] = words::around(&words::settings_shortcuts_text(words::HOLE));
    view! {
        <DeviceSwitch
            name="shortcuts"
            title=words::settings_shortcuts_title()
            legend=words::settings_shortcuts_legend()
            icons=["check", "x"]
            is_on=are_on
            set_on=set_on
        >
            {before_key} <kbd>"?"</kbd> {after_key}
        </DeviceSwitch>
    }
}
