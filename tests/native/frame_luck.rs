//! Bad luck of single frames, which no TCP connection has but a program between two may bring: one is
//! lost, comes twice, or comes after the next. It stands in the client, between socket and state.

use stoa::shared::sync::wire::ToClient;

use crate::invariants::Dice;

#[derive(Default)]
pub struct FrameLuck {
    dice: Option<Dice>,
    one_in: usize,
    held: Option<ToClient>,
    /// Whether this connection lacks a frame, or may: who finds a gap then has not found a fault.
    pub is_spoiled: bool,
    /// Frames that were lost, doubled or late.
    pub count: usize,
}

impl FrameLuck {
    /// One frame in so many has some luck of its own.
    pub fn of(seed: u64, one_in: usize) -> Self {
        Self { dice: Some(Dice(seed)), one_in, ..Self::default() }
    }

    /// A new connection: what the old one owed is lost.
    pub fn begin(&mut self) {
        self.held = None;
        self.is_spoiled = false;
    }

    /// From now on all frames come as they are sent.
    pub fn end(&mut self) {
        self.dice = None;
    }

    /// What comes of a frame that was received.
    pub fn receive(&mut self, frame: ToClient) -> Vec<ToClient> {
        if matches!(frame, ToClient::Welcome { .. } | ToClient::Reset { .. }) {
            return vec![frame];
        }
        let Some(luck) = self.draw() else {
            return [Some(frame), self.held.take()].into_iter().flatten().collect();
        };
        match luck {
            0 => vec![],
            1 => vec![frame.clone(), frame],
            _ => self.held.replace(frame).into_iter().collect(),
        }
    }

    /// How often a frame goes out.
    pub fn send(&mut self) -> usize {
        self.draw().map_or(1, |luck| if luck == 0 { 0 } else { 2 })
    }

    fn draw(&mut self) -> Option<usize> {
        let luck = self.dice.as_mut()?.below(3 * self.one_in);
        if luck >= 3 {
            return None;
        }
        self.is_spoiled = true;
        self.count += 1;
        Some(luck)
    }
}
