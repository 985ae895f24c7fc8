//! Many clients at once, who come to rest together: first nobody writes any more, then nobody says
//! anything, and then each waits until it has everything.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use stoa::shared::{ids::ConversationId, users::Viewer};
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
    time::timeout,
};

use crate::{
    live::{Live, Manner},
    place::Place,
};

/// Clients of a busy test, in pairs that share a conversation.
pub const CLIENTS: usize = 50;
/// Between two messages of one client.
pub const PACE: Duration = Duration::from_millis(40);
/// In which clients whose server is well have done what a phase wants of them.
const PHASE_WITHIN: Duration = Duration::from_secs(300);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    Writing,
    /// What is written is sent, what comes is read.
    Sending,
    /// No commands any more.
    Silent,
    /// The head stands still: who has reached it is done.
    Resting,
    /// Time is up, wherever one is.
    Over,
}

/// What the clients of one crowd share.
#[derive(Clone)]
pub struct Together {
    pub phase: watch::Receiver<Phase>,
    done: Arc<[AtomicUsize; 5]>,
    count: Arc<AtomicUsize>,
    /// Times that a client has been welcomed.
    welcomed: Arc<AtomicUsize>,
    noted: Arc<Notify>,
}

impl Together {
    pub fn now(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Between two questions whether all is there: many ask less often, to leave the server its work.
    pub fn pause(&self) -> Duration {
        Duration::from_micros(400) * self.count.load(Ordering::Relaxed) as u32
    }

    pub fn is_welcome(&self) {
        self.welcomed.fetch_add(1, Ordering::SeqCst);
        self.noted.notify_one();
    }

    /// One client has done what this phase wants.
    pub fn is_done_with(&self, phase: Phase) {
        self.done[phase as usize].fetch_add(1, Ordering::SeqCst);
        self.noted.notify_one();
    }
}

pub struct Crowd {
    running: JoinSet<Live>,
    phase: watch::Sender<Phase>,
    together: Together,
}

impl Default for Crowd {
    fn default() -> Self {
        let (phase, receiver) = watch::channel(Phase::Writing);
        let together = Together {
            phase: receiver,
            done: Arc::default(),
            count: Arc::default(),
            welcomed: Arc::default(),
            noted: Arc::default(),
        };
        Self { running: JoinSet::new(), phase, together }
    }
}

impl Crowd {
    /// People in pairs, each with a conversation, who begin to write.
    pub async fn of_pairs(place: &Place, count: usize, url: &str, pace: Duration) -> Self {
        Self::at_nodes(place, count, &[url.to_owned()], pace, Manner::default()).await
    }

    /// The same with the two of each pair at different nodes, and of other manners.
    pub async fn at_nodes(
        place: &Place,
        count: usize,
        urls: &[String],
        pace: Duration,
        manner: Manner,
    ) -> Self {
        let mut clients = Vec::new();
        for (place_in_row, (viewer, conversation)) in pairs(place, count).await.into_iter().enumerate() {
            let url = &urls[place_in_row % urls.len()];
            clients.push(Live::new(place, &viewer, conversation, url).await.with(manner));
        }
        let mut crowd = Self::default();
        for client in clients {
            crowd.add(client, pace);
        }
        crowd
    }

    pub fn add(&mut self, client: Live, pace: Duration) {
        self.together.count.fetch_add(1, Ordering::Relaxed);
        self.running.spawn(client.run(pace, self.together.clone()));
    }

    /// Waits until clients have been welcomed so often, all together.
    #[cfg(feature = "chaos")]
    pub async fn connected(&self, times: usize) {
        while self.together.welcomed.load(Ordering::SeqCst) < times {
            self.together.noted.notified().await;
        }
    }

    /// Lets everybody come to rest, and gives them with what they saw.
    pub async fn finish(self) -> Vec<Live> {
        self.finish_within(PHASE_WITHIN).await
    }

    pub async fn finish_within(self, limit: Duration) -> Vec<Live> {
        for phase in [Phase::Sending, Phase::Silent, Phase::Resting] {
            // Who does not get so far is found by the checker.
            if !self.reaches(phase, limit).await {
                break;
            }
        }
        self.phase.send_replace(Phase::Over);
        self.running.join_all().await
    }

    /// Lets nobody write any more, and waits until all that was written is sent.
    #[cfg(feature = "chaos")]
    pub async fn stop_writing(&self) {
        self.reaches(Phase::Sending, PHASE_WITHIN).await;
    }

    async fn reaches(&self, phase: Phase, limit: Duration) -> bool {
        self.phase.send_replace(phase);
        let done = &self.together.done[phase as usize];
        let all_done = async {
            while done.load(Ordering::SeqCst) < self.running.len() {
                self.together.noted.notified().await;
            }
        };
        let is_reached = timeout(limit, all_done).await.is_ok();
        if !is_reached {
            let done = done.load(Ordering::SeqCst);
            println!("{phase:?}: only {done} of {} are done", self.running.len());
        }
        is_reached
    }
}

async fn pairs(place: &Place, count: usize) -> Vec<(Viewer, ConversationId)> {
    let mut people = Vec::new();
    for pair in 0..count / 2 {
        let host = place.user(&format!("Host {pair}")).await;
        let guest = place.user(&format!("Guest {pair}")).await;
        let conversation = place.conversation(&guest, &host).await.id;
        people.push((host, conversation));
        people.push((guest, conversation));
    }
    people
}
