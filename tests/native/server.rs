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

    /// The same, as a service manager does it: again, should it end before it listens.
    #[cfg(feature = "chaos")]
    pub async fn start_until_it_runs(
        address: SocketAddr,
        database: &str,
        environment: &[(&str, &str)],
    ) -> Self {
        for _ in 0..100 {
            let mut server = Self::spawn(address, database, environment, Stdio::null());
            if server.listens().await {
                return server;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the server does not start any more");
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
        let mut server = Self::spawn(address, database, environment, output);
        assert!(server.listens().await, "the server ended before it answered");
        server
    }

    pub fn spawn(address: SocketAddr, database: &str, environment: &[(&str, &str)], output: Stdio) -> Self {
        let process = Command::new(env!("CARGO_BIN_EXE_stoa"))
            .args(["serve", "--sends-per-second", "1000000", "--listen", &address.to_string(), "--database"])
            .arg(database)
            .env("RUST_LOG", "error")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(output)
            .spawn()
            .expect("the binary runs");
        Self { process, address }
    }

    /// Waits until it listens; false if it ends before.
    pub async fn listens(&mut self) -> bool {
        while TcpStream::connect(self.address).await.is_err() {
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        true
    }

    /// Whether the process has ended, by itself or not.
    #[cfg(feature = "chaos")]
    pub fn is_dead(&mut self) -> bool {
        self.process.try_wait().unwrap().is_some()
    }

    /// Whether it died at a point where it was to die, if it has ended.
    #[cfg(feature = "chaos")]
    pub fn has_aborted(&mut self) -> Option<bool> {
        use std::os::unix::process::ExitStatusExt;
        let status = self.process.try_wait().unwrap()?;
        Some(status.core_dumped() || status.signal() == Some(6))
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
