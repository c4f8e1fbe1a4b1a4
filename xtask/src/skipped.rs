//! What tests passed by, and why: a judge that this machine lacks, a right that this user lacks. Each test says so
//! itself, and nextest hides what passing tests print; its report keeps it.

use crate::step::at;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Where nextest's profile `all` (`.config/nextest.toml`) puts its report.
const REPORT: &str = "target/nextest/all/report.xml";

/// What an earlier run left must not be told.
pub fn forget() {
    let _ = fs::remove_file(at(REPORT));
}

/// Tells them, in one block.
pub fn tell() {
    println!("\n== passed by");
    let Ok(report) = fs::read_to_string(at(REPORT)) else {
        println!("Nobody knows: cargo-nextest wrote no report, and passing tests are not heard.");
        return;
    };
    let skipped = skipped(&report);
    if skipped.is_empty() {
        println!("Nothing: every judge that a test asks for was there.");
    }
    for (why, tests) in skipped {
        println!("{why}");
        let names: Vec<_> = tests.iter().map(String::as_str).collect();
        println!("    {}", names.join(", "));
    }
}

/// Why, and the tests that said so.
fn skipped(report: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut test = String::new();
    for line in report.lines() {
        if line.contains("<testcase ") {
            let [of, name] = ["classname", "name"].map(|name| attribute(line, name));
            test = format!("{of} {name}");
        }
        let Some(start) = line.find("SKIPPED") else {
            continue;
        };
        let why = line[start..].split('<').next().unwrap_or_default();
        let tests = found.entry(plain(why.trim())).or_default();
        tests.insert(test.clone());
    }
    found
}

fn attribute<'a>(line: &'a str, name: &str) -> &'a str {
    let start = format!(" {name}=\"");
    let rest = line.split_once(&start).map_or("", |(_, rest)| rest);
    rest.split('"').next().unwrap_or_default()
}

/// Without XML's escapes.
fn plain(text: &str) -> String {
    let signs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
    ];
    let text = signs.iter().fold(text.to_owned(), |text, (escape, sign)| {
        text.replace(escape, sign)
    });
    text.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::skipped;

    #[test]
    fn each_reason_has_the_tests_that_gave_it() {
        let report = r#"<testsuites><testsuite name="signing::cms">
        <testcase name="pkits::paths" classname="signing::cms" timestamp="x" time="0.1">
            <system-out>
running 1 test
test pkits::paths ... ok</system-out>
            <system-err>SKIPPED: PKITS_DIR does not name NIST&apos;s suite</system-err>
        </testcase>
        <testcase name="judged" classname="signing::cms" time="0.1">
            <system-err>SKIPPED: PKITS_DIR does not name NIST&apos;s suite
SKIPPED: no veraPDF here</system-err>
        </testcase>
        <testcase name="quiet" classname="signing::cms" time="0.1"></testcase>"#;
        let found = skipped(report);
        let told: Vec<_> = found
            .iter()
            .map(|(why, tests)| {
                (
                    why.as_str(),
                    tests.iter().map(String::as_str).collect::<Vec<_>>(),
                )
            })
            .collect();
        let (judged, paths) = ("signing::cms judged", "signing::cms pkits::paths");
        assert_eq!(
            told,
            [
                (
                    "SKIPPED: PKITS_DIR does not name NIST's suite",
                    vec![judged, paths]
                ),
                ("SKIPPED: no veraPDF here", vec![judged]),
            ]
        );
        assert!(skipped("<testcase name=\"quiet\">").is_empty());
    }
}
