//! Web Storage of the browser: strings under keys.

use leptos::prelude::*;
use web_sys::Storage;

/// `Local` is localStorage, shared by all tabs until it is cleared; `Session` is sessionStorage, which ends
/// with the tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebStorage {
    Local,
    Session,
}

impl WebStorage {
    fn storage(self) -> Option<Storage> {
        match self {
            Self::Local => window().local_storage().ok().flatten(),
            Self::Session => window().session_storage().ok().flatten(),
        }
    }

    pub fn read(self, key: &str) -> Option<String> {
        self.storage()?.get_item(key).ok().flatten()
    }

    /// Returns whether the value is stored.
    pub fn write(self, key: &str, value: &str) -> bool {
        self.storage().is_some_and(|storage| storage.set_item(key, value).is_ok())
    }

    pub fn remove(self, key: &str) {
        if let Some(storage) = self.storage() {
            // Where storage is refused, nothing is stored.
            drop(storage.remove_item(key));
        }
    }

    /// All keys that start with `prefix`.
    pub fn keys(self, prefix: &str) -> Vec<String> {
        let Some(storage) = self.storage() else { return Vec::new() };
        let count = storage.length().unwrap_or(0);
        (0..count)
            .filter_map(|index| storage.key(index).ok().flatten())
            .filter(|key| key.starts_with(prefix))
            .collect()
    }
}
