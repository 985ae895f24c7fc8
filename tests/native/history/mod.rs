//! `stoa import` (R2): what a marketplace had elsewhere, from lines of JSON and from exports of other systems.

mod formats;
mod hostile;
mod killed;
mod live;
mod model;
mod scale;

use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use sha2::{Digest, Sha256};
use stoa::server::store::Database;
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    checker,
    command_line::with_input,
    contents::{Contents, contents, difference},
    place::Place,
};

const ISSUER: &str = "shop.example.com";

/// A marketplace with an embed key, and a folder for what it had elsewhere.
pub struct Import {
    pub place: Place,
    pub folder: TempDir,
}

/// A message as it is stored: what its conversation is called, whose it is by the marketplace's ids, when and what.
pub type Said = (String, String, i64, String, Option<i64>, Option<i64>);

/// The same as it is read, with the id of its conversation and its place in it.
type Row = (Uuid, i64, String, String, i64, String, Option<i64>, Option<i64>);

/// Read, stored, there before, refused.
pub type Counts = BTreeMap<String, [u64; 4]>;

impl Import {
    pub async fn new() -> Self {
        Self::on(Place::new().await)
    }

    pub fn on(place: Place) -> Self {
        let import = Self { place, folder: tempfile::tempdir().expect("a folder") };
        let made = import
            .command(&["embed-key", "create", "--database", &import.place.database.url, ISSUER])
            .output();
        assert!(made.expect("it runs").status.success());
        import
    }

    /// The program with these arguments, whose temporary files stand in our folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stoa"));
        command.args(arguments).env("TMPDIR", self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn import(&self, files: &[&Path], options: &[&str]) -> Command {
        let files: Vec<&str> = files.iter().map(|path| path.to_str().expect("a path in UTF-8")).collect();
        let first = ["import", "--database", &self.place.database.url];
        self.command(&[&first[..], options, &files].concat())
    }

    /// Imports what must be taken whole, and returns the counts.
    pub fn imported(&self, files: &[&Path], options: &[&str]) -> Counts {
        let output = self.import(files, options).output().expect("it runs");
        assert!(output.status.success(), "{output:?}");
        counts(&output)
    }

    /// The same for lines on standard input.
    pub fn lines(&self, lines: &str) -> Output {
        with_input(&["import", "--database", &self.place.database.url, "-"], lines)
    }

    pub fn taken(&self, lines: &str) -> Counts {
        let output = self.lines(lines);
        assert!(output.status.success(), "{output:?}");
        counts(&output)
    }

    /// All messages that people wrote, by conversation, in the order in which they stand there.
    pub async fn said(&self) -> Vec<Said> {
        let (mut said, mut after) = (Vec::new(), (Uuid::nil(), 0));
        loop {
            let page = self.said_after(after).await;
            let Some(last) = page.last() else { break };
            after = (last.0, last.1);
            said.extend(page.into_iter().map(
                |(_, _, conversation, sender, at, text, edited_at, deleted_at)| {
                    (conversation, sender, at, text, edited_at, deleted_at)
                },
            ));
        }
        // Stable, so those of one conversation stay in their order.
        said.sort_by(|one, other| one.0.cmp(&other.0));
        said
    }

    async fn said_after(&self, after: (Uuid, i64)) -> Vec<Row> {
        const PAGE: &str = "SELECT m.conversation_id, m.seq, COALESCE(l.external_id, r.name), i.subject, m.created_at, m.body, m.edited_at, m.deleted_at \
             FROM messages m JOIN conversations c ON c.id = m.conversation_id LEFT JOIN listings l ON l.id = c.listing_id \
             LEFT JOIN rooms r ON r.conversation_id = c.id JOIN identities i ON i.user_id = m.sender_id \
             WHERE m.kind = 'text' AND (m.conversation_id, m.seq) > ($1, $2) ORDER BY m.conversation_id, m.seq LIMIT 20000";
        let read = self.place.context.store.read(move |conn| {
            Box::pin(async move {
                Ok(match conn.database {
                    Database::Sqlite(c) => {
                        sqlx::query_as(PAGE).bind(after.0).bind(after.1).fetch_all(c).await?
                    }
                    Database::Postgres(c) => {
                        sqlx::query_as(PAGE).bind(after.0).bind(after.1).fetch_all(c).await?
                    }
                })
            })
        });
        read.await.expect("messages")
    }

    /// What has to hold of all that was imported: nothing contradicts itself, all is read, nobody is told of it, and inboxes are in the order
    /// in which something was last said.
    pub async fn check(&self) {
        assert_eq!(checker::rows(&self.place).await, Vec::<String>::new());
        for nothing in [
            "SELECT COUNT(*) FROM participants WHERE unread > 0 AND left_at IS NULL",
            "SELECT COUNT(*) FROM notifications",
            "SELECT COUNT(*) FROM tasks",
            "SELECT COUNT(*) FROM participants WHERE noted > 0",
            "SELECT COUNT(*) FROM participants p JOIN conversations c ON c.id = p.conversation_id \
             WHERE p.left_at IS NULL AND p.read_seq <> c.last_seq",
            "SELECT COUNT(*) FROM (SELECT COALESCE(NULLIF(c.last_message_at, 0), c.created_at) AS at, \
             LAG(COALESCE(NULLIF(c.last_message_at, 0), c.created_at)) OVER (PARTITION BY p.user_id ORDER BY p.listed) AS earlier \
             FROM participants p JOIN conversations c ON c.id = p.conversation_id WHERE p.left_at IS NULL) AS inboxes WHERE earlier > at",
        ] {
            assert_eq!(self.place.rows::<(i64,)>(nothing).await, [(0,)], "{nothing}");
        }
    }

    /// The tables that are not as they were, but for what a server notes at its start.
    pub async fn changed_since(&self, before: &Contents) -> Vec<String> {
        let mut changed = difference(before, &contents(&self.place).await);
        changed.retain(|table| !table.starts_with("meta:"));
        changed
    }

    /// Writes a file into the folder.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::File::create(&path).and_then(|mut file| file.write_all(text.as_bytes())).expect("a file");
        path
    }
}

pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import").join(name)
}

/// The counts that the program prints at its end.
pub fn counts(output: &Output) -> Counts {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let row = |line: &str| {
        let mut words = line.split_whitespace();
        let kind = words.next()?.to_owned();
        let numbers: Vec<u64> = words.map(|word| word.parse().ok()).collect::<Option<_>>()?;
        Some((kind, numbers.try_into().ok()?))
    };
    text.lines().filter_map(row).collect()
}

/// SHA-256 over conversation, sender, time and text of all messages.
pub fn hash<'a>(said: impl IntoIterator<Item = &'a Said>) -> String {
    let mut hash = Sha256::new();
    for (conversation, sender, at, text, ..) in said {
        for part in [conversation.as_str(), sender, &at.to_string(), text] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
