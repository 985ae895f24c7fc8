//! Recording of sound by the microphone, with its level. There is one recording at a time.

use std::cell::RefCell;

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

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

#[wasm_bindgen]
extern "C" {
    type MediaRecorder;
    #[wasm_bindgen(constructor, catch)]
    fn new(stream: &JsValue, options: &JsValue) -> Result<MediaRecorder, JsValue>;
    #[wasm_bindgen(static_method_of = MediaRecorder, js_name = isTypeSupported)]
    fn is_type_supported(kind: &str) -> bool;
    #[wasm_bindgen(method, catch)]
    fn start(this: &MediaRecorder) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn stop(this: &MediaRecorder) -> Result<(), JsValue>;
    #[wasm_bindgen(method, setter)]
    fn set_ondataavailable(this: &MediaRecorder, callback: &Function);

    type AudioContext;
    #[wasm_bindgen(constructor, catch)]
    fn new() -> Result<AudioContext, JsValue>;
    #[wasm_bindgen(method, js_name = createAnalyser, catch)]
    fn create_analyser(this: &AudioContext) -> Result<Analyser, JsValue>;
    #[wasm_bindgen(method, js_name = createMediaStreamSource, catch)]
    fn create_source(this: &AudioContext, stream: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method)]
    fn close(this: &AudioContext) -> Promise;

    type Analyser;
    #[wasm_bindgen(method, setter, js_name = fftSize)]
    fn set_fft_size(this: &Analyser, size: u32);
    #[wasm_bindgen(method, js_name = getByteTimeDomainData)]
    fn samples(this: &Analyser, into: &Uint8Array);
}

struct Recording {
    recorder: MediaRecorder,
    kind: String,
    stream: JsValue,
    context: AudioContext,
    timer: i32,
    begun: f64,
    /// From 0 to 15.
    levels: Vec<u8>,
}

thread_local! {
    static CURRENT: RefCell<Option<Recording>> = const { RefCell::new(None) };
}

/// What was recorded.
pub struct Recorded {
    pub blob: Blob,
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
    let constraints = object(&[("audio", JsValue::TRUE)])?;
    let ask: Function = get(&devices, "getUserMedia").dyn_into().ok()?;
    let asked: Promise = ask.call1(&devices, &constraints).ok()?.dyn_into().ok()?;
    let stream = JsFuture::from(asked).await.ok()?;
    let kind = TYPES.into_iter().find(|kind| MediaRecorder::is_type_supported(kind))?;
    let options = object(&[("mimeType", kind.into()), ("audioBitsPerSecond", BITS_PER_SECOND.into())])?;
    let recorder = MediaRecorder::new(&stream, &options).ok()?;
    let context = AudioContext::new().ok()?;
    let analyser = context.create_analyser().ok()?;
    analyser.set_fft_size(SAMPLES);
    let source = context.create_source(&stream).ok()?;
    let connect: Function = get(&source, "connect").dyn_into().ok()?;
    connect.call1(&source, &analyser).ok()?;
    recorder.start().ok()?;
    let begun = js_sys::Date::now();
    let samples = Uint8Array::new_with_length(SAMPLES);
    let measure = Closure::<dyn FnMut()>::new(move || {
        analyser.samples(&samples);
        let loudest = samples.to_vec().into_iter().map(|sample| sample.abs_diff(SILENCE)).max().unwrap_or(0);
        let level = (loudest / 8).min(15);
        CURRENT.with_borrow_mut(|current| {
            if let Some(recording) = current {
                recording.levels.push(level);
            }
        });
        on_level(level, (js_sys::Date::now() - begun) as i64);
    });
    let callback = measure.into_js_value();
    let timer = window()
        .set_interval_with_callback_and_timeout_and_arguments_0(callback.unchecked_ref(), LEVEL_MS)
        .ok()?;
    let kind = kind.split(';').next().unwrap_or(kind).to_owned();
    let recording = Recording { recorder, kind, stream, context, timer, begun, levels: Vec::new() };
    CURRENT.set(Some(recording));
    Some(())
}

/// Ends the recording. `None` if there is none, or nothing was recorded.
pub async fn stop() -> Option<Recorded> {
    let recording = CURRENT.take()?;
    let duration = ((js_sys::Date::now() - recording.begun) as i64).clamp(0, DURATION_MAX);
    let mut wait = |resolve: Function, _| recording.recorder.set_ondataavailable(&resolve);
    let promise = Promise::new(&mut wait);
    recording.recorder.stop().ok()?;
    let event = JsFuture::from(promise).await.ok()?;
    let data: Blob = get(&event, "data").dyn_into().ok()?;
    let waveform = waveform(&recording.levels);
    let kind = object(&[("type", recording.kind.as_str().into())])?;
    recording.end();
    // Without the parameters of its type, which mean nothing to others.
    let make: Function = get(&window(), "Blob").dyn_into().ok()?;
    let blob = Reflect::construct(&make, &Array::of2(&Array::of1(&data), &kind)).ok()?;
    let blob: Blob = blob.dyn_into().ok()?;
    (blob.size() > 0.0).then_some(Recorded { blob, duration, waveform })
}

/// Ends the recording and forgets it.
pub fn cancel() {
    if let Some(recording) = CURRENT.take() {
        recording.recorder.stop().ok();
        recording.end();
    }
}

impl Recording {
    fn end(self) {
        window().clear_interval_with_handle(self.timer);
        // The browser shows that the microphone is on until its tracks end.
        if let Ok(tracks) = get(&self.stream, "getTracks").dyn_into::<Function>()
            && let Ok(tracks) = tracks.call0(&self.stream)
        {
            for track in Array::from(&tracks).iter() {
                if let Ok(stop) = get(&track, "stop").dyn_into::<Function>() {
                    stop.call0(&track).ok();
                }
            }
        }
        let _closed = self.context.close();
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

fn object(fields: &[(&str, JsValue)]) -> Option<Object> {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &(*name).into(), value).ok()?;
    }
    Some(object)
}

fn get(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or_default()
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
