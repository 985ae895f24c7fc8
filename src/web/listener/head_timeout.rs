//! The time limit for a request's head once its first byte is there (slowloris). An idle connection, on which
//! nothing is begun, stays open longer: as long as the connection pools of proxies expect.

use std::{
    io::{self, ErrorKind},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// Whether a connection serves a request, so that what arrives is no head.
#[derive(Clone, Default)]
pub struct Serving(Arc<State>);

#[derive(Default)]
struct State {
    is_on: AtomicBool,
    /// Requests so far.
    count: AtomicU32,
}

impl Serving {
    pub fn begin(&self) {
        self.0.is_on.store(true, Ordering::Relaxed);
        self.0.count.fetch_add(1, Ordering::Relaxed);
    }

    /// The response's body, which ends the request when it is dropped.
    pub fn until_dropped(&self, body: Body) -> Body {
        Body::new(ServedBody { body, serving: self.clone() })
    }

    fn end(&self) {
        self.0.is_on.store(false, Ordering::Relaxed);
    }

    fn is_on(&self) -> bool {
        self.0.is_on.load(Ordering::Relaxed)
    }

    fn count(&self) -> u32 {
        self.0.count.load(Ordering::Relaxed)
    }
}

struct ServedBody {
    body: Body,
    serving: Serving,
}

impl Drop for ServedBody {
    fn drop(&mut self) {
        self.serving.end();
    }
}

impl HttpBody for ServedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream whose reads fail when a head has begun and is not complete within the limit. It has no timer while
/// the connection is idle, serves a request or has become a socket.
pub struct HeadTimeout<S> {
    stream: S,
    serving: Serving,
    limit: Duration,
    deadline: Option<Pin<Box<Sleep>>>,
    /// The number of requests before the head that has the deadline.
    begun_after: u32,
}

impl<S> HeadTimeout<S> {
    pub fn new(stream: S, serving: Serving, limit: Duration) -> Self {
        Self { stream, serving, limit, deadline: None, begun_after: 0 }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for HeadTimeout<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buffer.filled().len();
        let polled = Pin::new(&mut this.stream).poll_read(cx, buffer);
        let count = this.serving.count();
        if this.serving.is_on() || count != this.begun_after {
            this.deadline = None;
            this.begun_after = count;
        }
        if this.serving.is_on() {
            return polled;
        }
        if buffer.filled().len() > before {
            let limit = this.limit;
            this.deadline.get_or_insert_with(|| Box::pin(sleep(limit)));
        }
        if let Some(deadline) = &mut this.deadline
            && deadline.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(Err(ErrorKind::TimedOut.into()));
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for HeadTimeout<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
