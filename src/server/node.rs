//! A running server: what every request needs.

use std::{
    ops::Deref,
    sync::{Arc, atomic::AtomicBool},
};

use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use tokio::sync::{Notify, watch};

use super::{
    auth::passwords::Passwords,
    bus::Bus,
    clock::Clock,
    config::Serve,
    domain::{broadcasts, retention},
    limits::Limits,
    sockets::{Registry, follow_desk, follow_news, follow_nodes, follow_presence},
    store::{Store, epoch},
};
use crate::app::Assets;

#[derive(Clone)]
pub struct Node(Arc<NodeInner>);

impl Deref for Node {
    type Target = NodeInner;

    fn deref(&self) -> &NodeInner {
        &self.0
    }
}

impl FromRef<Node> for LeptosOptions {
    fn from_ref(node: &Node) -> Self {
        node.leptos.clone()
    }
}

pub struct NodeInner {
    pub store: Store,
    pub clock: Clock,
    /// Names this history of the database; a cursor of another one is refused.
    pub epoch: String,
    pub limits: Limits,
    pub passwords: Passwords,
    pub config: Serve,
    pub assets: Assets,
    pub leptos: LeptosOptions,
    pub sockets: Registry,
    pub bus: Bus,
    /// There may be somebody to tell something.
    pub broadcasting: Notify,
    /// Told when there may be old messages to delete.
    pub retention: Notify,
    /// The node is about to stop, and still does all its work: others had better be asked.
    pub is_leaving: AtomicBool,
    /// Changes once, when the node is to stop.
    pub stopping: watch::Sender<bool>,
}

impl Node {
    /// A node on this store; the first one gives the store its epoch. What is wrong is one line that
    /// says what to do.
    pub async fn start(
        store: Store,
        config: Serve,
        assets: Assets,
        leptos: LeptosOptions,
    ) -> Result<Self, String> {
        let epoch =
            store.write(|mut conn| Box::pin(async move { epoch::get_or_create(&mut conn).await })).await;
        let epoch = epoch.map_err(|error| format!("can't use the database: {error}"))?;
        let bus = match (&config.nats, &store) {
            (None, _) => Bus::alone(),
            (Some(url), Store::Postgres(_)) => Bus::on_nats(url, &epoch).await?,
            (Some(_), Store::Sqlite(_)) => {
                return Err("one server alone writes a SQLite file; more than one, which NATS is for, need PostgreSQL (--database)".into());
            }
        };
        let node = Self(Arc::new(NodeInner {
            store,
            clock: Clock::default(),
            epoch,
            limits: Limits::new(config.sends_per_second, bus.is_alone()),
            passwords: Passwords::default(),
            config,
            assets,
            leptos,
            sockets: Registry::default(),
            bus,
            broadcasting: Notify::new(),
            retention: Notify::new(),
            is_leaving: AtomicBool::new(false),
            stopping: watch::Sender::new(false),
        }));
        tokio::spawn(follow_news(node.clone()));
        tokio::spawn(follow_presence(node.clone()));
        tokio::spawn(follow_nodes(node.clone()));
        tokio::spawn(follow_desk(node.clone()));
        tokio::spawn(broadcasts::follow(node.clone()));
        tokio::spawn(retention::follow(node.clone()));
        Ok(node)
    }

    /// Waits until the node is to stop; ready at once if that has been said already.
    pub async fn stopped(&self) {
        let mut stopping = self.stopping.subscribe();
        let _ = stopping.wait_for(|is_stopping| *is_stopping).await;
    }
}
