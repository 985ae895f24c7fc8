//! Recording of sound by the microphone, with its level. There is one recording at a time.

use std::cell::RefCell;

use js_sys::{Array, Function, Promise, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::{JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;

use super::environment::js::{call, call_async, construct, get, object, set};
use crate::shared::messages::files::{DURATION_MAX, WAVEFORM_MAX};

/// In the order in which they are tried: Safari plays only the first.
const TYPES: [&str; 3] = ["audio/mp4", "audio/webm;codecs=opus", "audio/webm"];
const BITS_PER_SECOND: u32 = 40_000;
/// Between two levels.
const LEVEL_MS: i32 = 100;
/// Samples that a level is the loudest of.
const SAMPLES: u32 = 1_024;
/// A sample without sound, and how far the loudest is from it.
const SILENCE: u8 = 128;

struct Recording {
    /// The `MediaRecorder`.
    recorder: JsValue,
    kind: String,
    stream: JsValue,
    /// The `AudioContext`.
    context: JsValue,
    timer: JsValue,
    begun: f64,
    /// From 0 to 15.
    levels: Vec<u8>,
}

thread_local! {
    static CURRENT: RefCell<Option<Recording>> = const { RefCell::new(None) };
}

/// What was recorded.
pub struct Recorded {
    /// The `Blob`.
    pub blob: JsValue,
    /// In bytes.
    pub size: i64,
    /// In milliseconds.
    pub duration: i64,
    /// Hexadecimal digits, as many as a waveform has at most.
    pub waveform: String,
}

/// Whether this browser records.
pub fn is_supported() -> bool {
    let devices = get(&window().navigator(), "mediaDevices");
    get(&devices, "getUserMedia").is_function() && get(&window(), "MediaRecorder").is_function()
}

/// Asks for the microphone and begins to record. Calls back ten times a second with the level, from 0 to 15, and the
/// milliseconds since the beginning. False if there is no microphone, or it may not be used.
pub async fn start(on_level: impl Fn(u8, i64) + 'static) -> bool {
    begin(Box::new(on_level)).await.is_some()
}

async fn begin(on_level: Box<dyn Fn(u8, i64)>) -> Option<()> {
    cancel();
    let devices = get(&window().navigator(), "mediaDevices");
    let constraints = object(&[("audio", JsValue::TRUE)]);
    let stream = call_async(&devices, "getUserMedia", &[constraints]).await?;
    let class = get(&window(), "MediaRecorder");
    let is_known = |kind: &&str| {
        call(&class, "isTypeSupported", &[(*kind).into()]).is_some_and(|is_known| is_known.is_truthy())
    };
    let kind = TYPES.into_iter().find(is_known)?;
    let options = object(&[("mimeType", kind.into()), ("audioBitsPerSecond", BITS_PER_SECOND.into())]);
    let recorder = construct("MediaRecorder", &[stream.clone(), options])?;
    let context = construct("AudioContext", &[])?;
    let analyser = call(&context, "createAnalyser", &[])?;
    set(&analyser, "fftSize", &SAMPLES.into());
    let source = call(&context, "createMediaStreamSource", std::slice::from_ref(&stream))?;
    call(&source, "connect", std::slice::from_ref(&analyser))?;
    call(&recorder, "start", &[])?;
    let begun = js_sys::Date::now();
    let samples = Uint8Array::new_with_length(SAMPLES);
    let measure = Closure::<dyn FnMut()>::new(move || {
        call(&analyser, "getByteTimeDomainData", &[samples.clone().into()]);
        let loudest = samples.to_vec().into_iter().map(|sample| sample.abs_diff(SILENCE)).max().unwrap_or(0);
        let level = (loudest / 8).min(15);
        CURRENT.with_borrow_mut(|current| {
            if let Some(recording) = current {
                recording.levels.push(level);
            }
        });
        on_level(level, (js_sys::Date::now() - begun) as i64);
    });
    let timer = call(&window(), "setInterval", &[measure.into_js_value(), LEVEL_MS.into()])?;
    let kind = kind.split(';').next().unwrap_or(kind).to_owned();
    CURRENT.set(Some(Recording { recorder, kind, stream, context, timer, begun, levels: Vec::new() }));
    Some(())
}

/// Ends the recording. `None` if there is none, or nothing was recorded.
pub async fn stop() -> Option<Recorded> {
    let recording = CURRENT.take()?;
    let duration = ((js_sys::Date::now() - recording.begun) as i64).clamp(0, DURATION_MAX);
    let mut wait = |resolve: Function, _| set(&recording.recorder, "ondataavailable", &resolve);
    let promise = Promise::new(&mut wait);
    call(&recording.recorder, "stop", &[])?;
    let event = JsFuture::from(promise).await.ok()?;
    let waveform = waveform(&recording.levels);
    // Without the parameters of its type, which mean nothing to others.
    let kind = object(&[("type", recording.kind.as_str().into())]);
    let blob = construct("Blob", &[Array::of1(&get(&event, "data")).into(), kind]);
    recording.end();
    let blob = blob?;
    let size = get(&blob, "size").as_f64()? as i64;
    (size > 0).then_some(Recorded { blob, size, duration, waveform })
}

/// Ends the recording and forgets it.
pub fn cancel() {
    if let Some(recording) = CURRENT.take() {
        call(&recording.recorder, "stop", &[]);
        recording.end();
    }
}

impl Recording {
    fn end(self) {
        call(&window(), "clearInterval", &[self.timer]);
        // The browser shows that the microphone is on until its tracks end.
        if let Some(tracks) = call(&self.stream, "getTracks", &[]) {
            for track in Array::from(&tracks).iter() {
                call(&track, "stop", &[]);
            }
        }
        call(&self.context, "close", &[]);
    }
}

/// The loudest level of each of as many parts as a waveform has.
fn waveform(levels: &[u8]) -> String {
    let bars = levels.len().min(WAVEFORM_MAX);
    let bar = |index: usize| {
        let part = &levels[index * levels.len() / bars..(index + 1) * levels.len() / bars];
        char::from_digit(part.iter().copied().max().unwrap_or(0).into(), 16).unwrap_or('0')
    };
    (0..bars).map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f5_a_waveform_has_the_loudest_of_each_part() {
        assert_eq!(waveform(&[]), "");
        assert_eq!(waveform(&[0, 15, 3]), "0f3");
        let levels: Vec<u8> = (0..640).map(|at| if at % 10 == 4 { 10 } else { 1 }).collect();
        assert_eq!(waveform(&levels), "a".repeat(64));
    }
}
