//! Typing indicators (E2): those of other users, and reports of the viewer's typing.

use leptos::prelude::*;

use crate::browser::{Live, environment, timers::Timer};
use crate::shared::{
    ids::{ConversationId, UserId},
    messages::Message,
    sync::wire::ToServer,
};

/// An indicator expires after this time unless it is repeated: the end may be lost.
const TYPING_EXPIRY_MS: i32 = 5_000;
/// A pause of this length after the last key ends typing (E2).
const TYPING_IDLE_MS: i32 = 2_000;
/// Typing is reported again at this interval.
const TYPING_REPEAT_MS: i64 = 1_500;
/// More indicators are dropped.
const TYPING_USERS_MAX: usize = 50;

#[derive(Clone, Copy)]
pub struct Typing {
    others: RwSignal<Vec<TypingUser>>,
    /// Where the viewer is typing, and when that was reported last.
    own: StoredValue<OwnTyping>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TypingUser {
    conversation: ConversationId,
    user: UserId,
    /// Distinguishes an indicator from its repetition, so that only the latest one expires.
    number: u32,
}

#[derive(Default)]
struct OwnTyping {
    at: Option<(ConversationId, i64)>,
    pause: Timer,
}

impl Typing {
    pub(crate) fn new() -> Self {
        Self { others: RwSignal::new(Vec::new()), own: StoredValue::new(OwnTyping::default()) }
    }

    fn end(self, is_over: impl Fn(&TypingUser) -> bool) {
        if self.others.with_untracked(|others| others.iter().any(&is_over)) {
            self.others.update(|others| others.retain(|other| !is_over(other)));
        }
    }
}

impl Live {
    /// Other users who are typing in a conversation, the first to begin first.
    pub fn typing(self, conversation: ConversationId) -> Signal<Vec<UserId>> {
        Memo::new(move |_| {
            self.typing.others.with(|others| {
                let here = others.iter().filter(|other| other.conversation == conversation);
                here.map(|other| other.user).collect()
            })
        })
        .into()
    }

    /// Reports the viewer's typing. Call it for each key.
    pub fn report_typing(self, conversation: ConversationId) {
        if !self.is_live() {
            return;
        }
        let now = environment::now().as_millis();
        let is_due = self.typing.own.try_update_value(|own| {
            own.pause.set(TYPING_IDLE_MS, move || self.report_typing_stopped());
            let is_due =
                own.at.is_none_or(|(at, since)| at != conversation || now - since > TYPING_REPEAT_MS);
            if is_due {
                own.at = Some((conversation, now));
            }
            is_due
        });
        if is_due == Some(true) {
            self.send_frame(&ToServer::Typing { conversation, is_typing: true });
        }
    }

    /// The viewer has paused, sent or left.
    pub fn report_typing_stopped(self) {
        let at = self.typing.own.try_update_value(|own| {
            own.pause.clear();
            own.at.take()
        });
        if let Some(Some((conversation, _))) = at {
            self.send_frame(&ToServer::Typing { conversation, is_typing: false });
        }
    }

    /// Shows or ends another user's indicator.
    pub(crate) fn receive_typing(self, conversation: ConversationId, user: UserId, is_typing: bool) {
        if !is_typing {
            self.typing.end(|other| other.conversation == conversation && other.user == user);
            return;
        }
        let number = self.typing.others.try_update(|all| {
            let number = all.iter().map(|other| other.number).max().unwrap_or(0) + 1;
            let other = TypingUser { conversation, user, number };
            match all.iter().position(|held| held.conversation == conversation && held.user == user) {
                Some(index) => all[index] = other,
                None if all.len() < TYPING_USERS_MAX => all.push(other),
                None => {}
            }
            number
        });
        crate::browser::timers::after(TYPING_EXPIRY_MS, move || {
            self.typing.end(|other| Some(other.number) == number)
        });
    }

    /// A message from a typing user ends their indicator.
    pub(crate) fn end_typing_of(self, message: &Message) {
        self.typing
            .end(|other| other.conversation == message.conversation && Some(other.user) == message.sender);
    }
}
