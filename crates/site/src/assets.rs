//! Style, fonts and icons. `styles/build.mjs` makes them from the npm packages; they are committed, so
//! that building this crate needs no npm.

use std::sync::LazyLock;

/// A file that comes with the program.
pub(crate) struct Asset {
    /// Path in the site. Those that may change carry the hash of their content.
    pub path: String,
    pub bytes: &'static [u8],
}

static STYLE: LazyLock<Asset> =
    LazyLock::new(|| hashed("stile", "css", include_bytes!("../assets/site.css")));
static ICONS: LazyLock<Asset> =
    LazyLock::new(|| hashed("icone", "svg", include_bytes!("../assets/icons.svg")));
static FAVICON: LazyLock<Asset> =
    LazyLock::new(|| hashed("simbolo", "svg", include_bytes!("../assets/favicon.svg")));

/// The fonts, at the names that the style sheet uses. Semi-bold serves for bold as well: a third file
/// would weigh as much as all the text of a page.
const FONTS: [(&str, &[u8]); 2] = [
    (
        "assets/titillium-web-400.woff2",
        include_bytes!("../assets/titillium-web-400.woff2"),
    ),
    (
        "assets/titillium-web-600.woff2",
        include_bytes!("../assets/titillium-web-600.woff2"),
    ),
];

pub(crate) fn style() -> &'static str {
    &STYLE.path
}

pub(crate) fn icons() -> &'static str {
    &ICONS.path
}

pub(crate) fn favicon() -> &'static str {
    &FAVICON.path
}

/// Every file that comes with the program: path in the site, and bytes.
pub(crate) fn all() -> Vec<(&'static str, &'static [u8])> {
    let fonts = FONTS.iter().map(|(name, bytes)| (*name, *bytes));
    let hashed = [&*STYLE, &*ICONS, &*FAVICON].map(|asset| (asset.path.as_str(), asset.bytes));
    hashed.into_iter().chain(fonts).collect()
}

fn hashed(name: &str, ext: &str, bytes: &'static [u8]) -> Asset {
    let hash = blake3::hash(bytes).to_hex();
    let hash = hash.get(..10).unwrap_or_default();
    Asset {
        path: format!("assets/{name}-{hash}.{ext}"),
        bytes,
    }
}
