//! Uploads: the files of messages in the outbox, sent to the server before their message. Their bytes are persisted with the
//! message, so an upload goes on after a lost network, a restarted server, or a closed browser. Only the leading tab uploads.

mod blobs;
mod request;

use std::{
    collections::HashMap,
    sync::{
        LazyLock,
        atomic::{AtomicBool, Ordering},
    },
};

use js_sys::Promise;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use crate::browser::{ConnectionStatus, Live, environment, sending::outbox::OutboxItem, timers::after};
use crate::shared::{
    errors::ApiError,
    ids::{ConversationId, FileId, UserId},
    json::Unread,
    messages::{
        attached::NewAttached,
        files::MessageFile,
        outbox::{DeliveryState, OutboxItems},
    },
    values::time::MINUTE,
    words,
};
use request::Failure;

pub use blobs::{file_url, find, hold, release};

/// Bytes of one request: what takes about two seconds.
const CHUNK_MIN_BYTES: f64 = 256.0 * 1024.0;
const CHUNK_MAX_BYTES: f64 = 8.0 * 1024.0 * 1024.0;
const CHUNK_FIRST_BYTES: f64 = 512.0 * 1024.0;
const CHUNK_MS: f64 = 2_000.0;
/// Pauses before the next attempt.
const PAUSES_MS: [i32; 5] = [1_000, 2_000, 5_000, 10_000, 30_000];
const CHECK_PAUSE_MS: i32 = 700;

/// How much of each file has come, from 0 to 1.
static PROGRESS: LazyLock<ArcRwSignal<HashMap<FileId, f64>>> =
    LazyLock::new(|| ArcRwSignal::new(HashMap::new()));
static IS_RUNNING: AtomicBool = AtomicBool::new(false);

/// The IndexedDB of a user's files that wait to be sent.
pub(crate) fn database_name(viewer: UserId) -> String {
    format!("stoa-files-{viewer}")
}

/// How much of a file has come, from 0 to 1; `None` before anything of it was sent.
pub fn progress(id: FileId) -> Option<f64> {
    PROGRESS.with(|progress| progress.get(&id).copied())
}

impl Live {
    /// Sends a text with files that are held. Their bytes are persisted, and the bubble is shown at once.
    pub fn send_files(
        self,
        conversation: ConversationId,
        body: String,
        attached: NewAttached,
        files: &Vec<MessageFile>,
    ) -> Result<(), ApiError> {
        files.iter().for_each(|file| blobs::persist(self.viewer, file.id));
        let ids = files.iter().map(|file| file.id).collect();
        let attached = Unread::of(&NewAttached { files: ids, ..attached });
        self.put_in_line(conversation, body, attached, Unread::of(files))
    }

    /// Uploads the files of messages in the outbox from now on.
    pub fn start_uploads(self) {
        Effect::new(move |_| {
            let is_waiting = self.outbox.items.with(|items| next(items).is_some());
            let is_online = matches!(self.status().get(), ConnectionStatus::Live | ConnectionStatus::Polling);
            if is_waiting && is_online && self.is_leader() && !IS_RUNNING.swap(true, Ordering::Relaxed) {
                spawn_local(async move {
                    self.upload_all().await;
                    IS_RUNNING.store(false, Ordering::Relaxed);
                });
            }
        });
    }

    async fn upload_all(self) {
        let mut failures = 0;
        while let Some(item) = self.outbox.items.with_untracked(|items| next(items).cloned()) {
            if !self.is_still_viewer() || !self.is_leader() {
                return;
            }
            match self.upload(&item).await {
                Ok(()) => {
                    failures = 0;
                    self.release(item.id);
                    item.attached.read().files.iter().for_each(|id| blobs::forget(self.viewer, *id));
                }
                Err(Failure::Final(reason)) => {
                    failures = 0;
                    self.release(item.id);
                    self.fail_item(&item, reason);
                }
                Err(Failure::Passing) => {
                    let ms = PAUSES_MS[failures.min(PAUSES_MS.len() - 1)];
                    failures += 1;
                    pause(ms).await;
                }
            }
        }
    }

    async fn upload(self, item: &OutboxItem) -> Result<(), Failure> {
        for file in &item.files.read() {
            let done = self.upload_file(item, file).await;
            PROGRESS.update(|progress| {
                progress.remove(&file.id);
            });
            done?;
        }
        Ok(())
    }

    async fn upload_file(self, item: &OutboxItem, file: &MessageFile) -> Result<(), Failure> {
        let mut come = request::announce(item.conversation, file).await?;
        let mut chunk = CHUNK_FIRST_BYTES;
        let size = file.size as f64;
        while come.is_receiving() {
            // Discarded meanwhile.
            if self.outbox.get(item.id).is_none() {
                request::cancel(file.id).await;
                return Err(Failure::Passing);
            }
            let Some(blob) = blobs::find(self.viewer, file.id).await else {
                // Another tab may still be storing it.
                if environment::now().0 - item.at.0 < MINUTE {
                    return Err(Failure::Passing);
                }
                return Err(Failure::Final(words::composer_file_lost().to_owned()));
            };
            let begun = js_sys::Date::now();
            let to = (come.received + chunk).min(size);
            match request::send(file.id, &blob, come.received, to).await {
                Ok(received) => come.received = received,
                // Somebody else has sent some of it, or what was sent before came after all.
                Err(request::SendFailure::OtherPosition) => come = request::describe(file.id).await?,
                Err(request::SendFailure::Other(failure)) => return Err(failure),
            }
            let took = (js_sys::Date::now() - begun).max(1.0);
            chunk = (chunk * CHUNK_MS / took)
                .clamp(chunk / 2.0, chunk * 2.0)
                .clamp(CHUNK_MIN_BYTES, CHUNK_MAX_BYTES);
            PROGRESS.update(|progress| {
                progress.insert(file.id, come.received / size);
            });
            if come.received >= size {
                come = request::describe(file.id).await?;
            }
        }
        while come.is_checking() {
            pause(CHECK_PAUSE_MS).await;
            come = request::describe(file.id).await?;
        }
        match come.refusal {
            Some(reason) => Err(Failure::Final(reason)),
            None => Ok(()),
        }
    }
}

async fn pause(ms: i32) {
    let mut wait = |resolve: js_sys::Function, _| {
        after(ms, move || drop(resolve.call0(&JsValue::NULL)));
    };
    JsFuture::from(Promise::new(&mut wait)).await.ok();
}

/// The message whose files are to be uploaded next.
fn next(items: &OutboxItems) -> Option<&OutboxItem> {
    items.all().iter().find(|item| {
        item.waits_for_files
            && item.order.is_some()
            && matches!(item.state, DeliveryState::Sending { .. } | DeliveryState::Waiting)
    })
}
