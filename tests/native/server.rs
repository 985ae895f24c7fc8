//! The real program as a process of its own, on a database that a place has filled.

use std::{
    fs::File,
    net::SocketAddr,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    time::error::Elapsed,
};

/// Where nobody listens yet.
pub async fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address")
}

pub struct Server {
    process: Child,
    pub address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Server {
    /// On a free port, with these variables in its environment; answers when it listens.
    pub async fn start(database: &str, environment: &[(&str, &str)]) -> Self {
        Self::start_at(free_address().await, database, environment).await
    }

    pub async fn start_at(address: SocketAddr, database: &str, environment: &[(&str, &str)]) -> Self {
        Self::start_writing(address, database, environment, Stdio::null()).await
    }

    /// The same, with its log in a file.
    pub async fn start_logging(database: &str, environment: &[(&str, &str)], log: &Path) -> Self {
        let file = File::create(log).expect("a file that can be written");
        Self::start_writing(free_address().await, database, environment, file.into()).await
    }

    async fn start_writing(
        address: SocketAddr,
        database: &str,
        environment: &[(&str, &str)],
        output: Stdio,
    ) -> Self {
        let process = Command::new(env!("CARGO_BIN_EXE_stoa"))
            .args(["serve", "--sends-per-second", "1000000", "--listen", &address.to_string(), "--database"])
            .arg(database)
            .env("RUST_LOG", "error")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(output)
            .spawn()
            .expect("the binary runs");
        let mut server = Self { process, address };
        while TcpStream::connect(address).await.is_err() {
            assert!(server.process.try_wait().unwrap().is_none(), "the server ended before it answered");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        server
    }

    /// Whether the process has ended, by itself or not.
    #[cfg(feature = "chaos")]
    pub fn is_dead(&mut self) -> bool {
        self.process.try_wait().unwrap().is_some()
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// SIGKILL: no farewell, nothing finished.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// SIGTERM, as a service manager stops it.
    pub fn terminate(&self) {
        let done = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        assert!(done.expect("kill runs").success());
    }

    /// How it ended by itself within this time.
    pub async fn ended_within(&mut self, seconds: u64) -> Result<ExitStatus, Elapsed> {
        let ended = async {
            loop {
                if let Some(status) = self.process.try_wait().unwrap() {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(seconds), ended).await
    }
}
