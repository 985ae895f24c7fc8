//! What is said of the connection to the server: on screen, and by the leader to the other tabs.

use leptos::prelude::*;
use serde::Serialize;

use crate::browser::Live;
use crate::shared::json::{FromJson, Json, WRONG, Wrong};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionStatus {
    /// The page is new; nothing is known yet.
    #[default]
    Connecting,
    Live,
    /// There is no socket; news are asked for from time to time.
    Polling,
    /// The device has no network.
    Offline,
    /// The server does not answer; the next try is in this many seconds.
    Reconnecting {
        seconds: i32,
    },
    /// The session has ended, or another person has signed in.
    SignedOut,
}

impl ConnectionStatus {
    pub fn word(self) -> &'static str {
        match self {
            Self::Connecting => "Connecting…",
            Self::Live => "Live",
            Self::Polling => "Up to date",
            Self::Offline => "Offline",
            Self::Reconnecting { .. } => "Reconnecting…",
            Self::SignedOut => "Signed out",
        }
    }

    /// Whether messages go out and come in as far as anybody knows.
    pub fn is_fine(self) -> bool {
        matches!(self, Self::Connecting | Self::Live | Self::Polling)
    }
}

impl FromJson for ConnectionStatus {
    fn from_json(mut json: Json) -> Result<Self, Wrong> {
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
            _ => Err(WRONG),
        }
    }
}

impl Live {
    pub fn status(self) -> Signal<ConnectionStatus> {
        self.status.into()
    }

    pub(crate) fn set_status(self, status: ConnectionStatus) {
        self.status.set(status);
        self.announce();
    }

    /// What comes in comes at once.
    pub fn is_live(self) -> bool {
        self.status.get_untracked() == ConnectionStatus::Live
    }
}
