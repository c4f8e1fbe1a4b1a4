//! The address of a hub as people type it.

use std::net::IpAddr;

/// Why a text is not the address of a hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Nothing was typed, or it is not an address.
    #[error("not an address")]
    NotAnAddress,
    /// The scheme is neither `https` nor `http`.
    #[error("neither https nor http")]
    Scheme,
    /// `http` outside this computer: what is sent could be read and changed on the way.
    #[error("http is allowed on this computer only")]
    Clear,
}

/// The base address of a hub, `scheme://host[:port][/path]` without a slash at its end, from what a
/// person typed: `centro.provincia.asti.it` becomes `https://centro.provincia.asti.it`.
///
/// # Errors
/// [`UrlError`], to be explained to who typed it.
pub fn normalise(typed: &str) -> Result<String, UrlError> {
    let typed = typed.trim();
    let full = match typed.split_once("://") {
        Some(_) => typed.to_owned(),
        None if local(typed) => format!("http://{typed}"),
        None => format!("https://{typed}"),
    };
    let url = reqwest::Url::parse(&full).map_err(|_| UrlError::NotAnAddress)?;
    let host = url.host_str().filter(|host| plausible(host));
    let host = host.ok_or(UrlError::NotAnAddress)?;
    match url.scheme() {
        "https" => {}
        "http" if local(host) => {}
        "http" => return Err(UrlError::Clear),
        _ => return Err(UrlError::Scheme),
    }
    let port = url.port().map(|port| format!(":{port}"));
    let path = url.path().trim_end_matches('/');
    Ok(format!(
        "{}://{host}{}{path}",
        url.scheme(),
        port.unwrap_or_default()
    ))
}

/// This very computer, by name or address.
fn local(host: &str) -> bool {
    let name = host.split(['/', '?']).next().unwrap_or_default();
    let name = match name.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => name.split(':').next().unwrap_or_default(),
    };
    let loopback = |ip: IpAddr| ip.is_loopback();
    name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(loopback)
}

fn plausible(host: &str) -> bool {
    host.contains('.') || host.contains(':') || host == "localhost"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_becomes_an_address() {
        let table = [
            (
                "centro.provincia.asti.it",
                "https://centro.provincia.asti.it",
            ),
            (
                " Centro.Provincia.Asti.IT/ ",
                "https://centro.provincia.asti.it",
            ),
            (
                "https://hub.example:8443/rete/",
                "https://hub.example:8443/rete",
            ),
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("localhost:9/", "http://localhost:9"),
            ("http://[::1]:80", "http://[::1]"),
        ];
        for (typed, address) in table {
            assert_eq!(normalise(typed).as_deref(), Ok(address), "{typed}");
        }
    }

    #[test]
    fn what_is_no_address_is_explained() {
        let table = [
            ("", UrlError::NotAnAddress),
            ("K7QM-4TXR", UrlError::NotAnAddress),
            ("il centro servizi", UrlError::NotAnAddress),
            ("ftp://centro.it", UrlError::Scheme),
            ("http://centro.it", UrlError::Clear),
            ("http://127.0.0.1.example.com", UrlError::Clear),
        ];
        for (typed, error) in table {
            assert_eq!(normalise(typed), Err(error), "{typed}");
        }
    }
}
