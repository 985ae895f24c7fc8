//! Persistence of the outbox in IndexedDB, under auto-incremented keys that are the sending order.

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::browser::{
    Live,
    storage::database::{self, ObjectStore, Write},
};
use crate::shared::messages::outbox::{OutboxItem, StoredItem};

impl Live {
    /// Loads the unsent messages of an earlier visit. A message that was in flight then is sent again,
    /// which is idempotent.
    pub(crate) async fn restore_outbox(self) {
        let Ok(stored) = database::all(ObjectStore::Outbox).await else {
            self.disable_persistence();
            return;
        };
        self.outbox.items.update(|items| {
            for (key, text) in stored {
                let stored = serde_json::from_str::<StoredItem>(&text).ok();
                if let (Some(stored), Some(order)) = (stored, key.as_f64()) {
                    items.put_if_absent(OutboxItem { order: Some(order as i64), ..stored.into() });
                }
            }
        });
    }

    /// The browser refuses storage: unsent messages live as long as this page, and leaving it asks for
    /// confirmation.
    pub(crate) fn disable_persistence(self) {
        if self.outbox.is_persistent.get_untracked() {
            self.outbox.is_persistent.set(false);
            window_event_listener_untyped("beforeunload", move |event| {
                if self.outbox.count_unsent() > 0 {
                    event.prevent_default();
                }
            });
        }
    }

    pub(super) fn delete_persisted(self, item: &OutboxItem) {
        if let Some(order) = item.order {
            self.delete_persisted_order(order);
        }
    }

    pub(super) fn delete_persisted_order(self, order: i64) {
        // A message that stays is sent once more after a reload, which is idempotent.
        database::write_later(ObjectStore::Outbox, vec![Write::Delete(key(order))]);
    }
}

pub(super) fn key(order: i64) -> JsValue {
    JsValue::from_f64(order as f64)
}
