//! The server under load: a child process with its own database.

use std::{
    fs,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tokio::time::{Instant, sleep};

use crate::{Result, client::Connection, marketplace::SignedIn};

const START_TIMEOUT: Duration = Duration::from_secs(20);
/// The unit in which the kernel counts processor time.
const TICKS_PER_SECOND: f64 = 100.0;

pub struct Server {
    process: Process,
    database: String,
    /// The listen address, as `host:port`.
    pub address: String,
    is_without_search: bool,
    /// A second node on the same database.
    second: Option<(Process, String)>,
}

/// Killed with the one who holds it.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    /// Starts the server on a free port and waits until it accepts connections; with a NATS server also a second node.
    pub async fn start(database: &str, nats: Option<&str>, without_search: bool) -> Result<Self> {
        let address = || free_port().map(|port| format!("127.0.0.1:{port}"));
        let mut server = Self::start_at(address()?, database, nats, without_search).await?;
        if nats.is_some() {
            let Self { process, address, .. } =
                Self::start_at(address()?, database, nats, without_search).await?;
            server.second = Some((process, address));
        }
        Ok(server)
    }

    /// Where one side of all pairs connects: with two nodes, each message goes from one to the other.
    pub fn address_of_side(&self, side: usize) -> &str {
        match &self.second {
            Some((_, address)) if side == 1 => address,
            _ => &self.address,
        }
    }

    /// Kills the server and starts another on the same port and database; returns once it accepts
    /// connections.
    pub async fn restart(&mut self) -> Result<()> {
        self.process.0.kill()?;
        self.process.0.wait()?;
        *self = Self::start_at(self.address.clone(), &self.database.clone(), None, self.is_without_search)
            .await?;
        Ok(())
    }

    async fn start_at(
        address: String,
        database: &str,
        nats: Option<&str>,
        is_without_search: bool,
    ) -> Result<Self> {
        let process = Command::new(binary())
            .args(["serve", "--listen", &address, "--sends-per-second", "1000000", "--database"])
            .arg(database)
            .args(is_without_search.then_some("--without-search"))
            .args(nats.into_iter().flat_map(|nats| ["--nats", nats]))
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let process = Process(process);
        let mut server =
            Self { process, address, database: database.to_owned(), is_without_search, second: None };
        let deadline = Instant::now() + START_TIMEOUT;
        while Connection::open(&server.address).await.is_err() {
            if let Some(status) = server.process.0.try_wait()? {
                return Err(format!("the server ended before it answered: {status}").into());
            }
            if Instant::now() > deadline {
                return Err("the server does not answer".into());
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(server)
    }

    /// A GET request of a signed-in user, as a browser makes it.
    pub fn get(&self, user: &SignedIn, path: &str, accept_encoding: &str) -> Vec<u8> {
        let (address, token) = (&self.address, &user.token);
        format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nCookie: stoa_session={token}\r\n\
             Accept: */*\r\nAccept-Encoding: {accept_encoding}\r\n\r\n"
        )
        .into_bytes()
    }

    /// A POST request with a JSON body, from one of the server's own pages.
    pub fn post(&self, user: &SignedIn, path: &str, body: &str) -> Vec<u8> {
        let (address, token, length) = (&self.address, &user.token, body.len());
        format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n\
             Cookie: stoa_session={token}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }

    /// Seconds of processor time that the server's nodes and this process have used so far; `None` on systems without
    /// `/proc`.
    pub fn processor_seconds(&self) -> Option<(f64, f64)> {
        let nodes = [Some(&self.process), self.second.as_ref().map(|(process, _)| process)];
        let used = nodes.into_iter().flatten().map(|node| processor_seconds(&node.0.id().to_string()));
        Some((used.sum::<Option<f64>>()?, processor_seconds("self")?))
    }
}

impl Server {
    /// The server's resident memory in bytes; `None` on systems without `/proc`.
    pub fn memory_bytes(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.0.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().split(' ').next()?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1_024)
    }
}

/// The binary of this build, or the one that STOA_BINARY names.
fn binary() -> PathBuf {
    std::env::var_os("STOA_BINARY").unwrap_or_else(|| env!("CARGO_BIN_EXE_stoa").into()).into()
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn processor_seconds(process: &str) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The process name in parentheses may contain spaces; user and system time are the 12th and 13th field
    // after it.
    let mut times = stat.rsplit_once(')')?.1.split(' ').skip(12).map_while(|ticks| ticks.parse::<f64>().ok());
    Some((times.next()? + times.next()?) / TICKS_PER_SECOND)
}
