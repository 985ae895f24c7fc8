//! Which lines of a thread are drawn. However long it is, only so many are in the document; room
//! is left for the others, so that the scrollbar spans all of it (E6).

use crate::shared::messages::Seq;

/// Lines that are drawn at most.
const DRAWN_MAX: i64 = 120;
/// The window moves before the reader comes nearer to its edge than this.
const MARGIN: i64 = 20;

/// The lines from one message to another, both drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    pub from: Seq,
    pub to: Seq,
}

/// All lines that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub first: Seq,
    pub last: Seq,
}

impl Window {
    pub fn at_end(span: Span) -> Self {
        Self { from: (span.last - DRAWN_MAX + 1).max(span.first), to: span.last }
    }

    pub fn at_start(span: Span) -> Self {
        Self::around(span.first, span)
    }

    pub fn is_at_end(self, span: Span) -> bool {
        self.to >= span.last
    }

    /// The window for somebody who sees the lines from `top` to `bottom`: this one, unless he is
    /// near its edge or out of it.
    pub fn for_sight(self, top: Seq, bottom: Seq, span: Span) -> Self {
        let is_near_start = top - self.from < MARGIN && self.from > span.first;
        let is_near_end = self.to - bottom < MARGIN && self.to < span.last;
        if is_near_start || is_near_end { Self::around((top + bottom) / 2, span) } else { self }
    }

    /// The window once the thread goes on to another last line. Whoever is at the end stays
    /// there; for anybody else nothing that he may be reading goes away.
    pub fn follow(self, span: Span, is_at_end: bool) -> Self {
        let to = if is_at_end { span.last } else { span.last.min(self.from.max(span.first) + DRAWN_MAX - 1) };
        let from = if is_at_end { self.from.max(to - DRAWN_MAX + 1) } else { self.from };
        Self { from: from.max(span.first), to: to.max(self.to.min(span.last)) }
    }

    fn around(middle: Seq, span: Span) -> Self {
        let from = (middle - DRAWN_MAX / 2).min(span.last - DRAWN_MAX + 1).max(span.first);
        Self { from, to: (from + DRAWN_MAX - 1).min(span.last) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPAN: Span = Span { first: 1, last: 100_000 };

    #[test]
    fn e6_the_window_moves_with_the_reader_and_stays_bounded() {
        let end = Window { from: 99_951, to: 100_000 };
        assert_eq!(end.for_sight(99_985, 100_000, SPAN), end);
        let up = end.for_sight(99_960, 99_975, SPAN);
        assert_eq!(up, Window { from: 99_881, to: 100_000 });
        assert_eq!(up.for_sight(99_950, 99_965, SPAN), up);
        let far = up.for_sight(500, 515, SPAN);
        assert_eq!(far, Window { from: 447, to: 566 });
        assert_eq!(far.for_sight(1, 15, SPAN), Window { from: 1, to: 120 });
        assert_eq!(far.for_sight(99_990, 100_000, SPAN), Window::at_end(SPAN));
    }

    #[test]
    fn e6_news_moves_the_window_only_for_a_reader_at_the_end() {
        let longer = Span { first: 1, last: 100_001 };
        assert_eq!(Window::at_end(SPAN).follow(longer, true), Window::at_end(longer));
        assert_eq!(Window::at_end(SPAN).follow(longer, false), Window::at_end(SPAN));
        let few = Window { from: 1, to: 3 };
        assert_eq!(few.follow(Span { first: 1, last: 4 }, false), Window { from: 1, to: 4 });
        assert_eq!(
            Window { from: 1, to: 0 }.follow(Span { first: 1, last: 1 }, true),
            Window { from: 1, to: 1 }
        );
        // Retention took the first lines.
        assert_eq!(
            Window { from: 1, to: 120 }.follow(Span { first: 50, last: 200 }, false),
            Window { from: 50, to: 169 }
        );
    }
}
