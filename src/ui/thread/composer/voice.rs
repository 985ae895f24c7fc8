//! The button that records a voice message, and what is shown meanwhile. What was recorded is listened to before it is sent.

use leptos::{prelude::*, task::spawn_local};

use super::chosen_files::ChosenFiles;
use crate::{
    browser::{recording, sending::uploads},
    shared::{
        ids::FileId,
        messages::files::{DURATION_MAX, FileKind, MessageFile},
        words,
    },
    ui::components::Icon,
};

/// The level and the milliseconds of what is recorded; `None` while nothing is.
#[derive(Clone, Copy)]
pub struct VoiceRecorder {
    now: RwSignal<Option<(u8, i64)>>,
}

impl VoiceRecorder {
    pub fn new() -> Self {
        on_cleanup(recording::cancel);
        Self { now: RwSignal::new(None) }
    }

    pub fn is_recording(self) -> bool {
        self.now.with(Option::is_some)
    }

    fn start(self, chosen: ChosenFiles) {
        let toasts = chosen.toasts;
        spawn_local(async move {
            let is_begun = recording::start(move |level, ms| {
                if ms >= DURATION_MAX {
                    self.stop(chosen);
                } else {
                    let _ = self.now.try_set(Some((level, ms)));
                }
            });
            if is_begun.await {
                let _ = self.now.try_set(Some((0, 0)));
            } else {
                toasts.error(words::composer_no_microphone());
            }
        });
    }

    fn stop(self, chosen: ChosenFiles) {
        spawn_local(async move {
            let recorded = recording::stop().await;
            let _ = self.now.try_set(None);
            let Some(recorded) = recorded else { return };
            let id = FileId::new();
            let size = recorded.size;
            uploads::hold(id, recorded.blob);
            chosen.put(MessageFile {
                id,
                kind: FileKind::Audio,
                name: words::composer_recording_name().to_owned(),
                size,
                width: None,
                height: None,
                duration: Some(recorded.duration),
                waveform: Some(recorded.waveform).filter(|waveform| !waveform.is_empty()),
                alt: None,
            });
        });
    }

    fn cancel(self) {
        recording::cancel();
        self.now.set(None);
    }
}

#[component]
pub fn RecordButton(
    voice: VoiceRecorder,
    chosen: ChosenFiles,
    #[prop(into)] is_disabled: Signal<bool>,
) -> impl IntoView {
    recording::is_supported().then(|| {
        view! {
            <button
                class="composer__attach"
                type="button"
                aria-label=words::composer_record()
                title=words::composer_record()
                disabled=move || is_disabled.get() || voice.is_recording()
                on:click=move |_| voice.start(chosen)
            >
                <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
                    <path d="M12 15a3.5 3.5 0 0 0 3.5-3.5v-5a3.5 3.5 0 0 0-7 0v5A3.5 3.5 0 0 0 12 15ZM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3"/>
                </svg>
            </button>
        }
    })
}

/// What is recorded at the moment, above the text.
#[component]
pub fn RecordingBar(voice: VoiceRecorder, chosen: ChosenFiles) -> impl IntoView {
    let time = move || {
        let seconds = voice.now.get().map_or(0, |(_, ms)| ms / 1_000);
        format!("{}:{:02}", seconds / 60, seconds % 60)
    };
    let level = move || voice.now.get().map_or(0, |(level, _)| level).to_string();
    move || {
        voice.is_recording().then(|| view! {
            <div class="recording" role="group" aria-label=words::composer_recording()>
                <span class="recording__dot" aria-hidden="true"></span>
                <span class="number" role="timer">{time}</span>
                <meter class="recording__level" min="0" max="15" value=level aria-label=words::composer_level()></meter>
                <button class="button" type="button" on:click=move |_| voice.cancel()>{words::common_cancel()}</button>
                <button class="button button--main" type="button" on:click=move |_| voice.stop(chosen)>
                    <Icon name="check" class="icon--16"/>
                    {words::composer_stop()}
                </button>
            </div>
        })
    }
}
