//! Status of the connection: shown on screen, and sent by the leader to the other tabs.

use leptos::prelude::*;
use serde::Serialize;

use crate::browser::Live;
use crate::shared::{
    json::{FromJson, Json, JsonError, WRONG_TYPE},
    words,
};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionStatus {
    /// The page is new, and no attempt has ended yet.
    #[default]
    Connecting,
    Live,
    /// No WebSocket; updates are fetched over HTTP at intervals.
    Polling,
    /// The device has no network.
    Offline,
    /// The server does not answer; the next attempt is in this many seconds.
    Reconnecting {
        seconds: i32,
    },
    /// The session has ended, or another user has signed in.
    SignedOut,
    /// The account is suspended.
    Suspended,
}

impl ConnectionStatus {
    pub fn label(self) -> &'static str {
        match self {
            Self::Connecting => words::connection_connecting(),
            Self::Live => words::connection_live(),
            Self::Polling => words::connection_polling(),
            Self::Offline => words::connection_offline(),
            Self::Reconnecting { .. } => words::connection_reconnecting(),
            Self::SignedOut => words::connection_signed_out(),
            Self::Suspended => words::connection_suspended(),
        }
    }

    /// Whether there is no session to go on with.
    pub fn is_over(self) -> bool {
        matches!(self, Self::SignedOut | Self::Suspended)
    }

    /// Whether messages can be sent and received, as far as this tab knows.
    pub fn is_fine(self) -> bool {
        matches!(self, Self::Connecting | Self::Live | Self::Polling)
    }
}

impl FromJson for ConnectionStatus {
    fn from_json(mut json: Json) -> Result<Self, JsonError> {
        if let Json::Object(_) = json {
            let mut wait: Json = json.take("reconnecting")?;
            return Ok(Self::Reconnecting { seconds: wait.take::<i64>("seconds")? as i32 });
        }
        match String::from_json(json)?.as_str() {
            "connecting" => Ok(Self::Connecting),
            "live" => Ok(Self::Live),
            "polling" => Ok(Self::Polling),
            "offline" => Ok(Self::Offline),
            "signed_out" => Ok(Self::SignedOut),
            "suspended" => Ok(Self::Suspended),
            _ => Err(WRONG_TYPE),
        }
    }
}

impl Live {
    pub fn status(self) -> Signal<ConnectionStatus> {
        self.status.into()
    }

    /// Sets the status; the leader announces it to the other tabs.
    pub(crate) fn set_status(self, status: ConnectionStatus) {
        self.status.set(status);
        self.announce_leader();
    }

    /// Calls back each time that the server is reached again, as long as the calling scope lives. A visitor has no
    /// connection: there the network counts.
    pub fn on_reconnect(self, callback: impl Fn() + Clone + 'static) {
        Effect::new(move |was_connected: Option<bool>| {
            if self.viewer.is_none() {
                let callback = callback.clone();
                let listener = window_event_listener_untyped("online", move |_| callback());
                on_cleanup(move || listener.remove());
            }
            let is_connected =
                matches!(self.status.get(), ConnectionStatus::Live | ConnectionStatus::Polling);
            if was_connected == Some(false) && is_connected {
                callback();
            }
            is_connected
        });
    }

    /// Whether updates arrive over the WebSocket.
    pub fn is_live(self) -> bool {
        self.status.get_untracked() == ConnectionStatus::Live
    }
}
