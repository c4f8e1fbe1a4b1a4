//! The app on real data, with an embedded hub.

use crate::province::Province;
use crate::step::{at, cargo, program};
use crate::{Done, setup, test, ui};

/// Sets everything up and opens the window; without a display, does a clerk's main job in it.
pub fn run(args: &[&str]) -> Done {
    setup::everything(false)?;
    ui::build()?;
    let display = std::env::var_os("DISPLAY").or_else(|| std::env::var_os("WAYLAND_DISPLAY"));
    if display.is_none() || args.contains(&"--headless") {
        println!("▸ there is no display: a clerk's main job, in the real window, under Xvfb");
        cargo(&["build", "--workspace", "--exclude", "ui", "--bins"]).run()?;
        return test::journeys();
    }
    cargo(&["build", "-p", "hub", "-p", "comuni-in-rete", "--bins"]).run()?;
    let province = Province::start(&at("target/debug/hub"), "target/provincia")?;
    println!("▸ the hub: {}", province.address);
    println!(
        "  the public site of Roccaverano: {}/siti/roccaverano/",
        province.address
    );
    let mut app = program(at("target/debug/comuni-in-rete"), &[])
        .env("COMUNI_DATA", at("target/provincia/pc"));
    if !at("target/provincia/pc/workspace.db").exists() {
        let code = province.code("Maria Rossi", "impiegato")?;
        println!("  one-time code for Maria Rossi: {code}");
        app = app.arg("--collega").arg(&province.address).arg(&code);
    }
    println!("▸ the app; close its window to end");
    app.run()
}
