//! Sound section of the settings: the sound of new messages, stored on this device.

use leptos::prelude::*;

use super::device_switch::DeviceSwitch;
use crate::{
    browser::sound::{is_on, set_on},
    shared::words,
};

#[component]
pub fn Sound() -> impl IntoView {
    view! {
        <DeviceSwitch
            name="sound"
            title=words::settings_sound_title()
            legend=words::settings_sound_legend()
            icons=["play", "pause"]
            is_on=is_on
            set_on=set_on
        >
            {words::settings_sound_text()}
        </DeviceSwitch>
    }
}
