//! A minimal HTTP/1.1 client with keep-alive connections. It does little work for each request, because the
//! load generator shares the machine with the server that it measures.

use std::{
    cell::RefCell,
    io::{Error, ErrorKind, Result},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout},
};

const READ_BYTES: usize = 16 * 1024;
/// A response that takes longer is an error.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections that are idle for longer are not reused: the server may close them.
const IDLE_MAX: Duration = Duration::from_secs(10);

pub struct Connection {
    stream: TcpStream,
    /// Bytes received and not yet consumed.
    received: Vec<u8>,
}

pub struct Answer {
    pub status: u16,
    /// The body as received, possibly compressed.
    pub body: Vec<u8>,
}

impl Connection {
    pub async fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::with_capacity(READ_BYTES) })
    }

    /// Sends a whole request and reads its whole response. After an error the connection cannot be reused.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer> {
        timeout(RESPONSE_TIMEOUT, self.exchange(request)).await.map_err(|_| ErrorKind::TimedOut)?
    }

    async fn exchange(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.write_all(request).await?;
        let head = self.take_until(b"\r\n\r\n").await?;
        let head = String::from_utf8(head).map_err(|_| invalid_data("a head that is no text"))?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| invalid_data("no status"))?;
        let body = match (header_value(&head, "content-length"), header_value(&head, "transfer-encoding")) {
            (Some(length), _) => {
                self.take(length.parse().map_err(|_| invalid_data("a wrong length"))?).await?
            }
            (None, Some("chunked")) => self.take_chunks().await?,
            _ => return Err(invalid_data("an answer of unknown length")),
        };
        Ok(Answer { status, body })
    }

    async fn take_chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.take_until(b"\r\n").await?;
            let size =
                std::str::from_utf8(&line).ok().and_then(|line| usize::from_str_radix(line.trim(), 16).ok());
            let size = size.ok_or_else(|| invalid_data("a wrong chunk"))?;
            let chunk = self.take(size + 2).await?;
            if size == 0 {
                return Ok(body);
            }
            body.extend_from_slice(&chunk[..size]);
        }
    }

    async fn take_until(&mut self, end: &[u8]) -> Result<Vec<u8>> {
        loop {
            if let Some(at) = self.received.windows(end.len()).position(|bytes| bytes == end) {
                return self.take(at + end.len()).await;
            }
            self.receive().await?;
        }
    }

    async fn take(&mut self, count: usize) -> Result<Vec<u8>> {
        while self.received.len() < count {
            self.receive().await?;
        }
        let rest = self.received.split_off(count);
        Ok(std::mem::replace(&mut self.received, rest))
    }

    async fn receive(&mut self) -> Result<()> {
        self.received.reserve(READ_BYTES);
        match self.stream.read_buf(&mut self.received).await? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

/// A pool of keep-alive connections. It opens another one when all are busy.
pub struct Pool<'a> {
    address: &'a str,
    idle: RefCell<Vec<(Connection, Instant)>>,
}

impl<'a> Pool<'a> {
    pub fn new(address: &'a str) -> Self {
        Self { address, idle: RefCell::default() }
    }

    pub async fn ask(&self, request: &[u8]) -> Result<Answer> {
        let free = self.idle.borrow_mut().pop().filter(|(_, since)| since.elapsed() < IDLE_MAX);
        let mut connection = match free {
            Some((connection, _)) => connection,
            None => Connection::open(self.address).await?,
        };
        let answer = connection.ask(request).await?;
        self.idle.borrow_mut().push((connection, Instant::now()));
        Ok(answer)
    }
}

/// The value of a header in a response's head.
fn header_value<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
}

fn invalid_data(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("the server sent {what}"))
}
