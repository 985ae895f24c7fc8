//! Keyboard shortcuts of one letter: whether they are on. Software for speech types letters too, so they can be
//! switched off.

use super::environment::WebStorage;

/// localStorage key of the setting on this device; no value means on.
const STORAGE_KEY: &str = "stoa-shortcuts";
const OFF: &str = "off";

pub fn are_on() -> bool {
    WebStorage::Local.read(STORAGE_KEY).is_none_or(|stored| stored != OFF)
}

pub fn set_on(are_on: bool) {
    if are_on {
        WebStorage::Local.remove(STORAGE_KEY);
    } else {
        WebStorage::Local.write(STORAGE_KEY, OFF);
    }
}
