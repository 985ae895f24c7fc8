//! Passkeys of this browser (WebAuthn), by the methods that take and give JSON. Browsers without these have none here.

use js_sys::{Function, JSON, Object, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// What a browser does with a passkey.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ceremony {
    Create,
    Get,
}

impl Ceremony {
    /// The method of `navigator.credentials`, and that of `PublicKeyCredential` that reads its options.
    fn methods(self) -> (&'static str, &'static str) {
        match self {
            Self::Create => ("create", "parseCreationOptionsFromJSON"),
            Self::Get => ("get", "parseRequestOptionsFromJSON"),
        }
    }
}

/// Whether this browser has passkeys, and this page may use them.
pub fn is_supported() -> bool {
    interface().is_some_and(|interface| {
        method(&interface, "parseCreationOptionsFromJSON").is_some()
            && method(&interface, "parseRequestOptionsFromJSON").is_some()
    })
}

/// Asks the user for a passkey, with these options of the server. Returns it as JSON. `None` if nothing came of it: the user did
/// not want to, had none, or took too long.
pub async fn ask(ceremony: Ceremony, options: &str) -> Option<String> {
    let (name, parser) = ceremony.methods();
    let interface = interface()?;
    let public_key = get(&JSON::parse(options).ok()?, "publicKey")?;
    let public_key = method(&interface, parser)?.call1(&interface, &public_key).ok()?;
    let arguments = Object::new();
    Reflect::set(&arguments, &"publicKey".into(), &public_key).ok()?;
    let credentials = get(&window().navigator().into(), "credentials")?;
    let asked = method(&credentials, name)?.call1(&credentials, &arguments).ok()?;
    let credential = JsFuture::from(asked.dyn_into::<Promise>().ok()?).await.ok()?;
    let json = method(&credential, "toJSON")?.call0(&credential).ok()?;
    JSON::stringify(&json).ok().map(String::from)
}

fn interface() -> Option<JsValue> {
    get(&window().into(), "PublicKeyCredential")
}

fn get(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

fn method(of: &JsValue, name: &str) -> Option<Function> {
    get(of, name)?.dyn_into().ok()
}
