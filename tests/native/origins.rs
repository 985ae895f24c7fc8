//! Other sites, with the visitor's cookie: what they make his browser ask changes nothing and opens nothing.

use leptos::server_fn::axum::server_fn_paths;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use stoa::{server::auth::session_tokens::Token, web::rest};

use crate::{
    contents::{contents, difference},
    place::{FAST, Place},
    scene::{Scene, scene, scene_in},
};

/// Headers that say where a request comes from.
type From = Vec<(&'static str, String)>;

struct Visitor<'a> {
    scene: &'a Scene,
    client: Client,
    cookie: &'static str,
    /// What a proxy says.
    proxied: From,
}

impl Visitor<'_> {
    fn ask(&self, method: &Method, path: &str, session: &Token, from: &From) -> RequestBuilder {
        let request = self.client.request(method.clone(), format!("{}{path}", self.scene.site.url));
        let request = request.header("cookie", format!("{}={}", self.cookie, session.as_str()));
        from.iter().chain(&self.proxied).fold(request, |request, (name, value)| request.header(*name, value))
    }

    fn upgrade(&self, from: &From) -> RequestBuilder {
        self.ask(&Method::GET, "/ws", &self.scene.host, from)
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==")
    }

    /// What was let in that should not have been.
    async fn let_in(&self, froms: &[From]) -> Vec<String> {
        let scene = self.scene;
        let mut found = Vec::new();
        let before = contents(&scene.place).await;
        for from in froms {
            let mut refuse = async |what: String, request: RequestBuilder| {
                let status = request.send().await.unwrap().status();
                if status != StatusCode::FORBIDDEN {
                    found.push(format!("{what} from {from:?}: {status}"));
                }
            };
            for (path, _) in server_fn_paths().filter(|(path, _)| !crate::authorisation::OPEN.contains(path))
            {
                let fields = scene.fields(path, scene.conversation, scene.listing);
                for session in [&scene.host, &scene.admin] {
                    let request = self.ask(&Method::POST, path, session, from).form(&fields);
                    refuse(format!("POST {path}"), request).await;
                }
            }
            for path in ["/rpc/sign_in", "/rpc/sign_up", "/rpc/sign_out"] {
                let request = self.ask(&Method::POST, path, &scene.host, from);
                refuse(path.into(), request.form(&[("email", "a@b.example"), ("password", "a long one")]))
                    .await;
            }
            for route in rest::routes().into_iter().filter(|route| route.method != Method::GET) {
                let example = scene.example(&route);
                let request = self.ask(&route.method, &example.path, &scene.host, from);
                let request = if example.body.is_null() { request } else { request.json(&example.body) };
                refuse(format!("{} {}", route.method, route.path), request).await;
            }
            refuse("/ws".into(), self.upgrade(from)).await;
        }
        // By a link, an image or a script of another site; where the browser doesn't say so, too, nothing changes.
        for site in [Some("cross-site"), Some("same-site"), None] {
            let from: From = site.map(|site| ("sec-fetch-site", site.to_owned())).into_iter().collect();
            for (path, method) in
                server_fn_paths().filter(|(path, _)| !crate::authorisation::OPEN.contains(path))
            {
                let fields = scene.fields(path, scene.conversation, scene.listing);
                let request = self.ask(&Method::GET, path, &scene.admin, &from).query(&fields);
                let status = request.send().await.unwrap().status();
                if status == StatusCode::OK && (site.is_some() || method != Method::GET) {
                    found.push(format!("GET {path} from {site:?}: {status}"));
                }
            }
            for route in rest::routes().into_iter().filter(|route| route.method == Method::GET) {
                let path = scene.example(&route).path;
                let status = self.ask(&Method::GET, &path, &scene.host, &from).send().await.unwrap().status();
                if site.is_some() && status != StatusCode::FORBIDDEN {
                    found.push(format!("GET {path} from {site:?}: {status}"));
                }
            }
        }
        found.extend(difference(&before, &contents(&scene.place).await));
        found
    }

    /// From our own page it is done, or the rest would mean nothing.
    async fn is_let_in(&self, own: &str) {
        for from in [vec![("origin", own.to_owned())], vec![("sec-fetch-site", "same-origin".to_owned())]] {
            let request = self.ask(&Method::POST, "/rpc/update_profile", &self.scene.host, &from);
            let response = request.form(&[("name", "Tomas B"), ("hue", "2")]).send().await.unwrap();
            assert_eq!(response.status(), StatusCode::OK, "{from:?}");
            let upgraded = self.upgrade(&from).send().await.unwrap().status();
            assert_eq!(upgraded, StatusCode::SWITCHING_PROTOCOLS, "{from:?}");
        }
    }
}

/// Everything that is not exactly this origin.
fn foreign(scheme: &str, host: &str, port: &str) -> Vec<From> {
    let mut froms: Vec<From> = vec![vec![]];
    froms.extend(["cross-site", "same-site", "none"].map(|site| vec![("sec-fetch-site", site.to_owned())]));
    let own = format!("{scheme}://{host}{port}");
    for origin in [
        "https://evil.example".to_owned(),
        "null".to_owned(),
        String::new(),
        format!("{scheme}://chat.{host}{port}"),
        format!("{scheme}://{host}:8443"),
        format!("ftp://{host}{port}"),
        format!("{scheme}://evil{host}{port}"),
        format!("{scheme}://{host}.evil.example{port}"),
        format!("{own}.evil.example"),
        format!("{own}@evil.example"),
        format!("{own}/"),
        format!("{own} https://evil.example"),
        format!("https://evil.example#{own}"),
    ] {
        froms.push(vec![("origin", origin.clone())]);
        froms.push(vec![("origin", origin), ("sec-fetch-site", "same-origin".to_owned())]);
    }
    froms
}

fn client() -> Client {
    Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

#[tokio::test]
async fn e7_another_site_changes_nothing_and_opens_no_socket_where_the_host_asked_counts() {
    let scene = scene().await;
    let (host, port) = scene.site.url.trim_start_matches("http://").split_once(':').unwrap();
    let visitor = Visitor { scene: &scene, client: client(), cookie: "stoa_session", proxied: vec![] };
    let found = visitor.let_in(&foreign("http", host, &format!(":{port}"))).await;
    assert!(found.is_empty(), "{}", found.join("\n"));
    visitor.is_let_in(&scene.site.url).await;
}

#[tokio::test]
async fn e7_another_site_changes_nothing_and_opens_no_socket_behind_a_proxy() {
    let options =
        [FAST, &["--public-url", "https://stoa.example", "--trusted-proxies", "127.0.0.1"]].concat();
    let scene = scene_in(Place::with(&options).await).await;
    let proxied = [
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
    ];
    let visitor = Visitor {
        scene: &scene,
        client: client(),
        cookie: "__Host-stoa_session",
        proxied: proxied.map(|(name, value)| (name, value.to_owned())).into(),
    };
    let mut froms = foreign("https", "stoa.example", "");
    froms.push(vec![("origin", "http://stoa.example".to_owned())]);
    // The address at which the proxy asks us is not ours in public.
    froms.push(vec![("origin", scene.site.url.clone())]);
    froms.push(vec![("origin", "https://evil.example".to_owned()), ("host", "evil.example".to_owned())]);
    let found = visitor.let_in(&froms).await;
    assert!(found.is_empty(), "{}", found.join("\n"));
    visitor.is_let_in("https://stoa.example").await;
}
