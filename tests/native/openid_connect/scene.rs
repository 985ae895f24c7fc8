//! A place with identity providers, and browsers that go through them.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_URL_SAFE};
use reqwest::{Client as Http, Method, StatusCode, Url, header, redirect::Policy};
use serde_json::{Value, json};
use stoa::{
    server::domain::users::{self, Client as Who},
    shared::{
        errors::ApiError,
        sync::wire::{PROTOCOL_MIN, ToServer},
        users::Viewer,
        values::time::SECOND,
    },
};
use tempfile::TempDir;
use tokio_tungstenite::{
    connect_async,
    tungstenite::{client::IntoClientRequest, http::HeaderValue},
};

use super::provider::{Answered, SECRET, TestProvider, who};
use crate::{
    client::Client,
    contents::{Contents, contents},
    mail::SITE,
    mail_server::MailServer,
    place::{Place, Site},
};

pub struct Scene {
    pub place: Place,
    pub site: Site,
    pub acme: TestProvider,
    pub other: TestProvider,
    /// Takes the mails, which are needed for addresses to be confirmed.
    pub mails: MailServer,
    _folder: TempDir,
}

impl Scene {
    pub async fn new() -> Self {
        Self::with(json!({}), &[]).await
    }

    /// With more settings of the first provider, and more options.
    pub async fn with(settings: Value, options: &[&str]) -> Self {
        let (acme, other, mails) =
            (TestProvider::start().await, TestProvider::start().await, MailServer::start().await);
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("secret"), format!("{SECRET}\n")).expect("a file");
        let entry = |id: &str, name: &str, provider: &TestProvider| json!({ "id": id, "name": name, "issuer": provider.issuer, "client_id": "stoa", "client_secret_file": "secret" });
        let mut first = entry("acme", "Acme", &acme);
        for (name, value) in settings.as_object().expect("settings") {
            first[name] = value.clone();
        }
        let file = json!({ "providers": [first, entry("other", "Other", &other)] });
        let path = folder.path().join("providers.json");
        std::fs::write(&path, file.to_string()).expect("a file");
        let path = path.display().to_string();
        let fixed = [
            "--sends-per-second",
            "1000000",
            "--smtp",
            &mails.url,
            "--mail-from",
            "Acme <notify@acme.example>",
            "--public-url",
            SITE,
            "--oidc-providers",
            &path,
        ];
        let place = Place::with(&[&fixed[..], options].concat()).await;
        place.admin("Ada").await;
        let site = place.serve().await;
        Self { place, site, acme, other, mails, _folder: folder }
    }

    pub fn browser(&self) -> Browser {
        Browser { url: self.site.url.clone(), cookies: BTreeMap::new() }
    }

    pub fn now(&self) -> i64 {
        self.place.context.clock.now().0 / SECOND
    }

    /// Somebody as the provider knows them.
    pub fn who(&self, sub: &str, claims: Value) -> Value {
        who(self.now(), sub, claims)
    }

    /// The whole way of somebody in a new browser.
    pub async fn sign_in(&self, who: &Value) -> Browser {
        let mut browser = self.browser();
        let came = browser.sign_in(&self.acme, "acme", who).await;
        assert_eq!(came, Came::At("/".to_owned()));
        browser
    }

    pub async fn viewer(&self, browser: &Browser) -> Option<Viewer> {
        self.place.viewer_of(browser.cookies.get("stoa_session")?).await.unwrap()
    }

    /// Everything but what is noted of refusals, and what is done in the background.
    pub async fn rest(&self) -> Contents {
        let mut contents = contents(&self.place).await;
        for table in ["security_events", "used_once", "tasks", "meta"] {
            contents.remove(table);
        }
        contents
    }

    /// Why the last refusals were refused, the newest first.
    pub async fn refusals(&self) -> Vec<String> {
        let rows: Vec<(String,)> = self
            .place
            .rows("SELECT detail FROM security_events WHERE event IN ('sign_in_refused', 'provider_sign_out_refused') ORDER BY at DESC, id DESC")
            .await;
        rows.into_iter().map(|(detail,)| detail).collect()
    }

    /// Somebody with a password and a confirmed address.
    pub async fn noor(&mut self) -> (Browser, Viewer) {
        let client = Who { client_ip: "home".to_owned().into(), ..Who::default() };
        let opened =
            users::sign_up(&self.place.context, "Noor", "noor@example.com", "marmalade on toast", &client)
                .await;
        let token = opened.unwrap().token;
        let confirm = self.mails.token("noor@example.com", SITE, "/mail/confirm/").await;
        let mut browser = self.browser();
        let (status, answer) = browser.form("/rpc/confirm_address", &[("token", &confirm)]).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let viewer = self.place.viewer_of(token.as_str()).await.unwrap().unwrap();
        browser.cookies.insert("stoa_session".to_owned(), token.as_str().to_owned());
        (browser, viewer)
    }
}

/// Where a browser came after an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    At(String),
    /// On this page, with this error.
    Refused(String, String),
}

impl Came {
    pub fn refusal(&self) -> &str {
        match self {
            Self::Refused(_, text) => text,
            Self::At(path) => panic!("came to {path}"),
        }
    }
}

/// A browser that keeps cookies and follows nothing.
#[derive(Clone)]
pub struct Browser {
    url: String,
    pub cookies: BTreeMap<String, String>,
}

impl Browser {
    async fn send(&mut self, method: Method, path: &str, form: &[(&str, &str)]) -> reqwest::Response {
        let http = Http::builder().redirect(Policy::none()).build().expect("a client");
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = http.request(method.clone(), format!("{}{path}", self.url));
        if method == Method::POST {
            request = request.header(header::ORIGIN, SITE).form(form);
        }
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let response = request.send().await.expect("an answer");
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("text");
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').expect("a cookie");
            assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
            match value {
                "" => drop(self.cookies.remove(name)),
                _ => drop(self.cookies.insert(name.to_owned(), value.to_owned())),
            }
        }
        response
    }

    pub async fn get(&mut self, path: &str) -> reqwest::Response {
        self.send(Method::GET, path, &[]).await
    }

    /// A plain form, or a script's call.
    pub async fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, Value) {
        let response = self.send(Method::POST, path, fields).await;
        let status = response.status();
        let text = response.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// A socket of this browser that has been let in.
    pub async fn socket(&self, scene: &Scene) -> Client {
        let mut request =
            format!("{}/ws", self.url.replace("http://", "ws://")).into_client_request().unwrap();
        let cookie = format!("stoa_session={}", self.cookies["stoa_session"]);
        request.headers_mut().insert("origin", HeaderValue::from_static(SITE));
        request.headers_mut().insert("cookie", HeaderValue::from_str(&cookie).unwrap());
        let (socket, _) = connect_async(request).await.expect("the socket opens");
        let epoch = scene.place.context.epoch.clone();
        let mut client = Client { socket, epoch: epoch.clone() };
        client.say(&ToServer::Hello { epoch, head: 0, protocol: PROTOCOL_MIN }).await;
        client.hear().await;
        client
    }

    /// Starts a sign-in. The URL at the provider.
    pub async fn start(&mut self, provider: &str, query: &str) -> String {
        let response = self.get(&format!("/sign-in/with/{provider}{query}")).await;
        assert_eq!(response.status(), StatusCode::FOUND);
        location(&response)
    }

    /// Comes back with these parameters.
    pub async fn come_back(&mut self, provider: &str, query: &str) -> Came {
        let response = self.get(&format!("/sign-in/with/{provider}/callback?{query}")).await;
        came(&response)
    }

    /// The whole way.
    pub async fn sign_in(&mut self, provider: &TestProvider, id: &str, who: &Value) -> Came {
        let answered = self.answered(provider, id, who).await;
        self.come_back(id, &answered.query()).await
    }

    /// The way to the provider, and what it answers.
    pub async fn answered(&mut self, provider: &TestProvider, id: &str, who: &Value) -> Answered {
        let url = self.start(id, "").await;
        provider.answer(&url, who)
    }
}

pub fn location(response: &reqwest::Response) -> String {
    response.headers()[header::LOCATION].to_str().expect("text").to_owned()
}

/// Where a redirect leads, with the error that it shows there.
pub fn came(response: &reqwest::Response) -> Came {
    assert_eq!(response.status(), StatusCode::FOUND, "{:?}", response.headers());
    let url = Url::parse("http://localhost").unwrap().join(&location(response)).unwrap();
    assert_eq!(url.host_str(), Some("localhost"), "no other site");
    let Some((_, error)) = url.query_pairs().find(|(name, _)| name == "__err") else {
        return Came::At(location(response));
    };
    let error: ApiError = serde_json::from_slice(&BASE64_URL_SAFE.decode(error.as_bytes()).unwrap()).unwrap();
    Came::Refused(url.path().to_owned(), error.message)
}
