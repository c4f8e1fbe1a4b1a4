//! From an accepted operation to the public's page.

use crate::common::*;
use crate::files::{bring, bytes, cut, offer};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::identity::Role;
use domain::sito::{FieldChange, PageChange};
use domain::{FileId, FileRef};
use std::time::{Duration, Instant};

const PAGE: &str = "/siti/roccaverano/pagine/neve/";

#[tokio::test]
async fn a_published_page_is_served_changed_and_taken_away() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let ops = published_page(&mut anna, "p1", "Neve");
    anna.sync(&ops).await;
    centro.hub.publish_now().unwrap();
    let page = get(&centro.hub, PAGE).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.text().contains("Neve"));
    let request = Request::get(PAGE)
        .header("if-none-match", page.header("etag"))
        .body(Body::empty())
        .unwrap();
    assert_eq!(
        call(&centro.hub.router(), request).await.status,
        StatusCode::NOT_MODIFIED
    );

    // A draft changes nothing for the public; publishing it does.
    anna.does("p1", set(FieldChange::Summary("Scuole chiuse".into()), 9))
        .await;
    centro.hub.publish_now().unwrap();
    assert!(
        !get(&centro.hub, PAGE)
            .await
            .text()
            .contains("Scuole chiuse")
    );
    let PageChange::Publish { text, .. } = sito(&ops[4].change).clone() else {
        panic!("the fifth operation publishes");
    };
    anna.does("p1", PageChange::Publish { text, seen: 100 })
        .await;
    centro.hub.publish_now().unwrap();
    assert!(
        get(&centro.hub, PAGE)
            .await
            .text()
            .contains("Scuole chiuse")
    );

    anna.does("p1", PageChange::Unpublish).await;
    centro.hub.publish_now().unwrap();
    assert_eq!(get(&centro.hub, PAGE).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_province_lists_its_comuni_and_links_those_with_a_site() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let ops = published_page(&mut anna, "p1", "Neve");
    anna.sync(&ops).await;
    centro.hub.publish_now().unwrap();
    let index = get(&centro.hub, "/").await.text();
    assert_eq!(index.matches("<li>").count(), 117);
    assert_eq!(index.matches("<a href").count(), 1);
    assert!(index.contains("<a href=\"/siti/roccaverano/\">Roccaverano</a>"));
    assert_eq!(
        get(&centro.hub, "/siti/roccaverano/").await.status,
        StatusCode::OK
    );
    let plain = get(&centro.hub, "/siti/roccaverano/pagine/neve").await;
    assert_eq!(plain.header("location"), PAGE);
}

#[tokio::test]
async fn addresses_that_leave_the_site_are_not_found() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let ops = published_page(&mut anna, "p1", "Neve");
    anna.sync(&ops).await;
    centro.hub.publish_now().unwrap();
    for path in [
        "/siti/roccaverano/../../centro.db",
        "/siti/roccaverano/%2e%2e/%2e%2e/centro.db",
        "/siti/roccaverano/..%2f..%2fcentro.db",
        "/siti/roccaverano/%2fetc/passwd",
        "/siti/%2e%2e/centro.db",
        "/siti/..%2f/centro.db",
        "/siti/../centro.db",
        "/siti/roccaverano/.sito-comuni-in-rete",
        "/siti/roccaverano/a%00b",
    ] {
        let answer = get(&centro.hub, path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!answer.body.starts_with(b"SQLite"), "{path}");
    }
}

#[tokio::test]
async fn a_page_waits_for_its_files_and_the_old_one_stays_meanwhile() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let ops = published_page(&mut anna, "p1", "Neve");
    anna.sync(&ops).await;
    centro.hub.publish_now().unwrap();
    let PageChange::Publish { text, .. } = sito(&ops[4].change).clone() else {
        panic!("the fifth operation publishes");
    };
    let (manifest, chunks) = cut(&bytes(50_000), 16_000);
    let file = FileRef {
        id: manifest.file.clone(),
        name: "avviso.pdf".into(),
        media: "application/pdf".into(),
        size: manifest.size,
    };
    anna.does("p1", set(FieldChange::Summary("Con avviso".into()), 9))
        .await;
    anna.does("p1", PageChange::Attach(file)).await;
    let outcome = anna
        .does("p1", PageChange::Publish { text, seen: 100 })
        .await;
    assert!(accepted(&outcome).is_some());
    centro.hub.publish_now().unwrap();
    let before = get(&centro.hub, PAGE).await;
    assert!(before.status == StatusCode::OK && !before.text().contains("Con avviso"));

    offer(&anna, &manifest).await;
    bring(&anna, &chunks[..2]).await;
    centro.hub.publish_now().unwrap();
    assert!(!get(&centro.hub, PAGE).await.text().contains("Con avviso"));
    bring(&anna, &chunks[2..]).await;
    centro.hub.publish_now().unwrap();
    let after = get(&centro.hub, PAGE).await.text();
    assert!(after.contains("Con avviso") && after.contains("avviso"));
    let link = after
        .split("href=\"")
        .find(|part| part.contains(".pdf"))
        .unwrap();
    let answer = get(&centro.hub, link.split('"').next().unwrap()).await;
    assert_eq!(answer.header("content-type"), "application/pdf");
    assert_eq!(
        FileId(blake3::hash(&answer.body).to_hex().to_string()),
        manifest.file
    );
}

#[tokio::test]
async fn a_hub_that_died_between_commit_and_rendering_renders_at_the_next_start() {
    let centro = Centro::new();
    let mut anna = centro.person("Anna", Role::Impiegato);
    let mut ops = published_page(&mut anna, "p1", "Neve");
    anna.sync(&ops).await;
    centro.hub.publish_now().unwrap();
    ops = published_page(&mut anna, "p2", "Ghiaccio");
    anna.sync(&ops).await;
    // It dies here: no rendering. Half a page is on disk, as a crash may leave it.
    let site = centro.hub.sites().join("roccaverano");
    std::fs::write(site.join("pagine/neve/index.html"), "<p>mez").unwrap();
    let centro = centro.reopen();
    let ice = "/siti/roccaverano/pagine/ghiaccio/";
    assert_eq!(get(&centro.hub, ice).await.status, StatusCode::NOT_FOUND);
    centro.hub.publish_now().unwrap();
    assert_eq!(get(&centro.hub, ice).await.status, StatusCode::OK);
    assert!(get(&centro.hub, PAGE).await.text().contains("</html>"));
}

#[tokio::test]
async fn the_served_hub_shows_a_page_within_a_second_and_says_how_long_it_took() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = hub::Config::new(folder.path());
    config.limits.device = 100_000;
    let running = hub::serve(config).await.unwrap();
    running.hub.seed_province().unwrap();
    let code = running
        .hub
        .create_code(&roccaverano(), "Anna", Role::Impiegato)
        .unwrap()
        .code;
    let key = key();
    let mut anna = Device {
        router: running.hub.router(),
        enrolled: running.hub.enrol(&enrol_request(&code, &key)).unwrap(),
        key,
        n: 0,
    };
    let ops = published_page(&mut anna, "p1", "Neve");
    let start = Instant::now();
    anna.sync(&ops).await;
    while get(&running.hub, PAGE).await.status != StatusCode::OK {
        assert!(start.elapsed() < Duration::from_secs(5), "not rendered");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let metrics = get(&running.hub, "/metrics").await.text();
    assert!(metrics.contains("hub_ops_accepted_total 5\n"), "{metrics}");
    assert!(
        metrics.contains("hub_log_seq{comune=\"005094\"} 5\n"),
        "{metrics}"
    );
    running.shutdown().await.unwrap();
}

#[test]
fn the_example_content_is_published_once() {
    let centro = Centro::new();
    hub::demo::seed(&centro.hub).unwrap();
    let store = centro.hub.comune(&roccaverano()).unwrap();
    let head = store.reading(|tx| tx.head()).unwrap();
    hub::demo::seed(&centro.hub).unwrap();
    assert_eq!(store.reading(|tx| tx.head()).unwrap(), head);
    let public = store.reading(|tx| tx.public_since(0, 100)).unwrap();
    assert_eq!(public.len(), 9);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let home = runtime
        .block_on(get(&centro.hub, "/siti/roccaverano/"))
        .text();
    assert!(home.contains("Il facilitatore informatico in municipio"));
}
