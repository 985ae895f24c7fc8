//! What a round of chaos plays on: one node on SQLite, or two on PostgreSQL and NATS, each a process
//! of its own, with everything between them that can be killed, cut, filled and turned.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Write,
    net::SocketAddr,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use tokio::{task::block_in_place, time::sleep};

use crate::{
    database::TestDatabase,
    invariants::Dice,
    nodes::Nats,
    place::{FAST, Place},
    postgres,
    server::{Server, free_address},
    wires::{End, Wire},
};

/// Where a node dies by itself, when it has come there for the so manieth time, at most: many frames share
/// a commit.
const POINTS: [(&str, usize); 6] = [
    ("die_before_parse", 10_000),
    ("die_in_transaction", 1_000),
    ("die_before_commit", 500),
    ("die_after_commit", 500),
    ("die_before_publish", 500),
    ("die_in_fan_out", 10_000),
];
/// A new database is killed so often at most while it is brought up to date, and after so many
/// milliseconds at the latest.
const MIGRATIONS_KILLED: usize = 4;
const MIGRATES_MS: usize = 60;
const CLOCK_JUMPS_SECONDS: usize = 3_600;
const SMALL_DISK: &str = "size=256m";

/// How often each mishap befell.
pub type Mishaps = BTreeMap<&'static str, usize>;

pub struct Stage {
    pub place: Place,
    nodes: Vec<Node>,
    pub clock_jumps: bool,
    pub mishaps: Mishaps,
    backing: Backing,
}

struct Node {
    address: SocketAddr,
    database: String,
    nats: Option<String>,
    /// The folder of files, which nodes share.
    files: String,
    server: Option<Server>,
    point: &'static str,
    wires: Vec<Wire>,
}

enum Backing {
    Sqlite(Option<SmallDisk>),
    Postgres(postgres::Server, Nats),
}

impl Stage {
    /// One node on a SQLite file, on a disk of its own that can be filled if there is to be one.
    pub async fn on_sqlite(dice: &mut Dice, on_small_disk: bool) -> Self {
        let disk = if on_small_disk { SmallDisk::mount() } else { None };
        let database = match &disk {
            Some(disk) => TestDatabase::at(disk.path("stoa.db")),
            None => TestDatabase::sqlite(),
        };
        let node = Node::new(database.url.clone(), None, Vec::new()).await;
        Self::on(database, vec![node], Backing::Sqlite(disk), dice).await
    }

    /// Two nodes on a PostgreSQL server that flushes, each with wires of its own to it and to NATS.
    pub async fn on_postgres(dice: &mut Dice) -> Self {
        let (server, database) = block_in_place(|| postgres::Server::start_with(&["fsync=on"]));
        let nats = block_in_place(Nats::start);
        let mut nodes = Vec::new();
        for _ in 0..2 {
            let to_database = Wire::to(End::Unix(server.socket())).await;
            let address = nats.url.trim_start_matches("nats://").parse().expect("an address");
            let to_nats = Wire::to(End::Tcp(address)).await;
            let url = format!("postgres://postgres@{}/postgres?sslmode=disable", to_database.address);
            let nats = format!("nats://{}", to_nats.address);
            nodes.push(Node::new(url, Some(nats), vec![to_database, to_nats]).await);
        }
        Self::on(database, nodes, Backing::Postgres(server, nats), dice).await
    }

    async fn on(database: TestDatabase, mut nodes: Vec<Node>, backing: Backing, dice: &mut Dice) -> Self {
        let mut mishaps = Mishaps::new();
        for _ in 0..MIGRATIONS_KILLED {
            if nodes[0].dies_migrating(&database.url, dice).await {
                *mishaps.entry("killed while migrating").or_default() += 1;
            }
        }
        let place = Place::on(database, FAST).await;
        for node in &mut nodes {
            node.files = place.files.path().to_string_lossy().into_owned();
        }
        Self { place, nodes, clock_jumps: dice.below(3) == 0, mishaps, backing }
    }

    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.nodes.iter().map(|node| node.address).collect()
    }

    /// Starts those that are not there. With `dice` they have a point to die at.
    pub async fn start(&mut self, mut dice: Option<&mut Dice>) {
        for node in &mut self.nodes {
            if node.server.is_some() {
                let Some(name) = node.died_of() else { continue };
                *self.mishaps.entry(name).or_default() += 1;
            }
            let clock_jumps = self.clock_jumps;
            node.start(dice.as_deref_mut(), clock_jumps).await;
        }
    }

    pub fn kill(&mut self, number: usize) {
        let node = &mut self.nodes[number];
        if node.server.is_some() {
            let name = node.died_of().unwrap_or("kill -9");
            node.server = None;
            *self.mishaps.entry(name).or_default() += 1;
        }
    }

    pub fn kill_all(&mut self) {
        (0..self.nodes.len()).for_each(|number| self.kill(number));
    }

    /// Something bad; whatever was cut or filled is whole again afterwards.
    pub async fn mishap(&mut self, dice: &mut Dice) {
        let number = dice.below(self.nodes.len());
        let a_while = Duration::from_millis(200 + dice.below(2_500) as u64);
        let name = match (&self.backing, dice.below(10)) {
            (Backing::Sqlite(Some(disk)), 0..4) => {
                disk.fill();
                sleep(a_while / 2).await;
                disk.empty();
                "disk full"
            }
            (Backing::Postgres(..), 0) => {
                self.kill_all();
                return;
            }
            (Backing::Postgres(server, _), 1) => {
                block_in_place(|| server.control("crash"));
                "PostgreSQL killed"
            }
            (Backing::Postgres(..), 2) => {
                self.nodes[number].without(0, a_while).await;
                "cut from PostgreSQL"
            }
            (Backing::Postgres(..), 3) => {
                self.nodes[number].without(1, a_while).await;
                "cut from NATS"
            }
            (Backing::Postgres(_, nats), 4) => {
                block_in_place(|| nats.crash());
                sleep(a_while).await;
                block_in_place(|| nats.start_again());
                "NATS killed"
            }
            _ => {
                self.kill(number);
                return;
            }
        };
        *self.mishaps.entry(name).or_default() += 1;
    }
}

impl Node {
    async fn new(database: String, nats: Option<String>, wires: Vec<Wire>) -> Self {
        Self {
            address: free_address().await,
            database,
            nats,
            files: String::new(),
            server: None,
            point: "none",
            wires,
        }
    }

    async fn start(&mut self, dice: Option<&mut Dice>, clock_jumps: bool) {
        let (mut passes, mut jump) = (0, 0);
        self.point = "none";
        if let Some(dice) = dice {
            let (point, most) = POINTS[dice.below(POINTS.len())];
            (self.point, passes) = (point, 1 + dice.below(most));
            let seconds = dice.below(2 * CLOCK_JUMPS_SECONDS) as i64 - CLOCK_JUMPS_SECONDS as i64;
            jump = if clock_jumps { seconds } else { 0 };
        }
        let (passes, jump) = (passes.to_string(), jump.to_string());
        let mut environment =
            vec![("STOA_FAULT", self.point), ("STOA_DIES_AT", &passes), ("STOA_CLOCK_JUMPS", &jump)];
        environment.push(("STOA_FILES", &self.files));
        environment.extend(self.nats.as_deref().map(|url| ("NATS_URL", url)));
        self.server = Some(Server::start_until_it_runs(self.address, &self.database, &environment).await);
    }

    /// What it has died of, if it has.
    fn died_of(&mut self) -> Option<&'static str> {
        let has_aborted = self.server.as_mut()?.has_aborted()?;
        Some(if has_aborted { self.point } else { "ended by itself" })
    }

    /// Kills a server on a database that may have to be brought up to date: on SQLite at one of its commits,
    /// on PostgreSQL at any moment. True if it was half-way.
    async fn dies_migrating(&self, database: &str, dice: &mut Dice) -> bool {
        if !database.starts_with("postgres://") {
            let passes = dice.below(3).to_string();
            let environment = [("STOA_FAULT", "die_in_migration"), ("STOA_DIES_AT", &passes)];
            let mut server = Server::spawn(self.address, &self.database, &environment, Stdio::null());
            return !server.listens().await && server.has_aborted() == Some(true);
        }
        let environment: Vec<_> = self.nats.as_deref().map(|url| ("NATS_URL", url)).into_iter().collect();
        let mut server = Server::spawn(self.address, &self.database, &environment, Stdio::null());
        sleep(Duration::from_millis(dice.below(MIGRATES_MS) as u64)).await;
        server.kill();
        let all = sqlx::migrate!("migrations/postgres").iter().count() as i64;
        migrations(database).await.is_some_and(|done| (1..all).contains(&done))
    }

    async fn without(&self, wire: usize, time: Duration) {
        self.wires[wire].cut();
        sleep(time).await;
        self.wires[wire].mend();
    }
}

/// How many migrations a database has; none if it can't be said.
async fn migrations(database: &str) -> Option<i64> {
    let count = "SELECT COUNT(*) FROM _sqlx_migrations";
    let mut connection = PgConnection::connect(database).await.ok()?;
    sqlx::query_scalar(count).fetch_one(&mut connection).await.ok()
}

/// A disk of some megabytes in memory, where this may be mounted (as root).
struct SmallDisk(TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", SMALL_DISK, "tmpfs"]).arg(folder.path()).stderr(Stdio::null());
        mount.status().is_ok_and(|status| status.success()).then(|| Self(folder))
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn ballast(&self) -> PathBuf {
        self.0.path().join("ballast")
    }

    fn fill(&self) {
        let mut file = File::create(self.ballast()).expect("a file");
        let some = vec![0; 1 << 16];
        while file.write_all(&some).is_ok() {}
    }

    fn empty(&self) {
        fs::remove_file(self.ballast()).expect("it is there");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}
