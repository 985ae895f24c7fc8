//! Read spans: which messages another participant read at which time.

use serde::Serialize;

use crate::shared::{
    conversations::participant::Participant,
    ids::UserId,
    json::{FromJson, Json, JsonError, read_fields},
    positions::Seq,
    sync::pages::MessagePage,
    values::time::Timestamp,
};

/// The messages after `from_seq` up to `upto_seq`, which a participant read at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct ReadSpan {
    user: UserId,
    from_seq: Seq,
    upto_seq: Seq,
    at: Timestamp,
}

read_fields! { ReadSpan { user, from_seq, upto_seq, at } }

/// The read spans that this client knows, ordered by `upto_seq`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ReadSpans(Vec<ReadSpan>);

impl FromJson for ReadSpans {
    fn from_json(json: Json) -> Result<Self, JsonError> {
        FromJson::from_json(json).map(Self)
    }
}

impl ReadSpans {
    /// The read spans of a page. Each span starts where the reader's span before it ends; a reader's first
    /// span covers the page from its start.
    pub fn from_page(page: &MessagePage) -> Self {
        let first = page.messages.first().map_or(0, |message| message.seq);
        let mut spans: Vec<ReadSpan> = Vec::new();
        for read in &page.reads {
            let before = spans.iter().rev().find(|span| span.user == read.user).map(|span| span.upto_seq);
            let from_seq = before.unwrap_or(first - 1);
            spans.push(ReadSpan { user: read.user, from_seq, upto_seq: read.upto_seq, at: read.at });
        }
        Self(spans)
    }

    pub fn add_all(&mut self, spans: Self) {
        for span in spans.0 {
            self.add(span);
        }
    }

    /// Adds the participant's latest read span, if they have read anything.
    pub fn add_latest(&mut self, participant: &Participant) {
        let Participant { person, read_from, read_seq, read_at, .. } = participant;
        if let Some(at) = *read_at {
            self.add(ReadSpan { user: person.id, from_seq: *read_from, upto_seq: *read_seq, at });
        }
    }

    fn add(&mut self, span: ReadSpan) {
        match self.0.iter_mut().find(|held| held.user == span.user && held.upto_seq == span.upto_seq) {
            Some(held) => held.from_seq = held.from_seq.min(span.from_seq),
            None => {
                self.0.push(span);
                self.0.sort_by_key(|span| span.upto_seq);
            }
        }
    }

    /// When this user read the message; `None` if no known span covers it.
    pub fn read_at(&self, user: UserId, seq: Seq) -> Option<Timestamp> {
        let covers = |span: &&ReadSpan| span.user == user && span.from_seq < seq && seq <= span.upto_seq;
        self.0.iter().find(covers).map(|span| span.at)
    }
}
