//! Properties and methods of JavaScript's objects by their names. What only a chunk uses is called by them: each binding of
//! wasm-bindgen stands in the script that every page loads first.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// A property; undefined if there is none.
pub fn get(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or_default()
}

/// Sets a property; without effect where the object has it for reading only.
pub fn set(of: &JsValue, name: &str, value: &JsValue) {
    Reflect::set(of, &name.into(), value).ok();
}

/// Calls a method. `None` if there is none, or it throws.
pub fn call(of: &JsValue, name: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let method: Function = get(of, name).dyn_into().ok()?;
    Reflect::apply(&method, of, &list(arguments)).ok()
}

/// Calls a method that gives a promise, and waits for it. `None` if it is rejected, too.
pub async fn call_async(of: &JsValue, name: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let promise: Promise = call(of, name, arguments)?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}

/// Makes an object by a constructor of the window. `None` if there is none, or it throws.
pub fn construct(name: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let constructor: Function = get(&leptos::prelude::window(), name).dyn_into().ok()?;
    Reflect::construct(&constructor, &list(arguments)).ok()
}

/// An object with these properties.
pub fn object(properties: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in properties {
        set(&object, name, value);
    }
    object.into()
}

fn list(values: &[JsValue]) -> Array {
    values.iter().collect()
}
