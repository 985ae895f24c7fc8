//! The render queue: renders each page alone on one thread with its own runtime, a bounded number at once.
//!
//! Leptos finds a page's signals through a thread-local, and treats a signal that another thread is writing
//! as disposed. If the tasks of a page ran on several threads, or interleaved with those of other pages, the
//! page could break off, never finish, or show another user's name in its title.

use std::{future::Future, sync::Arc, thread::available_parallelism, time::Duration};

use axum::{
    body::{Body, to_bytes},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tokio::{runtime, sync::Semaphore, task::spawn_blocking, time::timeout};

use crate::shared::words;

/// More than one, since a page also waits for the database.
const PAGES_PER_CORE: usize = 2;
/// A page takes milliseconds. One that takes this long hangs.
const RENDER_TIMEOUT: Duration = Duration::from_secs(10);

/// Limits the pages that are rendered at once to a multiple of the processor cores.
#[derive(Clone)]
pub struct RenderQueue(Arc<Semaphore>);

impl Default for RenderQueue {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Semaphore::new(cores * PAGES_PER_CORE)))
    }
}

impl RenderQueue {
    /// Waits for a permit and renders the page completely; 500 if that fails.
    pub async fn render(&self, page: impl Future<Output = Response> + Send + 'static) -> Response {
        let permit = self.0.clone().acquire_owned().await;
        let language = words::language();
        let rendering = spawn_blocking(move || {
            let _permit = permit;
            words::speak(language, || render_alone(page))
        });
        rendering.await.ok().flatten().unwrap_or_else(|| {
            tracing::error!("a page was not rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, words::error_not_rendered()).into_response()
        })
    }
}

/// The whole page; `None` if it is not ready within the timeout. Its remaining tasks end with the runtime.
fn render_alone(page: impl Future<Output = Response>) -> Option<Response> {
    let runtime = runtime::Builder::new_current_thread().enable_time().build().ok()?;
    let rendered = async {
        let (parts, body) = page.await.into_parts();
        // The body must be read here: Leptos renders later pieces of the stream on this runtime too.
        let bytes = to_bytes(body, usize::MAX).await.ok()?;
        Some(Response::from_parts(parts, Body::from(bytes)))
    };
    runtime.block_on(async { timeout(RENDER_TIMEOUT, rendered).await.ok().flatten() })
}
