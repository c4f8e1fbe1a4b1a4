//! The scheme `anteprima`: images of the workspace for the editor, and the preview of pages.
//!
//! It gives and never takes: only GET, nothing but what [`commands::preview_asset`] shows, and a content
//! security policy of its own that lets no script run.

use commands::{App, Asset};
use tauri::http::{Method, Request, Response, StatusCode, header};
use tauri::{Manager, Runtime, UriSchemeContext, UriSchemeResponder};

/// The scheme's name.
pub const NAME: &str = "anteprima";

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
    tauri::async_runtime::spawn(async move {
        responder.respond(answer(&app, &request).await);
    });
}

async fn answer(app: &App, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    if request.method() != Method::GET {
        return response(StatusCode::METHOD_NOT_ALLOWED, "text/plain", Vec::new());
    }
    match commands::preview_asset(app, request.uri().path()).await {
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
