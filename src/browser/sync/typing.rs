//! Who is typing (E2): what the server passes on of the others, and what is said of the viewer.

use leptos::prelude::*;

use crate::browser::{Live, environment, timers::Timer};
use crate::shared::{
    ids::{ConversationId, UserId},
    messages::Message,
    sync::wire::ToServer,
};

/// Nobody types on without saying so again: the word that he has stopped may be lost.
const HEARD_MS: i32 = 5_000;
/// E2: a pause this long after the last key ends it.
const PAUSE_MS: i32 = 2_000;
/// While somebody types on, it is said again this often.
const REPEAT_MS: i64 = 1_500;
/// Of more people it makes no difference.
const HEARD_MAX: usize = 50;

#[derive(Clone, Copy)]
pub struct Typing {
    heard: RwSignal<Vec<Heard>>,
    /// Of the viewer: where he types, and when that was last said.
    said: StoredValue<Said>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Heard {
    conversation: ConversationId,
    user: UserId,
    /// Told apart from what is heard again before it ends.
    number: u32,
}

#[derive(Default)]
struct Said {
    at: Option<(ConversationId, i64)>,
    pause: Timer,
}

impl Typing {
    pub(crate) fn new() -> Self {
        Self { heard: RwSignal::new(Vec::new()), said: StoredValue::new(Said::default()) }
    }

    fn end(self, is_over: impl Fn(&Heard) -> bool) {
        if self.heard.with_untracked(|heard| heard.iter().any(&is_over)) {
            self.heard.update(|heard| heard.retain(|heard| !is_over(heard)));
        }
    }
}

impl Live {
    /// Who of the others is typing in a conversation, the first to begin first.
    pub fn typing(self, conversation: ConversationId) -> Signal<Vec<UserId>> {
        Memo::new(move |_| {
            self.typing.heard.with(|heard| {
                let here = heard.iter().filter(|heard| heard.conversation == conversation);
                here.map(|heard| heard.user).collect()
            })
        })
        .into()
    }

    /// The viewer has pressed a key. To be called with each.
    pub fn says_typing(self, conversation: ConversationId) {
        if !self.is_live() {
            return;
        }
        let now = environment::now().as_millis();
        let is_news = self.typing.said.try_update_value(|said| {
            said.pause.set(PAUSE_MS, move || self.stops_typing());
            let is_news = said.at.is_none_or(|(at, since)| at != conversation || now - since > REPEAT_MS);
            if is_news {
                said.at = Some((conversation, now));
            }
            is_news
        });
        if is_news == Some(true) {
            self.say(&ToServer::Typing { conversation, is_typing: true });
        }
    }

    /// The viewer has paused, sent, or left.
    pub fn stops_typing(self) {
        let at = self.typing.said.try_update_value(|said| {
            said.pause.clear();
            said.at.take()
        });
        if let Some(Some((conversation, _))) = at {
            self.say(&ToServer::Typing { conversation, is_typing: false });
        }
    }

    pub(crate) fn hear_typing(self, conversation: ConversationId, user: UserId, is_typing: bool) {
        if !is_typing {
            self.typing.end(|heard| heard.conversation == conversation && heard.user == user);
            return;
        }
        let number = self.typing.heard.try_update(|all| {
            let number = all.iter().map(|heard| heard.number).max().unwrap_or(0) + 1;
            let heard = Heard { conversation, user, number };
            match all.iter().position(|held| held.conversation == conversation && held.user == user) {
                Some(place) => all[place] = heard,
                None if all.len() < HEARD_MAX => all.push(heard),
                None => {}
            }
            number
        });
        crate::browser::timers::after(HEARD_MS, move || {
            self.typing.end(|heard| Some(heard.number) == number)
        });
    }

    /// His message has landed where it said that he is typing.
    pub(crate) fn landed(self, message: &Message) {
        self.typing
            .end(|heard| heard.conversation == message.conversation && Some(heard.user) == message.sender);
    }
}
