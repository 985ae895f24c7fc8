//! Bodies of requests: the whole of one has to arrive within a deadline. What a handler leaves unread is read
//! to its end and thrown away, so that the connection can go on; where that takes too much, the response says
//! that the connection is closed.

use std::{
    future::poll_fn,
    io::{self, ErrorKind},
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until, timeout};

/// Unread bytes that are thrown away; beyond them closing the connection is cheaper.
const DISCARDED_MAX_BYTES: usize = 1024 * 1024;
/// The time for that.
const DISCARD_TIMEOUT: Duration = Duration::from_secs(1);

/// A body on its way to a handler, which may drop it before its end.
#[derive(Clone)]
pub struct RequestBody(Arc<Mutex<Incoming>>);

/// Whether a body may take longer than others, as long as bytes of it come. A handler grants it, once it knows who sends them.
#[derive(Clone, Default)]
pub struct Patience(Arc<AtomicBool>);

impl Patience {
    /// From now on the deadline is one for the next bytes.
    pub fn while_it_flows(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_granted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

struct TimedBody {
    body: RequestBody,
    limit: Duration,
    patience: Patience,
    deadline: Instant,
    /// Made when the body has to be waited for.
    timer: Option<Pin<Box<Sleep>>>,
}

impl RequestBody {
    pub fn new(body: Incoming) -> Self {
        Self(Arc::new(Mutex::new(body)))
    }

    /// The body for the handler. Reading it fails after the time limit.
    pub fn within(&self, limit: Duration, patience: Patience) -> Body {
        let deadline = Instant::now() + limit;
        Body::new(TimedBody { body: self.clone(), limit, patience, deadline, timer: None })
    }

    /// Whether it has been read to its end.
    pub fn is_read(&self) -> bool {
        self.lock().is_end_stream()
    }

    /// Reads what the handler has left and throws it away. False if the end is too far away.
    pub async fn discard_rest(&self) -> bool {
        let discard = async {
            let mut discarded = 0;
            loop {
                match poll_fn(|cx| Pin::new(&mut *self.lock()).poll_frame(cx)).await {
                    None => return true,
                    Some(Ok(frame)) => discarded += frame.data_ref().map_or(0, Bytes::len),
                    Some(Err(_)) => return false,
                }
                if discarded > DISCARDED_MAX_BYTES {
                    return false;
                }
            }
        };
        timeout(DISCARD_TIMEOUT, discard).await.unwrap_or(false)
    }

    fn lock(&self) -> MutexGuard<'_, Incoming> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpBody for TimedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let polled = Pin::new(&mut *self.body.lock()).poll_frame(cx);
        if let Poll::Ready(frame) = polled {
            if self.patience.is_granted() {
                self.deadline = Instant::now() + self.limit;
                self.timer = None;
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(io::Error::other)));
        }
        let deadline = self.deadline;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        timer.as_mut().poll(cx).map(|()| Some(Err(ErrorKind::TimedOut.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.lock().is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.lock().size_hint()
    }
}
