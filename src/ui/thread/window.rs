//! Window of a virtualised thread (E6): the lines that are rendered. Their number is bounded however long the
//! thread is; blank space stands for the others, so that the scrollbar spans all of it.

use crate::shared::positions::Seq;
use crate::shared::sync::thread::Thread;

/// The size of a window.
const WINDOW_LINES_MAX: i64 = 80;
/// The window moves when the reader is nearer to its edge than this.
const MARGIN_LINES: i64 = 20;

/// The rendered lines, from the message `from` to the message `to`, both included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    pub from: Seq,
    pub to: Seq,
}

/// All lines of a thread, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub first: Seq,
    pub last: Seq,
}

impl Span {
    pub const NONE: Self = Self { first: 1, last: 0 };

    pub fn of(thread: &Thread) -> Self {
        Self { first: thread.first_seq(), last: thread.last_seq() }
    }
}

impl Window {
    /// The open end: new messages belong to the window without a change of it.
    const END: Seq = Seq::MAX;

    pub fn at_end(span: Span) -> Self {
        Self { from: (span.last - WINDOW_LINES_MAX + 1).max(span.first), to: Self::END }
    }

    pub fn at_start(span: Span) -> Self {
        Self::around(span.first, span)
    }

    pub fn all(span: Span) -> Self {
        Self { from: span.first, to: Self::END }
    }

    pub fn is_at_end(self, span: Span) -> bool {
        self.to >= span.last
    }

    /// The window for a reader who sees the lines from `top` to `bottom`: this one, unless they are near its
    /// edge or out of it.
    pub fn for_visible(self, top: Seq, bottom: Seq, span: Span) -> Self {
        let is_near_start = top - self.from < MARGIN_LINES && self.from > span.first;
        let is_near_end = self.to.saturating_sub(bottom) < MARGIN_LINES && self.to < span.last;
        if is_near_start || is_near_end { Self::around((top + bottom) / 2, span) } else { self }
    }

    /// The window after the span of the thread has changed. A reader at the end stays there; for others no
    /// line that they may be reading is dropped.
    pub fn follow(self, span: Span, is_at_end: bool) -> Self {
        let from = self.from.max(span.first);
        if self.to < Self::END || span.last - from < WINDOW_LINES_MAX {
            Self { from, to: self.to }
        } else if is_at_end {
            Self::at_end(span)
        } else {
            Self { from, to: from + WINDOW_LINES_MAX - 1 }
        }
    }

    pub fn around(middle: Seq, span: Span) -> Self {
        let from = (middle - WINDOW_LINES_MAX / 2).min(span.last - WINDOW_LINES_MAX + 1).max(span.first);
        let to = from + WINDOW_LINES_MAX - 1;
        Self { from, to: if to < span.last { to } else { Self::END } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPAN: Span = Span { first: 1, last: 100_000 };

    #[test]
    fn e6_the_window_moves_with_the_reader_and_stays_bounded() {
        let end = Window { from: 99_951, to: Window::END };
        assert_eq!(end.for_visible(99_985, 100_000, SPAN), end);
        let up = end.for_visible(99_960, 99_975, SPAN);
        assert_eq!(up, Window { from: 99_921, to: Window::END });
        assert_eq!(up.for_visible(99_950, 99_965, SPAN), up);
        let far = up.for_visible(500, 515, SPAN);
        assert_eq!(far, Window { from: 467, to: 546 });
        assert_eq!(far.for_visible(-3, 15, SPAN), Window { from: 1, to: 80 });
        assert_eq!(far.for_visible(99_990, 100_000, SPAN), Window::at_end(SPAN));
    }

    #[test]
    fn e6_news_moves_the_window_only_for_a_reader_at_the_end() {
        let longer = Span { first: 1, last: 100_001 };
        let end = Window::at_end(SPAN);
        assert_eq!(end.follow(longer, true), Window::at_end(longer));
        assert_eq!(end.follow(longer, false), Window { from: 99_921, to: 100_000 });
        let few = Window { from: 1, to: Window::END };
        assert_eq!(few.follow(Span { first: 1, last: 4 }, false), few);
        // Retention has deleted the first lines.
        let old = Window { from: 1, to: 120 };
        assert_eq!(old.follow(Span { first: 50, last: 200 }, false), Window { from: 50, to: 120 });
    }
}
