//! The scheme `anteprima`: images of the workspace for the editor, the preview of pages, and pages of the documents
//! that are open in "Firma e verifica".
//!
//! It gives and never takes: only GET, nothing but what [`commands::preview_asset`] shows and, to the app's own window
//! alone, [`commands::firma_page`]; and a content security policy of its own that lets no script run.

use crate::window;
use commands::{App, Asset};
use tauri::http::{Method, Request, Response, StatusCode, header};
use tauri::{Manager, Runtime, UriSchemeContext, UriSchemeResponder};

/// The scheme's name.
pub const NAME: &str = "anteprima";

/// Where the pages of open documents are.
const PAPERS: &str = "/carta/";

const CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; \
     form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
const NOTHING: &str = "<!doctype html><html lang=\"it\"><meta charset=\"utf-8\"><title>Anteprima</title>\
     <h1>Nell’anteprima i collegamenti non si aprono</h1>\
     <p>Si apriranno sul sito pubblico. Chiudi questa finestra per tornare alla pagina.</p></html>";

/// Answers a request of a window.
pub fn serve<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let app = context.app_handle().state::<App>().inner().clone();
    let own = context.webview_label() == window::MAIN;
    tauri::async_runtime::spawn(async move {
        responder.respond(answer(&app, own, &request).await);
    });
}

/// `own` is whether the app's own window asks: no other one sees documents.
async fn answer(app: &App, own: bool, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    if request.method() != Method::GET {
        return response(StatusCode::METHOD_NOT_ALLOWED, "text/plain", Vec::new());
    }
    let path = request.uri().path();
    let shown = match path.starts_with(PAPERS) {
        true if own => commands::firma_page(app, path).await,
        true => Ok(None),
        false => commands::preview_asset(app, path).await,
    };
    match shown {
        Ok(Some(Asset { media, bytes })) => response(StatusCode::OK, &media, bytes),
        Ok(None) => nothing(),
        Err(failure) => {
            tracing::warn!(code = ?failure.code, "The preview has nothing to show.");
            nothing()
        }
    }
}

fn nothing() -> Response<Vec<u8>> {
    response(
        StatusCode::NOT_FOUND,
        "text/html; charset=utf-8",
        NOTHING.into(),
    )
}

fn response(status: StatusCode, media: &str, body: Vec<u8>) -> Response<Vec<u8>> {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, media)
        .header(header::CONTENT_SECURITY_POLICY, CSP)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::CACHE_CONTROL, "no-store")
        .body(body)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use commands::AppConfig;

    #[test]
    fn documents_are_shown_to_the_apps_own_window_alone() {
        let folder = tempfile::tempdir().unwrap();
        let app = App::new(AppConfig {
            keyring: false,
            ..AppConfig::at(folder.path())
        });
        tauri::async_runtime::block_on(async {
            let pdf = include_bytes!("../tests/src/ordinanza.pdf").to_vec();
            let paper = commands::firma_open(&app, "ordinanza.pdf".into(), pdf)
                .await
                .unwrap();
            let address = format!("anteprima://localhost/carta/{}/1/300.png", paper.id.0);
            let ask = |address: &str| Request::builder().uri(address).body(Vec::new()).unwrap();
            let shown = answer(&app, true, &ask(&address)).await;
            assert_eq!(shown.status(), StatusCode::OK);
            assert!(shown.body().starts_with(b"\x89PNG"));
            let other = answer(&app, false, &ask(&address)).await;
            assert_eq!(other.status(), StatusCode::NOT_FOUND);
            assert!(!other.body().starts_with(b"\x89PNG"));
        });
    }
}
