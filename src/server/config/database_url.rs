//! Names of databases and of NATS servers on the command line: a PostgreSQL URL, the path of a SQLite file, NATS
//! URLs. Each may hold a password, so no error repeats what was given.

use url::Url;

const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// The database's name for logs and messages, without the password that a URL may hold.
pub fn redacted(database: &str) -> String {
    let Some((scheme, _)) = database.split_once("://") else { return database.to_owned() };
    // What can't be read as a URL may have its password anywhere.
    let Ok(url) = Url::parse(database) else { return format!("{scheme}://…") };
    let at = if url.username().is_empty() { "" } else { "@" };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{scheme}://{}{at}{}{port}{}", url.username(), url.host_str().unwrap_or_default(), url.path())
}

/// Whether this is the URL of a PostgreSQL database. Anything else is a path.
pub fn is_url(database: &str) -> bool {
    database.contains("://")
}

/// Refuses what is neither the URL of a PostgreSQL database nor the path of a file.
pub(super) fn check(database: &str) -> Result<(), String> {
    if is_url(database) { check_postgres("--database", database) } else { check_path(database) }
}

/// Refuses what is not the URL of a PostgreSQL database.
pub(super) fn check_postgres(option: &str, url: &str) -> Result<(), String> {
    let is_known = SCHEMES.iter().any(|scheme| url.starts_with(scheme));
    match Url::parse(url) {
        Ok(_) if is_known => Ok(()),
        Ok(_) if is_url(url) => Err(format!(
            "{} is no database that Stoa knows; give {option} a URL like postgres://user:password@host/name",
            redacted(url)
        )),
        _ => Err(format!(
            "{option} can't be read as a URL; write it like postgres://user:password@host/name, with % codes for special characters"
        )),
    }
}

/// Refuses what a connection string or a URL of another program looks like. As a path it would become a file whose
/// name holds the password.
pub(super) fn check_path(path: &str) -> Result<(), String> {
    let first = path.split('/').next().unwrap_or_default();
    if path.is_empty() {
        return Err("--database is empty; give the path of a file or a URL".to_owned());
    }
    if first.contains(['=', ':']) || path.contains('\0') {
        return Err("--database (DATABASE_URL) is neither the path of a file nor a URL like postgres://user:password@host/name; \
             begin the path with ./ if the file's name holds = or :"
            .to_owned());
    }
    Ok(())
}

/// Refuses what is not a list of NATS servers.
pub(super) fn check_nats(servers: &str) -> Result<(), String> {
    let is_server = |server: &str| {
        let server = server.trim();
        let with_scheme = if is_url(server) { server.to_owned() } else { format!("nats://{server}") };
        Url::parse(&with_scheme).is_ok_and(|url| {
            ["nats", "tls"].contains(&url.scheme())
                && url.host_str().is_some_and(|host| {
                    !host.is_empty()
                        && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-_[]:".contains(c))
                })
                && matches!(url.path(), "" | "/")
        })
    };
    if servers.split(',').all(is_server) {
        return Ok(());
    }
    Err("--nats (NATS_URL) is no address of a NATS server; give one like nats://user:password@host:4222, or several with commas".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_named_without_its_password_however_it_is_written() {
        for (url, name) in [
            ("postgres://stoa:secret@db:5433/market?sslmode=require", "postgres://stoa@db:5433/market"),
            ("postgres://db/market?password=sec@ret", "postgres://db/market"),
            ("postgres://stoa:sec%40ret@db/market", "postgres://stoa@db/market"),
            ("postgres://stoa:sec@ret@db/market", "postgres://stoa@db/market"),
            (
                "postgres://stoa@%2Fvar%2Frun%2Fpostgresql/stoa",
                "postgres://stoa@%2Fvar%2Frun%2Fpostgresql/stoa",
            ),
            ("postgres://stoa:sec?ret@db/market", "postgres://…"),
            ("/var/lib/stoa.db", "/var/lib/stoa.db"),
        ] {
            assert_eq!(redacted(url), name);
        }
    }

    #[test]
    fn a_connection_string_is_no_path() {
        for path in ["stoa.db", "./a=b.db", "/srv/a:b/stoa.db", "data/stoa=1.db", "données.db"] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
        for url in ["postgres://stoa:secret@db/market", "postgresql:///market"] {
            assert_eq!(check(url), Ok(()), "{url}");
        }
        for wrong in [
            "",
            ":memory:",
            "sqlite:secret.db",
            "file:secret.db",
            "host=localhost password=secret dbname=stoa",
            "host=/var/run/postgresql password=secret",
            "postgres:stoa:secret@db",
            "mysql://stoa:secret@db/market",
            "sqlite:///secret.db",
            "postgres://stoa:sec?ret@db/market",
        ] {
            let refused = check(wrong).expect_err(wrong);
            assert!(!refused.contains("sec?ret") && !refused.contains(":secret"), "{refused}");
            assert!(!refused.contains("password=secret") && refused.contains("--database"), "{refused}");
        }
    }

    #[test]
    fn nats_is_named_by_addresses_with_commas() {
        for servers in ["nats://u:p@one:4222", "one:4222, tls://two", "127.0.0.1:4222", "nats://[::1]:4222"] {
            assert_eq!(check_nats(servers), Ok(()), "{servers}");
        }
        for wrong in
            ["", "nats://one,", "http://one", "nats://", "host=one password=secret", "nats://one/path"]
        {
            let refused = check_nats(wrong).expect_err(wrong);
            assert!(!refused.contains("secret"), "{refused}");
        }
    }
}
