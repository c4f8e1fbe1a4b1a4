//! A file of a public site, as an HTTP answer.

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body::{Frame, SizeHint};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::UNIX_EPOCH;
use tokio::fs::File;
use tokio::io::{AsyncRead, ReadBuf};

/// Bytes read at a time.
const BLOCK: usize = 64 * 1024;

/// Where a path leads within a folder: plain names only, never out of it, no hidden files.
pub(super) fn within(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut out = folder.to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) if !name.as_encoded_bytes().starts_with(b".") => out.push(name),
            _ => return None,
        }
    }
    let sound = !path.contains(['\\', '\0']);
    sound.then_some(out)
}

/// Sends a file; `None` where there is none.
pub(super) async fn send(path: &Path, headers: &HeaderMap, status: StatusCode) -> Option<Response> {
    let file = File::open(path).await.ok()?;
    let found = file.metadata().await.ok().filter(|m| m.is_file())?;
    let changed = found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let etag = format!("\"{:x}-{:x}\"", changed.as_nanos(), found.len());
    let etag = HeaderValue::from_str(&etag).ok()?;
    let media = media(path);
    let common = [
        (header::ETAG, etag.clone()),
        (header::CACHE_CONTROL, cache(media)),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
    ];
    if status == StatusCode::OK && matches(headers, &etag) {
        return Some((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let kind = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CONTENT_LENGTH, HeaderValue::from(found.len())),
    ];
    let body = FileBody {
        file,
        left: found.len(),
    };
    let mut response = (status, common, kind, Body::new(body)).into_response();
    if runs(media) {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    }
    Some(response)
}

/// The sites need no script; a file that somebody attached gets none either.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; \
     form-action 'self'; frame-ancestors 'none'",
);

/// Whether a browser runs scripts in such a file. Others get no policy: some viewers of PDF break on it.
fn runs(media: &str) -> bool {
    media.starts_with("text/html") || media == "image/svg+xml"
}

fn matches(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let (Some(asked), Ok(etag)) = (headers.get(header::IF_NONE_MATCH), etag.to_str()) else {
        return false;
    };
    let asked = asked.to_str().unwrap_or_default();
    asked
        .split(',')
        .map(|one| one.trim().trim_start_matches("W/"))
        .any(|one| one == etag || one == "*")
}

/// Pages are asked about every time, and answered 304; what they are made of is kept for an hour.
fn cache(media: &str) -> HeaderValue {
    HeaderValue::from_static(match media {
        "text/html; charset=utf-8"
        | "application/atom+xml; charset=utf-8"
        | "application/xml; charset=utf-8" => "no-cache",
        _ => "public, max-age=3600",
    })
}

/// The media type by the ending of the name; what is not known is offered for download.
fn media(path: &Path) -> &'static str {
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    match ending.to_ascii_lowercase().as_str() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "json" => "application/json",
        "xml" if path.file_stem().is_some_and(|stem| stem == "feed") => {
            "application/atom+xml; charset=utf-8"
        }
        "atom" => "application/atom+xml; charset=utf-8",
        "xml" => "application/xml; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "gif" => "image/gif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "pdf" => "application/pdf",
        "p7m" => "application/pkcs7-mime",
        "zip" => "application/zip",
        "odt" => "application/vnd.oasis.opendocument.text",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    }
}

/// A file read block by block, so that a large attachment does not fill the memory.
struct FileBody {
    file: File,
    left: u64,
}

impl HttpBody for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let want = usize::try_from(self.left).unwrap_or(BLOCK).min(BLOCK);
        if want == 0 {
            return Poll::Ready(None);
        }
        let mut block = vec![0; want];
        let mut buffer = ReadBuf::new(&mut block);
        ready!(Pin::new(&mut self.file).poll_read(cx, &mut buffer))?;
        let read = buffer.filled().len();
        if read == 0 {
            return Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into())));
        }
        self.left -= read as u64;
        block.truncate(read);
        Poll::Ready(Some(Ok(Frame::data(block.into()))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_never_leaves_its_folder_nor_shows_hidden_files() {
        let folder = Path::new("/siti/roccaverano");
        for path in [
            "../loazzolo/index.html",
            "a/../../x",
            "/etc/passwd",
            ".marker",
            "novita/.tmp",
            "a\\..\\b",
            "a\0b",
        ] {
            assert_eq!(within(folder, path), None, "{path}");
        }
        let inside = within(folder, "novita/notizie/neve/");
        assert_eq!(inside, Some(folder.join("novita/notizie/neve")));
    }
}
