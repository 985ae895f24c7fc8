//! Sound section of the settings: the sound of new messages, stored on this device.

use leptos::prelude::*;

use super::device_switch::DeviceSwitch;
use crate::browser::sound::{is_on, set_on};

#[component]
pub fn Sound() -> impl IntoView {
    view! {
        <DeviceSwitch
            name="sound"
            title="Sound"
            legend="Sound for new messages"
            icons=["play", "pause"]
            is_on=is_on
            set_on=set_on
        >
            "For new messages while you are elsewhere. Kept on this device."
        </DeviceSwitch>
    }
}
