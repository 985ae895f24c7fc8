//! The reply that is being written: to which message, and the line above the field that shows it.

use leptos::prelude::*;

use crate::{
    browser::{Live, use_live},
    shared::{ids::ConversationId, positions::Seq, words},
    ui::{
        components::Icon,
        thread::{composer::field::ComposerField, log::quote::Quote},
    },
};

/// The message that the next one replies to. The draft keeps it.
#[derive(Clone, Copy)]
pub struct Replying {
    live: Live,
    conversation: ConversationId,
    seq: RwSignal<Option<Seq>>,
    /// Notified when the viewer chooses one.
    chosen: RwSignal<()>,
}

impl Replying {
    pub fn new(live: Live, conversation: ConversationId) -> Self {
        let seq = RwSignal::new(None);
        Effect::new(move |_| {
            if live.is_hydrated.get() {
                seq.set(live.drafted_reply(conversation));
            }
        });
        Self { live, conversation, seq, chosen: RwSignal::new(()) }
    }

    pub fn start(self, seq: Seq) {
        self.save(Some(seq));
        self.chosen.set(());
    }

    /// Returns whether there was one.
    pub fn end(self) -> bool {
        let had_reply = self.seq.with_untracked(Option::is_some);
        if had_reply {
            self.save(None);
        }
        had_reply
    }

    fn save(self, seq: Option<Seq>) {
        self.live.save_drafted_reply(self.conversation, seq);
        self.seq.set(seq);
    }

    pub fn is_some(self) -> bool {
        self.seq.with(Option::is_some)
    }

    /// The message to reply to, unless it is not there any more.
    pub fn place(self) -> Option<Seq> {
        self.seq.get_untracked().filter(|seq| {
            let thread = self.live.thread(self.conversation);
            thread.with_untracked(|slot| slot.thread().is_none_or(|thread| *seq >= thread.first_seq()))
        })
    }

    /// Runs whenever the viewer has chosen a message.
    pub fn on_chosen(self, run: impl Fn() + 'static) {
        Effect::new(move |before: Option<()>| {
            self.chosen.track();
            if before.is_some() {
                run();
            }
        });
    }
}

/// The message that is replied to, above the field. Its place goes along with the form.
#[component]
pub fn ReplyLine(conversation: ConversationId, replying: Replying, field: ComposerField) -> impl IntoView {
    let live = use_live();
    let line = move |seq: Seq| {
        let quote = Memo::new(move |_| Quote::of(live, conversation, seq));
        let cancel = move |_| {
            replying.end();
            field.focus();
        };
        view! {
            <input type="hidden" name="reply" value=seq.to_string()/>
            <p class="composer__edit">
                <Icon name="reply" class="icon--16 icon--directional"/>
                <span class="composer__quote">
                    <span class="cut">{move || quote.with(|quote| words::composer_replying(quote.name()))}</span>
                    <span class="cut muted" dir="auto">{move || quote.with(|quote| quote.text().to_owned())}</span>
                </span>
                <button type="button" on:click=cancel>{words::common_cancel()}</button>
            </p>
        }
        .into_any()
    };
    move || replying.seq.get().map(line)
}
