//! The way out, for addresses that others chose (they stand in certificates and lists): only HTTP and HTTPS, only
//! public hosts, bounded. A name is looked up once and the connection goes to what was looked up, so that no second
//! answer of a name server leads inside.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{
    CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION,
};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, StatusCode, Url};
use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls_platform_verifier::BuilderVerifierExt;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// To connect.
const CONNECT: Duration = Duration::from_secs(8);
/// A whole answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Redirections that are followed, each address tried like the first.
const REDIRECTIONS: usize = 3;
/// What this program is called in the logs of others.
const AGENT: &str = concat!("ComuniInRete-hub/", env!("CARGO_PKG_VERSION"));

/// Which addresses are gone to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reach {
    /// Those of the public internet, on ports 80 and 443.
    #[default]
    Public,
    /// All: for tests, whose services are on this computer.
    Everywhere,
}

/// Why nothing came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// An address that is not gone to.
    #[error("not an address that is gone to")]
    Address,
    /// Nobody answered, or not to the end.
    #[error("not reached: {0}")]
    Unreachable(String),
    /// Another answer than 200.
    #[error("answered {0}")]
    Status(u16),
    /// Longer than what is taken.
    #[error("the answer is too long")]
    TooLong,
}

/// What a server said of the state of something, so that it need not be fetched again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Validators {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    modified: Option<String>,
}

/// Something that was fetched.
pub(super) struct Fetched {
    pub(super) bytes: Vec<u8>,
    pub(super) validators: Validators,
}

pub(super) struct Net {
    /// For addresses that others chose.
    guarded: reqwest::Client,
    /// For those that the operator chose.
    plain: reqwest::Client,
    reach: Reach,
}

impl Net {
    pub(super) fn new(reach: Reach) -> Result<Self, NetError> {
        let tls = tls().map_err(unreachable)?;
        let client = || {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .redirect(Policy::none())
                .connect_timeout(CONNECT)
                .timeout(PATIENCE)
                .user_agent(AGENT)
                .no_proxy()
        };
        let guarded = match reach {
            Reach::Public => client().dns_resolver(Arc::new(PublicOnly)),
            Reach::Everywhere => client(),
        };
        Ok(Self {
            guarded: guarded.build().map_err(unreachable)?,
            plain: client().build().map_err(unreachable)?,
            reach,
        })
    }

    /// Fetches; `None` where nothing changed since.
    pub(super) async fn get(
        &self,
        url: &str,
        since: &Validators,
        most: usize,
    ) -> Result<Option<Fetched>, NetError> {
        let mut url = self.checked(url)?;
        for _ in 0..=REDIRECTIONS {
            let mut request = self.guarded.get(url.clone());
            if let Some(etag) = &since.etag {
                request = request.header(IF_NONE_MATCH, etag);
            }
            if let Some(modified) = &since.modified {
                request = request.header(IF_MODIFIED_SINCE, modified);
            }
            let answer = request.send().await.map_err(unreachable)?;
            match answer.status() {
                StatusCode::NOT_MODIFIED => return Ok(None),
                status if status.is_redirection() => url = self.redirected(&url, &answer)?,
                _ => return Ok(Some(read(answer, most).await?)),
            }
        }
        Err(NetError::Address)
    }

    fn redirected(&self, from: &Url, answer: &reqwest::Response) -> Result<Url, NetError> {
        let to = answer.headers().get(LOCATION);
        let to = to
            .and_then(|to| to.to_str().ok())
            .ok_or(NetError::Address)?;
        let to = from.join(to).map_err(|_| NetError::Address)?;
        self.checked(to.as_str())
    }

    /// Sends a question to an address that others chose.
    pub(super) async fn post(
        &self,
        url: &str,
        media: &'static str,
        body: Vec<u8>,
        most: usize,
    ) -> Result<Vec<u8>, NetError> {
        let url = self.checked(url)?;
        let request = self.guarded.post(url);
        Ok(send(request, media, body, most).await?.bytes)
    }

    /// Sends a question to an address that the operator chose, which may be inside.
    pub(super) async fn post_plain(
        &self,
        url: &str,
        login: Option<(String, String)>,
        patience: Duration,
        (media, body, most): (&'static str, Vec<u8>, usize),
    ) -> Result<Vec<u8>, NetError> {
        let mut request = self.plain.post(url).timeout(patience);
        if let Some((user, password)) = login {
            request = request.basic_auth(user, Some(password));
        }
        Ok(send(request, media, body, most).await?.bytes)
    }

    /// Only HTTP and HTTPS, nobody's name and password, and no number of a host that is not public. Names are tried
    /// when they are looked up.
    fn checked(&self, url: &str) -> Result<Url, NetError> {
        let url = Url::parse(url).map_err(|_| NetError::Address)?;
        let host = url.host_str().ok_or(NetError::Address)?;
        let number = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
        let plain = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none();
        let port = matches!(url.port_or_known_default(), Some(80 | 443));
        let public = port && number.is_none_or(is_public);
        match plain && (public || self.reach == Reach::Everywhere) {
            true => Ok(url),
            false => Err(NetError::Address),
        }
    }
}

async fn send(
    request: RequestBuilder,
    media: &'static str,
    body: Vec<u8>,
    most: usize,
) -> Result<Fetched, NetError> {
    let request = request.header(CONTENT_TYPE, media).body(body);
    read(request.send().await.map_err(unreachable)?, most).await
}

async fn read(mut answer: reqwest::Response, most: usize) -> Result<Fetched, NetError> {
    if answer.status() != StatusCode::OK {
        return Err(NetError::Status(answer.status().as_u16()));
    }
    let header = |name| {
        let value = answer.headers().get(name)?;
        value.to_str().ok().map(str::to_owned)
    };
    let validators = Validators {
        etag: header(ETAG),
        modified: header(LAST_MODIFIED),
    };
    let mut bytes = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(unreachable)? {
        if bytes.len() + piece.len() > most {
            return Err(NetError::TooLong);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(Fetched { bytes, validators })
}

fn tls() -> Result<ClientConfig, rustls::Error> {
    Ok(
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_platform_verifier()?
            .with_no_client_auth(),
    )
}

/// The causes of an error, without the address.
fn unreachable(error: impl std::error::Error) -> NetError {
    let mut cause = error.source();
    let mut text = cause.map_or_else(|| error.to_string(), ToString::to_string);
    while let Some(deeper) = cause.and_then(std::error::Error::source) {
        text = format!("{text}: {deeper}");
        cause = Some(deeper);
    }
    NetError::Unreachable(text)
}

/// Names lead to public hosts, or nowhere.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|found| is_public(found.ip())).collect();
            if public.is_empty() {
                return Err("the name leads to no public address".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is a host of the public internet (IANA's registries of special-purpose addresses, RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

/// Global unicast without what stands for something else: an IPv4 address in disguise (mapped, 6to4, NAT64 are not in
/// 2000::/3 or are left out), tunnels, documentation.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let special = matches!(
        (a, b),
        (0x2001, 0..=0x1ff | 0xdb8) | (0x2002, _) | (0x3fff, 0..=0xfff)
    );
    (0x2000..=0x3fff).contains(&a) && !special
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn nothing_inside_is_gone_to() {
        let net = Net::new(Reach::Public).unwrap();
        for inside in [
            "http://127.0.0.1/ocsp",
            "http://127.1/ocsp",
            "http://2130706433/ocsp",
            "http://0x7f.0.0.1/ocsp",
            "http://0177.0.0.1/ocsp",
            "http://0.0.0.0/",
            "http://10.1.2.3/",
            "http://100.64.0.1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://172.16.0.1/",
            "http://192.168.1.1/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:a9fe:a9fe]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://[2001:0:7f00:1::]/",
            "http://[fc00::1]/",
            "http://[fe80::1]/",
            "http://[ff02::1]/",
            "http://user:word@93.184.216.34/",
            "http://93.184.216.34:22/",
            "http://93.184.216.34:6379/",
            "ftp://93.184.216.34/",
            "file:///etc/passwd",
            "gopher://93.184.216.34/",
            "ldap://93.184.216.34/cn=crl",
            "//93.184.216.34/",
            "",
        ] {
            assert_eq!(
                net.checked(inside).err(),
                Some(NetError::Address),
                "{inside}"
            );
        }
        for public in [
            "http://93.184.216.34/ocsp",
            "https://[2a00:1450:4002::1]/crl",
            "http://ocsp.example.it/",
            "https://crl.example.it:443/a.crl",
        ] {
            assert!(net.checked(public).is_ok(), "{public}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_leads_nowhere() {
        let net = Net::new(Reach::Public).unwrap();
        let none = Validators::default();
        let asked = net.get("http://localhost/crl", &none, 100).await;
        assert!(
            matches!(&asked, Err(NetError::Unreachable(why)) if why.contains("no public address")),
            "{:?}",
            asked.err()
        );
    }
}
