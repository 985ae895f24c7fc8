//! Shortcuts section of the settings: keys of one letter, on or off on this device.

use leptos::prelude::*;

use super::device_switch::DeviceSwitch;
use crate::browser::shortcuts::{are_on, set_on};

#[component]
pub fn Shortcuts() -> impl IntoView {
    view! {
        <DeviceSwitch
            name="shortcuts"
            title="Keyboard shortcuts"
            legend="Keyboard shortcuts of one letter"
            icons=["check", "x"]
            is_on=are_on
            set_on=set_on
        >
            "Keys of one letter: " <kbd>"?"</kbd> " shows them all. Turn them off if you dictate. Kept on this device."
        </DeviceSwitch>
    }
}
