//! The program of the web view.

fn main() {
    ui::start();
}
