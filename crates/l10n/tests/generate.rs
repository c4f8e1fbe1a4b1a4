//! The generator refuses what would fail in front of a person.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../generate.rs"]
mod generate;

use generate::generate;

#[test]
fn a_message_becomes_a_method_with_its_arguments() {
    let code = generate(
        "a = Ciao { $name }\nb = { $n ->\n    [one] una\n   *[other] { $n } cose\n }\n",
        "a = Hello { $name }\nb = { $n } things\n",
    )
    .unwrap();
    assert!(
        code.contains("pub fn a(self, name: &str) -> String"),
        "{code}"
    );
    assert!(code.contains("pub fn b(self, n: u64) -> String"), "{code}");
    assert!(code.contains("1 => { out.push_str(\"una\");"), "{code}");
}

#[test]
fn languages_that_differ_are_refused() {
    for (it, en, why) in [
        ("a = x\n", "b = x\n", "one language only"),
        ("a = x { $n }\n", "a = x\n", "different arguments"),
        ("a = x\n", "a = x { $n }\n", "only one language has $n"),
        ("a = x\na = y\n", "a = x\n", "twice"),
        ("a = { -termine }\n", "a = x\n", "does not know"),
        ("a = {\n", "a = x\n", "cannot be read"),
    ] {
        let error = generate(it, en).unwrap_err();
        assert!(error.contains(why), "{error} / {why}");
    }
}
