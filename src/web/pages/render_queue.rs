//! Renders each page alone: on one thread, with a runtime of its own.
//!
//! Leptos finds a page's signals through a thread-local, and takes one that another thread is just
//! writing for one that is gone. A page whose tasks run on several threads, or take turns with
//! those of other pages, can break off, never end, or have somebody else's name in its title.

use std::{future::Future, sync::Arc, thread::available_parallelism, time::Duration};

use axum::{
    body::{Body, to_bytes},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tokio::{runtime, sync::Semaphore, task::spawn_blocking, time::timeout};

/// A page waits for the database now and then, which leaves room for another one.
const AT_ONCE_PER_CORE: usize = 2;
/// A page takes milliseconds. One that takes this long will not come.
const READY_WITHIN: Duration = Duration::from_secs(10);

/// RenderQueue at rendering: as many at once as the machine can well do.
#[derive(Clone)]
pub struct RenderQueue(Arc<Semaphore>);

impl Default for RenderQueue {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Semaphore::new(cores * AT_ONCE_PER_CORE)))
    }
}

impl RenderQueue {
    /// Waits for a turn and renders the page to its end; 500 if that fails.
    pub async fn render(&self, page: impl Future<Output = Response> + Send + 'static) -> Response {
        let turn = self.0.clone().acquire_owned().await;
        let rendering = spawn_blocking(move || {
            let _held = turn;
            render_alone(page)
        });
        rendering.await.ok().flatten().unwrap_or_else(|| {
            tracing::error!("a page was not rendered");
            let sorry = "This page could not be shown. Try again in a moment.";
            (StatusCode::INTERNAL_SERVER_ERROR, sorry).into_response()
        })
    }
}

/// Nothing if the page is not ready in time. What it leaves behind ends with its runtime.
fn render_alone(page: impl Future<Output = Response>) -> Option<Response> {
    let runtime = runtime::Builder::new_current_thread().enable_time().build().ok()?;
    let rendered = async {
        let (parts, body) = page.await.into_parts();
        // All of it here, also what Leptos sends after the first piece.
        let bytes = to_bytes(body, usize::MAX).await.ok()?;
        Some(Response::from_parts(parts, Body::from(bytes)))
    };
    runtime.block_on(async { timeout(READY_WITHIN, rendered).await.ok().flatten() })
}
