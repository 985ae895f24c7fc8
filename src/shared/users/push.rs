//! Web push: what a user's settings say of it.

use serde::Serialize;

use crate::shared::{
    json::{read_by_serde, read_fields},
    notifications::kinds::KindSet,
};

/// What the settings say of push.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PushSettings {
    /// The key by which a browser knows who pushes to it, as base64url.
    pub public_key: String,
    /// Whether this session's browser gets pushes.
    pub is_on: bool,
    /// Whether they say what was written.
    pub shows_text: bool,
    /// The kinds of notifications that are pushed, on all devices.
    pub kinds: KindSet,
}

read_fields! {
    PushSettings { public_key, is_on, shows_text, kinds }
}
read_by_serde! { PushSettings }
