//! The words of all languages, and the language that this thread speaks now: that of the request whose future it
//! polls, or of the page or mail that it writes.

use std::{
    cell::Cell,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use super::{Catalogue, Language};

include!(concat!(env!("OUT_DIR"), "/tables.rs"));

thread_local! {
    static SPOKEN: Cell<Language> = const { Cell::new(Language::English) };
}

/// The language of what this thread is doing.
pub fn language() -> Language {
    SPOKEN.get()
}

/// Sets the language of this thread until it is dropped.
struct Spoken {
    before: Language,
}

impl Spoken {
    fn new(language: Language) -> Self {
        Self { before: SPOKEN.replace(language) }
    }
}

impl Drop for Spoken {
    fn drop(&mut self) {
        SPOKEN.set(self.before);
    }
}

/// Runs `write` with the words of this language.
pub fn speak<T>(language: Language, write: impl FnOnce() -> T) -> T {
    let _spoken = Spoken::new(language);
    write()
}

/// A future that speaks this language whenever it is polled. What it spawns speaks English again.
pub fn speaking<F: Future>(language: Language, future: F) -> impl Future<Output = F::Output> {
    Speaking { language, future: Box::pin(future) }
}

struct Speaking<F> {
    language: Language,
    future: Pin<Box<F>>,
}

impl<F: Future> Future for Speaking<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let language = self.language;
        speak(language, || self.future.as_mut().poll(context))
    }
}

/// The texts of a catalogue, as a browser needs them.
pub fn texts(language: Language, catalogue: Catalogue) -> &'static [&'static str] {
    TABLES[language as usize].1[catalogue as usize]
}

pub(super) fn get(catalogue: u16, index: u16) -> &'static str {
    TABLES[language() as usize].1[usize::from(catalogue)][usize::from(index)]
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, pin::pin, task::Waker};

    use super::*;

    #[test]
    fn a_language_is_spoken_as_long_as_it_is_meant() {
        assert_eq!(language(), Language::English);
        speak(Language::Mirrored, || {
            assert_eq!(language(), Language::Mirrored);
            speak(Language::Accented, || assert_eq!(language(), Language::Accented));
            assert_eq!(language(), Language::Mirrored);
        });
        assert!(std::panic::catch_unwind(|| speak(Language::Mirrored, || panic!("as planned"))).is_err());
        assert_eq!(language(), Language::English, "also after a panic");
    }

    #[test]
    fn a_future_speaks_its_language_after_each_pause() {
        let mut is_first = true;
        let asked = poll_fn(move |_| {
            assert_eq!(language(), Language::Mirrored);
            if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) }
        });
        let mut future = pin!(speaking(Language::Mirrored, asked));
        let mut context = Context::from_waker(Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_pending());
        assert_eq!(language(), Language::English, "between two polls");
        assert!(future.as_mut().poll(&mut context).is_ready());
    }
}
