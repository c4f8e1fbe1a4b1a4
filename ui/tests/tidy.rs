//! What the content security policy and assistive technology ask of the sources.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// The Rust sources of the screens, with their paths. The editor's own element is looked at too.
fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    assert!(found.len() > 20, "the sources are where this test looks");
    found
}

fn collect(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
}

/// The opening tags of an element in a source, with the text up to its end.
fn elements<'a>(source: &'a str, name: &str) -> Vec<(&'a str, &'a str)> {
    let (open, close) = (format!("<{name}\n"), format!("</{name}>"));
    let spaced = format!("<{name} ");
    let starts = source
        .match_indices(&open)
        .chain(source.match_indices(&spaced));
    starts
        .map(|(at, _)| {
            let rest = source.get(at..).unwrap();
            let whole = rest.split(&close).next().unwrap();
            (whole, rest)
        })
        .collect()
}

#[test]
fn no_style_attribute_and_no_inline_handler_that_the_policy_would_stop() {
    for (path, source) in sources() {
        for stopped in [
            " style=",
            "set_attribute(\"style\"",
            "set_attribute(\"on",
            "javascript:",
            "inner_html",
        ] {
            assert!(
                !source.contains(stopped),
                "{} has {stopped}",
                path.display()
            );
        }
    }
}

#[test]
fn every_button_has_words_or_a_name() {
    let mut seen = 0;
    for (path, source) in sources() {
        for (button, _) in elements(&source, "button") {
            seen += 1;
            let named = button.contains("aria-label=");
            // Words in the element come from `l10n` (`t.…`), from a property, or from what is listed.
            let inside = button.split_once("\n").map_or(button, |(_, inside)| inside);
            // An icon is no word.
            let words = inside.replace("{ icon(", "");
            let worded = words.contains("{ ") || words.contains(">{");
            assert!(named || worded, "{}: {button}", path.display());
        }
    }
    assert!(seen >= 8, "there are buttons to look at: {seen}");
}

#[test]
fn every_field_has_a_label_or_a_name() {
    for (path, source) in sources() {
        for name in ["input", "select", "textarea"] {
            for (_, rest) in elements(&source, name) {
                let tag = rest.split("/>").next().unwrap();
                let wrapped = tag.contains("type=\"radio\"");
                assert!(
                    wrapped || tag.contains("id=") || tag.contains("aria-label="),
                    "{}: {tag}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn the_page_and_the_style_hold_nothing_that_the_policy_would_stop() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("index.html")).unwrap();
    let style = fs::read_to_string(root.join("styles/app.css")).unwrap();
    assert!(page.contains("<html lang=\"it\">"));
    assert!(!page.contains(" style=") && !page.contains("<style") && !page.contains("onload"));
    for script in page.split("<script").skip(1) {
        assert!(
            script.contains("src=\"/"),
            "a script stands in a file: {script}"
        );
    }
    assert!(
        !style.contains("data:") && !style.contains("http"),
        "everything is our own file"
    );
}
