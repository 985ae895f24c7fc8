//! A place to test in: a server with a database of its own, people, and something to talk about.

use clap::Parser;
use leptos::config::{LeptosOptions, get_config_from_str};
use reqwest::{Client, Method, RequestBuilder, StatusCode, header};
use serde_json::Value;
use sqlx::{FromRow, postgres::PgRow, sqlite::SqliteRow};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use stoa::shared::{
    listings::draft::ListingDraft,
    users::{credentials::Email, rank::Rank},
};
use stoa::{
    app::Assets,
    server::{
        auth::session_tokens::{self, Token},
        commands::background,
        config::{Cli, Command},
        context::Context,
        domain::{self, sync},
        realtime::delivery_receipts,
        store::{
            Database, TimeLimit,
            rooms::{
                command::CommandOutcome,
                create::{self, NewRoom},
            },
            users::{
                self,
                api_tokens::{self, InsertOutcome, NewToken},
                sessions,
            },
        },
    },
    shared::{
        conversations::{Conversation, rooms::History},
        errors::Result,
        ids::{ConversationId, ListingId, MessageId, TokenId, UserId},
        messages::Message,
        users::{
            Viewer,
            api_tokens::{Scopes, TOKENS_MAX},
        },
        values::time::DAY,
    },
    web::{
        listener::{self, Timeouts},
        router::router,
        state::SiteState,
    },
};

use crate::database::TestDatabase;

/// Tests send faster than people do.
pub const FAST: &[&str] = &["--sends-per-second", "1000000"];

pub struct Place {
    pub context: Context,
    site: (Assets, LeptosOptions),
    /// Gone with the place.
    pub database: TestDatabase,
    /// The file store.
    pub files: tempfile::TempDir,
}

impl Place {
    pub async fn new() -> Self {
        Self::with(FAST).await
    }

    /// For what only SQLite does.
    pub async fn on_sqlite() -> Self {
        Self::on(TestDatabase::sqlite(), FAST).await
    }

    /// With more options of `stoa serve`.
    pub async fn with(options: &[&str]) -> Self {
        Self::on(TestDatabase::new().await, options).await
    }

    pub async fn on(database: TestDatabase, options: &[&str]) -> Self {
        let store = database.open().await;
        let files = tempfile::tempdir().expect("a folder");
        let folder = files.path().to_string_lossy().into_owned();
        // In a bucket, if one is named (script/file-stores): each place under a prefix of its own.
        let folder =
            std::env::var("STOA_TEST_FILES").map_or(folder, |bucket| format!("{bucket}/{}", UserId::new()));
        let words = ["stoa", "serve", "--files", &folder];
        let words = words.iter().chain(options);
        let Command::Serve(config) = Cli::parse_from(words).command else { panic!("that is `serve`") };
        let assets = Assets { css: "/pkg/stoa.css".into(), js: "/pkg/stoa.js".into(), ..Assets::default() };
        let options = get_config_from_str(include_str!("../../Leptos.toml")).expect("our own options");
        let context = Context::new(store, config).await.expect("a server context");
        background::start(&context);
        Self { context, site: (assets, options), database, files }
    }

    /// The rows of a query that is the same on both databases.
    pub async fn rows<T>(&self, query: &'static str) -> Vec<T>
    where
        T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static,
    {
        let read = self.context.store.read_within(TimeLimit::Long, move |conn| {
            Box::pin(async move {
                Ok(match conn.database {
                    Database::Sqlite(c) => sqlx::query_as(query).fetch_all(c).await?,
                    Database::Postgres(c) => sqlx::query_as(query).fetch_all(c).await?,
                })
            })
        });
        read.await.expect("rows")
    }

    /// Runs a statement that is the same on both databases.
    pub async fn run(&self, statement: &'static str) {
        let write = self.context.store.write(move |conn| {
            Box::pin(async move {
                match conn.database {
                    Database::Sqlite(c) => sqlx::query(statement).execute(c).await.map(|_| ())?,
                    Database::Postgres(c) => sqlx::query(statement).execute(c).await.map(|_| ())?,
                }
                Ok(())
            })
        });
        write.await.expect("it can be done");
    }

    pub async fn user(&self, name: &str) -> Viewer {
        let id = UserId::new();
        let email = format!("{}.{}@example.com", name.to_lowercase().replace(' ', "."), id.0.simple());
        let user = users::NewUser {
            id,
            email: Email::parse(&email).expect("an address"),
            name: name.to_owned(),
            hue: 0,
            rank: Rank::Member,
            password_hash: String::new(),
        };
        let now = self.context.clock.now();
        let write = self
            .context
            .store
            .write(move |mut conn| Box::pin(async move { users::insert(&mut conn, user, now).await }));
        assert!(write.await.expect("a user"));
        Viewer { id, name: name.to_owned(), email, hue: 0, rank: Rank::Member }
    }

    pub async fn listing(&self, host: &Viewer) -> ListingId {
        let id = ListingId::new();
        domain::listings::create(&self.context, host, id, draft("Boathouse on the lake"))
            .await
            .expect("a listing");
        id
    }

    pub async fn conversation(&self, guest: &Viewer, host: &Viewer) -> Conversation {
        let listing = self.listing(host).await;
        let opened = domain::conversations::get_or_create(&self.context, guest, listing).await;
        let opened = opened.expect("a conversation");
        self.acquaint(opened.id).await;
        opened
    }

    /// A room in which all these people are from its beginning, as if they had accepted before.
    pub async fn room(
        &self,
        by: &Viewer,
        id: ConversationId,
        name: &str,
        history: History,
        people: &[UserId],
    ) -> Conversation {
        let new = NewRoom {
            id,
            by: by.id,
            name: name.to_owned(),
            history,
            people: people.to_vec(),
            is_by_member: true,
            is_for_confirmed: false,
            first_hash: [0; 32],
        };
        let now = self.context.clock.now();
        let write = self.context.store.write(move |mut conn| {
            let new = new.clone();
            Box::pin(async move { create::create_with_members(&mut conn, new, now).await })
        });
        assert!(matches!(write.await.expect("a room"), CommandOutcome::Room(made) if made == id));
        self.get(by, id).await
    }

    /// Somebody is invited into a room, and accepts.
    pub async fn let_in(&self, by: &Viewer, room: ConversationId, person: &Viewer) {
        let (context, id) = (&self.context, MessageId::new());
        domain::rooms::invite(context, by, room, id, vec![person.id]).await.expect("an invitation");
        let accepted = domain::rooms::invitations::accept(context, person, room, MessageId::new()).await;
        assert_eq!(accepted.expect("a room").id, room);
    }

    /// As if all in a conversation had written there.
    pub async fn acquaint(&self, conversation: ConversationId) {
        let write = self.context.store.write(move |conn| {
            Box::pin(async move {
                let update = "UPDATE participants SET wrote = 1 WHERE conversation_id = $1";
                match conn.database {
                    Database::Sqlite(c) => {
                        sqlx::query(update).bind(conversation.0).execute(c).await.map(|_| ())?
                    }
                    Database::Postgres(c) => {
                        sqlx::query(update).bind(conversation.0).execute(c).await.map(|_| ())?
                    }
                }
                Ok(())
            })
        });
        write.await.expect("they are acquainted");
    }

    /// Waits until every change of a name or a listing has reached all conversations that show it, and what belonged to
    /// closed accounts has been deleted once.
    pub async fn settle(&self) {
        let waiting = "SELECT COUNT(*) FROM tasks WHERE queue = 'erasure' AND body NOT LIKE '%\"round\":2%'";
        while self.rows::<(i64,)>(waiting).await != [(0,)] {
            tokio::task::yield_now().await;
        }
        while domain::fan_out::is_pending(&self.context).await.expect("an answer") {
            domain::fan_out::advance(&self.context).await.expect("a batch");
        }
    }

    /// Whether it touched an order, of each commit from now on.
    pub fn commits(&self) -> UnboundedReceiver<bool> {
        let (sender, commits) = unbounded_channel();
        self.context.store.subscribe(move |updates| {
            // The test may have seen enough.
            let _ = sender.send(updates.has_order);
        });
        commits
    }

    /// Has a device report everything so far as applied, and waits until that is stored.
    pub async fn report_delivered(&self, viewer: &Viewer) {
        let applied = sync::position(&self.context, viewer).await.unwrap();
        sync::report_delivered(&self.context, viewer, applied);
        delivery_receipts::store_reports(&self.context).await;
    }

    pub async fn send(&self, from: &Viewer, to: ConversationId, body: &str) -> Result<Message> {
        self.send_as(from, to, MessageId::new(), body).await
    }

    pub async fn send_as(
        &self,
        from: &Viewer,
        to: ConversationId,
        id: MessageId,
        body: &str,
    ) -> Result<Message> {
        domain::messages::send(&self.context, from, to, id, body.to_owned()).await.map(|sent| sent.message)
    }

    pub async fn get(&self, viewer: &Viewer, id: ConversationId) -> Conversation {
        domain::conversations::get(&self.context, viewer, id).await.expect("a conversation of this viewer")
    }

    /// Signs in without a password, as if it had been done before.
    pub async fn session(&self, viewer: &Viewer) -> Token {
        let (token, now) = (Token::new(), self.context.clock.now());
        let session = sessions::NewSession {
            token_hash: session_tokens::hash(token.as_str()),
            user: viewer.id,
            client: String::new(),
            expires_at: now.plus(30 * DAY),
        };
        let write = self
            .context
            .store
            .write(move |mut conn| Box::pin(async move { sessions::insert(&mut conn, session, now).await }));
        write.await.expect("a session");
        token
    }

    /// An API token of this id, as if it had been made before.
    pub async fn token(&self, viewer: &Viewer, id: TokenId, scopes: Scopes) -> Token {
        let (token, now) = (Token::new_api_token(), self.context.clock.now());
        let token_hash = session_tokens::hash(token.as_str());
        let new = NewToken {
            id,
            token_hash,
            user: viewer.id,
            name: "A secret".to_owned(),
            scopes,
            expires_at: None,
        };
        let write = self.context.store.write(move |mut conn| {
            Box::pin(async move { api_tokens::insert(&mut conn, new, TOKENS_MAX, now).await })
        });
        assert_eq!(write.await.expect("a token"), InsertOutcome::Yes);
        token
    }

    /// Whose session this token opens, as a request asks.
    pub async fn viewer_of(&self, token: &str) -> Result<Option<Viewer>> {
        let used = domain::users::use_session(&self.context, session_tokens::hash(token)).await?;
        Ok(used.map(|used| used.viewer))
    }

    /// Serves this place on a port of its own.
    pub async fn serve(&self) -> Site {
        self.serve_within(Timeouts::default()).await
    }

    /// The same, for clients that may take so long.
    pub async fn serve_within(&self, timeouts: Timeouts) -> Site {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (assets, options) = self.site.clone();
        let state = SiteState { context: self.context.clone(), assets, options };
        let (proxies, never) = (self.context.config.trusted_proxies.clone(), std::future::pending());
        tokio::spawn(listener::serve(listener, router(state), proxies, timeouts, never));
        Site::at(format!("http://{address}"))
    }
}

/// What a host types about a listing.
pub fn draft(title: &str) -> ListingDraft {
    ListingDraft {
        kind: "stay".into(),
        title: title.into(),
        place: "Åre, Sweden".into(),
        description: "A small red boathouse with its own jetty.".into(),
        price: "148".into(),
    }
}

/// A server that listens, as seen from outside.
pub struct Site {
    pub url: String,
    client: Client,
}

impl Site {
    /// A server that listens already.
    pub fn at(url: String) -> Self {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        Self { url, client }
    }

    /// A request as our own pages make it.
    pub fn request(&self, method: Method, path: &str, session: Option<&Token>) -> RequestBuilder {
        let request =
            self.client.request(method, format!("{}{path}", self.url)).header(header::ORIGIN, &self.url);
        match session {
            Some(token) => request.header(header::COOKIE, format!("stoa_session={}", token.as_str())),
            None => request,
        }
    }

    pub async fn get(&self, path: &str, session: Option<&Token>) -> (StatusCode, Value) {
        answer(self.request(Method::GET, path, session)).await
    }

    pub async fn post(&self, path: &str, session: Option<&Token>, body: &Value) -> (StatusCode, Value) {
        answer(self.request(Method::POST, path, session).json(body)).await
    }

    pub async fn form(
        &self,
        path: &str,
        session: Option<&Token>,
        fields: &[(&str, &str)],
    ) -> (StatusCode, Value) {
        answer(self.request(Method::POST, path, session).form(fields)).await
    }
}

/// Status and body; a body that is not JSON comes as a string.
pub async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.expect("an answer");
    let status = response.status();
    let text = response.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}
