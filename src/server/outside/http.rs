//! The client of all outgoing HTTP: no redirects, no proxy from the environment, a time limit for the whole and a bound for
//! what is answered. URLs come from others, so the address of each connection is judged after the name was resolved: a
//! name that resolves to another address the next time (DNS rebinding) gains nothing, nor does an address in place of a
//! name.

use std::{
    io,
    net::SocketAddr,
    sync::OnceLock,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::Bytes,
    http::{HeaderMap, Request, StatusCode, Uri, uri::Scheme},
};
use futures::future::BoxFuture;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioIo, TokioTimer},
};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tower::Service;

use super::public_addresses::is_public;
use crate::server::config::openid_connect::is_loopback;

/// For a whole request, with the connection and the answer.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
/// The longest body of an answer that is read, in bytes, unless a client says otherwise.
const ANSWER_MAX_BYTES: usize = 16 * 1024;
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
const IDLE_PER_HOST_MAX: usize = 4;
const HTTPS_PORT: u16 = 443;
const HTTP_PORT: u16 = 80;

/// Which addresses a client connects to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those of the public internet, by https.
    Public,
    /// Any, also by http: a LAN, or tests.
    Anywhere,
    /// Any, by https; by http this machine alone. For URLs of the operator's own.
    Encrypted,
}

/// An answer, whatever its status.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Empty if it is longer than is read.
    pub body: Bytes,
}

type Resolve = fn(String, u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>>;
type Pool = Client<HttpsConnector<Connector>, Full<Bytes>>;

pub struct HttpClient {
    reach: Reach,
    answer_max_bytes: usize,
    /// Whether a longer answer is cut, and not left out.
    is_cut: bool,
    /// Built for the first request, which reads the certificates that this machine trusts.
    pool: OnceLock<Result<Pool, String>>,
}

impl HttpClient {
    pub fn new(reach: Reach) -> Self {
        Self::with_answers(reach, ANSWER_MAX_BYTES)
    }

    /// One that reads answers of so many bytes.
    pub fn with_answers(reach: Reach, answer_max_bytes: usize) -> Self {
        Self { reach, answer_max_bytes, is_cut: false, pool: OnceLock::new() }
    }

    /// One that reads the beginnings of answers: so many bytes, and then closes the connection.
    pub fn with_beginnings(reach: Reach, answer_max_bytes: usize) -> Self {
        Self { is_cut: true, ..Self::with_answers(reach, answer_max_bytes) }
    }

    /// Whether a URL is one that this client may ask. An address in place of a host is judged at once, and both when it
    /// connects.
    pub fn takes(&self, url: &Uri) -> bool {
        let is_encrypted = url.scheme() == Some(&Scheme::HTTPS);
        let host = url.host().unwrap_or_default().trim_matches(['[', ']']);
        let takes_plain = match self.reach {
            Reach::Public => false,
            Reach::Anywhere => true,
            Reach::Encrypted => is_loopback(host),
        };
        let is_plain = url.scheme() == Some(&Scheme::HTTP) && takes_plain;
        let has_password = url.authority().is_some_and(|authority| authority.as_str().contains('@'));
        let address = host.parse().ok();
        let is_private = self.reach == Reach::Public && address.is_some_and(|address| !is_public(address));
        (is_encrypted || is_plain) && url.host().is_some() && !has_password && !is_private
    }

    /// Sends a request and reads the answer. The error says why there is none, without the URL, which may be a secret.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Result<Answer, String> {
        if !self.takes(request.uri()) {
            return Err("the URL is none that may be asked".to_owned());
        }
        let pool = self.pool.get_or_init(|| pool(self.reach)).as_ref().map_err(String::clone)?;
        let answer = ask(pool, request, (self.answer_max_bytes, self.is_cut));
        match timeout(REQUEST_TIMEOUT, answer).await {
            Ok(answer) => answer,
            Err(_) => Err("no answer came in time".to_owned()),
        }
    }
}

async fn ask(
    pool: &Pool,
    request: Request<Full<Bytes>>,
    (answer_max_bytes, is_cut): (usize, bool),
) -> Result<Answer, String> {
    let (parts, body) = pool.request(request).await.map_err(|error| with_causes(&error))?.into_parts();
    let body = match is_cut {
        true => beginning(body, answer_max_bytes).await,
        false => {
            let body = Limited::new(body, answer_max_bytes).collect().await;
            body.map_or_else(|_| Bytes::new(), |body| body.to_bytes())
        }
    };
    Ok(Answer { status: parts.status, headers: parts.headers, body })
}

async fn beginning(mut body: Incoming, max_bytes: usize) -> Bytes {
    let mut read = Vec::new();
    while let Some(Ok(frame)) = body.frame().await {
        let data = frame.into_data().unwrap_or_default();
        read.extend_from_slice(&data[..data.len().min(max_bytes - read.len())]);
        if read.len() == max_bytes {
            break;
        }
    }
    Bytes::from(read)
}

fn pool(reach: Reach) -> Result<Pool, String> {
    let builder = HttpsConnectorBuilder::new()
        .with_provider_and_native_roots(rustls::crypto::ring::default_provider())
        .map_err(|error| format!("no certificates are trusted here: {error}"))?;
    let builder = match reach {
        Reach::Public => builder.https_only(),
        Reach::Anywhere | Reach::Encrypted => builder.https_or_http(),
    };
    let connector = builder.enable_http1().wrap_connector(Connector { reach, resolve });
    Ok(Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(IDLE_PER_HOST_MAX)
        .build(connector))
}

fn resolve(host: String, port: u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
    Box::pin(async move { Ok(lookup_host((host, port)).await?.collect()) })
}

/// Opens connections. Addresses in place of names go the same way, through the resolver and the filter.
#[derive(Clone)]
struct Connector {
    reach: Reach,
    resolve: Resolve,
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, url: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move { connector.connect(&url).await.map(TokioIo::new) })
    }
}

impl Connector {
    async fn connect(&self, url: &Uri) -> io::Result<TcpStream> {
        let host = url.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let is_plain = url.scheme() == Some(&Scheme::HTTP);
        let port = url.port_u16().unwrap_or(if is_plain { HTTP_PORT } else { HTTPS_PORT });
        let addresses = (self.resolve)(host, port).await?;
        let mut failure = io::Error::new(io::ErrorKind::PermissionDenied, "the host is not on the internet");
        for address in addresses {
            let is_refused = match self.reach {
                Reach::Public => !is_public(address.ip()),
                Reach::Anywhere => false,
                Reach::Encrypted => is_plain && !address.ip().to_canonical().is_loopback(),
            };
            if is_refused {
                continue;
            }
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    return Ok(stream);
                }
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

    use tokio::net::TcpListener;

    use super::*;

    async fn listener() -> (TcpListener, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        (listener, port)
    }

    #[tokio::test]
    async fn a_url_of_others_never_reaches_this_machine_or_its_network() {
        let (listener, port) = listener().await;
        let client = HttpClient::new(Reach::Public);
        for host in [
            "127.0.0.1",
            "localhost",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "0.0.0.0",
            "[::]",
            "127.1",
            "0x7f000001",
            "2130706433",
            "017700000001",
            "10.0.0.1",
            "169.254.169.254",
            "user:password@example.com",
        ] {
            let request = Request::post(format!("https://{host}:{port}/")).body(Full::default());
            let refused = match request {
                Ok(request) => client.send(request).await.expect_err(host),
                Err(error) => error.to_string(),
            };
            assert!(!refused.contains("time"), "{host}: {refused}");
        }
        let plain = Request::post("http://push.example/").body(Full::default()).unwrap();
        assert!(client.send(plain).await.is_err(), "https alone");
        let came = timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(came.is_err(), "a connection was opened");
    }

    /// The port of this machine that every name resolves to below.
    static PORT: AtomicU16 = AtomicU16::new(0);
    static ASKED: AtomicUsize = AtomicUsize::new(0);

    fn to_this_machine(_: String, _: u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
        ASKED.fetch_add(1, Ordering::Relaxed);
        let here = SocketAddr::from(([127, 0, 0, 1], PORT.load(Ordering::Relaxed)));
        Box::pin(async move { Ok(vec![here]) })
    }

    #[tokio::test]
    async fn a_name_is_judged_by_the_address_that_is_connected_to() {
        let (listener, port) = listener().await;
        PORT.store(port, Ordering::Relaxed);
        let url: Uri = "https://rebind.example/".parse().unwrap();
        let connector = Connector { reach: Reach::Public, resolve: to_this_machine };
        for asked in 1..=3 {
            let refused = connector.connect(&url).await.expect_err("refused");
            assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
            assert_eq!(
                ASKED.load(Ordering::Relaxed),
                asked,
                "each connection asks once, and takes that answer"
            );
        }
        assert!(
            timeout(Duration::from_millis(50), listener.accept()).await.is_err(),
            "a connection was opened"
        );
        let connector = Connector { reach: Reach::Anywhere, resolve: to_this_machine };
        connector.connect(&url).await.expect("a connection where the operator allows it");
        listener.accept().await.expect("a connection");
    }
}
