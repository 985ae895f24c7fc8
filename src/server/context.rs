//! The server context: what every request and background task of one running server shares (store, clock,
//! limits, passwords, configuration, open sockets, bus). It starts nothing and knows no page, so that every
//! layer above the store can depend on it.

use std::{
    ops::Deref,
    sync::{Arc, Weak, atomic::AtomicBool},
};

use tokio::sync::{Notify, Semaphore, SemaphorePermit, watch};

use super::{
    auth::{
        known_credentials::KnownCredentials, link_tokens::LinkKey, passkeys::RelyingParty,
        passwords::Passwords, vapid::VapidKey,
    },
    bus::Bus,
    clock::Clock,
    config::Serve,
    connections::registry::Registry,
    limits::Limits,
    outside::{
        file_store::FileStore, http::Reach, key_sets::KeySets, openid_connect::Providers, smtp::Mailer,
        virus_scanner::VirusScanner, web_push::WebPush, webhooks::Webhooks,
    },
    store::{
        Store,
        low_priority::LowPriorityStore,
        mail::{self, addresses, away::Waiting},
        messages::{
            reactions::batches::ReactionBatches, receipts::delivery_reports::DeliveryReports,
            search::pending::PendingIndex,
        },
        push::{self, away::PushAway},
        sync::event_log::wake_ups::EventLog,
    },
};
use crate::shared::users::credentials::DEMO_DOMAIN;

/// Reads of many rows that run at the same time: however many people search and watch the desk, a core is left for those
/// who write.
const LONG_READS_MAX: usize = 1;

#[derive(Clone)]
pub struct Context(Arc<ContextInner>);

impl Deref for Context {
    type Target = ContextInner;

    fn deref(&self) -> &ContextInner {
        &self.0
    }
}

pub struct ContextInner {
    pub store: Store,
    /// The same for the workers of background tasks.
    pub low_priority_store: LowPriorityStore,
    pub clock: Clock,
    /// Identifies this history of the database. A cursor from another epoch is answered with `reset`.
    pub epoch: String,
    pub limits: Limits,
    pub passwords: Passwords,
    /// The site that passkeys belong to, if it has a name.
    pub relying_party: Option<RelyingParty>,
    pub known_credentials: KnownCredentials,
    pub config: Serve,
    /// The database is known to have an admin.
    pub has_admin: AtomicBool,
    pub sockets: Registry,
    pub bus: Bus,
    /// Wakes the task of operator notifications: an order or its conversation has changed.
    pub board_wake_up: Notify,
    pub delivery_reports: DeliveryReports,
    /// The bytes of files.
    pub files: FileStore,
    /// What scans files, if there is something.
    pub virus_scanner: Option<VirusScanner>,
    /// Conversations whose messages are to be indexed for search.
    pub pending_index: PendingIndex,
    /// Reactions in large rooms.
    pub reactions: ReactionBatches,
    /// The mail server, if one is configured.
    pub mailer: Option<Mailer>,
    /// The identity providers by which people sign in.
    pub providers: Providers,
    /// Signs the links in mails.
    pub link_key: LinkKey,
    /// Those with a new message, who are mailed if they stay away.
    pub away: Waiting,
    /// Sends to the push services of browsers.
    pub web_push: WebPush,
    /// Those with a new message, who are told by push if they want it and are away.
    pub push_away: PushAway,
    /// The public keys that marketplaces have at an address.
    pub key_sets: KeySets,
    /// Sends events to the endpoints of other programs.
    pub webhooks: Webhooks,
    /// What this node knows of the event log.
    pub event_log: EventLog,
    /// Wakes the tasks' workers: one may be due.
    pub tasks_wake_up: Notify,
    /// Reads that look at many rows take turns, see [`ContextInner::long_read_turn`].
    long_reads: Semaphore,
    /// Files that are looked at take turns, see [`ContextInner::file_check_turn`].
    file_checks: Semaphore,
    /// Wakes the broadcast task: a broadcast may have users left to notify.
    pub broadcast_wake_up: Notify,
    /// Wakes the fan-out task: a name or a listing has changed.
    pub fan_out_wake_up: Notify,
    /// Wakes the retention task: there may be messages old enough to delete.
    pub retention_wake_up: Notify,
    /// The server is draining: it reports not ready, and still does all its work.
    pub is_draining: AtomicBool,
    /// Becomes true once, when the server must stop.
    pub stopping: watch::Sender<bool>,
}

impl Context {
    /// The context of a server on this store. Writes the database's epoch if it has none yet, and connects to
    /// NATS if the configuration names it. An error is one line that says what to do.
    pub async fn new(store: Store, config: Serve) -> Result<Self, String> {
        let epoch = store.epoch().await.map_err(|error| format!("can't use the database: {error}"))?;
        let bus = match (&config.nats, &store) {
            (None, _) => Bus::single_node(),
            (Some(url), Store::Postgres(_)) => Bus::on_nats(url, &epoch).await?,
            (Some(_), Store::Sqlite(_)) => {
                return Err("one server alone writes a SQLite file; more than one, which NATS is for, need PostgreSQL (--database)".into());
            }
        };
        let mailer = match (&config.mail.smtp, &config.mail.mail_from) {
            (Some(url), Some(from)) => Some(Mailer::new(url, from)?),
            _ => None,
        };
        let files = FileStore::open(&config.files, &config.database.database)?;
        let virus_scanner = config.files.virus_scanner.as_deref().map(VirusScanner::parse).transpose()?;
        let providers = Providers::new(&config)?;
        let is_mail_enabled = mailer.is_some();
        let name = mailer.as_ref().and_then(|mailer| mailer.from().name.clone());
        let relying_party =
            RelyingParty::new(config.public_url.as_deref(), name.as_deref().unwrap_or("Stoa"));
        let fresh_key = VapidKey::generate().ok_or("the system has no random numbers")?;
        let (secret, vapid_key) = store
            .write(move |mut conn| {
                let fresh_key = fresh_key.clone();
                Box::pin(async move {
                    mail::set_enabled(&mut conn, is_mail_enabled).await?;
                    let secret = addresses::link_secret(&mut conn).await?;
                    Ok((secret, push::vapid_key(&mut conn, &fresh_key).await?))
                })
            })
            .await
            .map_err(|error| format!("can't use the database: {error}"))?;
        let vapid_key = VapidKey::read(&vapid_key).ok_or(
            "the key of pushes in the database can't be read; delete the row 'vapid_key' of the table meta, and browsers will \
             be asked for new subscriptions",
        )?;
        let reach = if config.push.allow_private_push_hosts { Reach::Anywhere } else { Reach::Public };
        let webhook_reach =
            if config.webhooks.allow_private_webhook_hosts { Reach::Anywhere } else { Reach::Public };
        let subject = config.public_url.clone().unwrap_or_else(|| "https://localhost".to_owned());
        let web_push = WebPush::new(reach, vapid_key, subject);
        Ok(Self(Arc::new(ContextInner {
            low_priority_store: LowPriorityStore::new(store.clone()),
            store,
            clock: Clock::default(),
            epoch,
            limits: Limits::new(config.sends_per_second, bus.is_single_node()),
            passwords: Passwords::default(),
            relying_party,
            known_credentials: KnownCredentials::default(),
            config,
            has_admin: AtomicBool::new(false),
            sockets: Registry::default(),
            bus,
            board_wake_up: Notify::new(),
            delivery_reports: DeliveryReports::default(),
            files,
            virus_scanner,
            pending_index: PendingIndex::default(),
            reactions: ReactionBatches::default(),
            mailer,
            providers,
            link_key: LinkKey::new(&secret),
            away: Waiting::default(),
            web_push,
            push_away: PushAway::default(),
            key_sets: KeySets::new(webhook_reach),
            webhooks: Webhooks::new(webhook_reach),
            event_log: EventLog::default(),
            tasks_wake_up: Notify::new(),
            long_reads: Semaphore::new(LONG_READS_MAX),
            file_checks: Semaphore::new(1),
            broadcast_wake_up: Notify::new(),
            fan_out_wake_up: Notify::new(),
            retention_wake_up: Notify::new(),
            is_draining: AtomicBool::new(false),
            stopping: watch::Sender::new(false),
        })))
    }

    /// For a task or a subscriber that does not keep the server's context alive.
    pub fn downgrade(&self) -> Weak<ContextInner> {
        Arc::downgrade(&self.0)
    }

    /// Waits until the server must stop; returns at once if it must already.
    pub async fn stopped(&self) {
        let mut stopping = self.stopping.subscribe();
        let _ = stopping.wait_for(|is_stopping| *is_stopping).await;
    }
}

impl ContextInner {
    /// The origin of links in mails, without a slash at its end.
    pub fn site_url(&self) -> &str {
        self.config.public_url.as_deref().unwrap_or("http://localhost")
    }

    /// Whether this is an account of the demo on a server that does not serve it. Everybody knows its password, so it opens
    /// nothing.
    pub fn is_unserved_demo_account(&self, email: &str) -> bool {
        !self.config.demo && email.ends_with(DEMO_DOMAIN)
    }

    /// The marketplace's name in mails: that of `--mail-from`, or the host.
    pub fn site_name(&self) -> String {
        let name = self.mailer.as_ref().and_then(|mailer| mailer.from().name.clone());
        name.unwrap_or_else(|| self.site_url().split("://").last().unwrap_or_default().to_owned())
    }

    /// Waits until it is this read's turn, which lasts as long as what is returned. For reads that look at many rows: the
    /// order board, and searches. The queue is bounded by the rates of those who ask, and each turn by the time limit of
    /// its statements. `None` is no limit, of a server that has ended.
    pub async fn long_read_turn(&self) -> Option<SemaphorePermit<'_>> {
        self.long_reads.acquire().await.ok()
    }

    /// Waits until it is this file's turn to be looked at, which lasts as long as what is returned.
    pub async fn file_check_turn(&self) -> Option<SemaphorePermit<'_>> {
        self.file_checks.acquire().await.ok()
    }

    /// The turn of a list's page, which is a long read if it is searched.
    pub async fn search_turn(&self, search: &str) -> Option<SemaphorePermit<'_>> {
        if search.is_empty() { None } else { self.long_read_turn().await }
    }
}
