//! Images: checked, turned upright, made small enough for a telephone, and written anew, so that what a
//! camera hides in them (place, time, device) never reaches the public.

use domain::FileId;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The largest image file accepted, in bytes (30 MB).
pub const MAX_IMAGE: usize = 30 * 1024 * 1024;
/// The most pixels an image may have: 50 million, a good camera's; 150 MB when unpacked.
const MAX_PIXELS: u64 = 50_000_000;
/// The most bytes of one when unpacked: as many pixels with their transparency, and twice that while it is turned
/// upright. With 16 bits to a colour half the pixels fit, still more than any photograph of [`MAX_IMAGE`] has.
const MAX_UNPACKED: u64 = MAX_PIXELS * 4;
/// The longest side of the published image, in pixels, and that of its small variant.
const FULL: u32 = 1600;
const SMALL: u32 = 640;
const QUALITY: u8 = 80;

/// Why an image cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// Neither JPEG nor PNG nor WebP.
    #[error("non è un'immagine JPEG, PNG o WebP")]
    Unsupported,
    /// It begins like an image, but cannot be read to its end.
    #[error("l'immagine è rovinata e non si può leggere")]
    Broken,
    /// Too many bytes or pixels.
    #[error("l'immagine è troppo grande (al massimo 30 MB e 50 milioni di punti)")]
    TooLarge,
}

/// What an image is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageInfo {
    /// Width in pixels, upright.
    pub width: u32,
    /// Height in pixels, upright.
    pub height: u32,
    /// It has transparent parts or may have them.
    pub alpha: bool,
    /// IANA media type as recognised from the bytes.
    pub media: &'static str,
}

/// Reads an image to its end, as publication will: what passes here can be published.
///
/// # Errors
/// Why it cannot be used.
pub fn inspect_image(bytes: &[u8]) -> Result<ImageInfo, ImageError> {
    let info = head(bytes)?;
    decode(bytes)?;
    Ok(info)
}

/// What the first bytes say; the rest may still be broken.
pub(crate) fn head(bytes: &[u8]) -> Result<ImageInfo, ImageError> {
    guarded(|| {
        let media = media(bytes)?;
        let mut decoder = decoder(bytes)?;
        let (width, height) = decoder.dimensions();
        let alpha = decoder.color_type().has_alpha();
        let turned = turns(decoder.orientation().unwrap_or(Orientation::NoTransforms));
        let (width, height) = if turned {
            (height, width)
        } else {
            (width, height)
        };
        Ok(ImageInfo {
            width,
            height,
            alpha,
            media,
        })
    })
}

/// The published form of an image. Its name says all, so that a finished image is found again by its
/// name alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    id: FileId,
    alpha: bool,
    pub full: (u32, u32),
    /// Absent where the full one is small already.
    pub small: Option<(u32, u32)>,
}

impl Picture {
    pub fn plan(id: &FileId, bytes: &[u8]) -> Result<Self, ImageError> {
        let info = head(bytes)?;
        Ok(Self::sized(id, (info.width, info.height), info.alpha))
    }

    fn sized(id: &FileId, size: (u32, u32), alpha: bool) -> Self {
        let full = fit(size, FULL);
        let small = fit(full, SMALL);
        Self {
            id: id.clone(),
            alpha,
            full,
            small: (small != full).then_some(small),
        }
    }

    /// Its path in the site at one of its sizes.
    pub fn path(&self, size: (u32, u32)) -> String {
        let ext = if self.alpha { "png" } else { "jpg" };
        let mark = if size == self.full { "" } else { "s" };
        format!(
            "media/{}-{mark}{}x{}.{ext}",
            short(&self.id),
            size.0,
            size.1
        )
    }

    /// Both sizes, the small one first: a full one on disk says that the work was finished.
    pub fn sizes(&self) -> impl Iterator<Item = (u32, u32)> {
        self.small.into_iter().chain([self.full])
    }

    pub fn paths(&self) -> impl Iterator<Item = String> {
        self.sizes().map(|size| self.path(size))
    }

    /// The picture whose full-size file has this name.
    pub fn from_name(name: &str, id: &FileId) -> Option<Self> {
        let rest = name.strip_prefix(short(id))?.strip_prefix('-')?;
        let (size, ext) = rest.rsplit_once('.')?;
        let (width, height) = size.split_once('x')?;
        let size = (width.parse().ok()?, height.parse().ok()?);
        Some(Self::sized(id, size, ext == "png"))
    }

    /// The bytes at one of its sizes.
    pub fn encode(&self, image: &DynamicImage, size: (u32, u32)) -> Result<Vec<u8>, ImageError> {
        guarded(|| encode(&resize(image, size), self.alpha))
    }
}

/// The whole image, upright.
pub(crate) fn decode(bytes: &[u8]) -> Result<DynamicImage, ImageError> {
    guarded(|| {
        if media(bytes)? == "image/jpeg" && !jpeg_has_end(bytes) {
            return Err(ImageError::Broken);
        }
        let mut decoder = decoder(bytes)?;
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let mut image = DynamicImage::from_decoder(decoder).map_err(why)?;
        image.apply_orientation(orientation);
        Ok(image)
    })
}

/// The decoder paints what is missing of a JPEG grey; a photograph cut off by a bad line is better asked
/// for again. After the last start of scan an end marker must follow: neither can be among the pixels.
fn jpeg_has_end(bytes: &[u8]) -> bool {
    let marker = |kind: u8| move |pair: &[u8]| pair == [0xff, kind];
    let scan = bytes.windows(2).rposition(marker(0xda));
    scan.and_then(|at| bytes.get(at..))
        .is_some_and(|rest| rest.windows(2).any(marker(0xd9)))
}

/// The same image at its own size and without what the camera added: for images offered as files.
pub(crate) fn washed(bytes: &[u8]) -> Result<Vec<u8>, ImageError> {
    let info = head(bytes)?;
    let image = decode(bytes)?;
    guarded(|| match info.media {
        "image/jpeg" => encode(&image, false),
        "image/png" => encode(&image, true),
        _ => encode_webp(&image),
    })
}

/// The extension that goes with a media type that [`washed`] knows.
pub(crate) fn extension(media: &str) -> Option<&'static str> {
    match media {
        "image/jpeg" => Some("jpg"),
        "image/png" => Some("png"),
        "image/webp" => Some("webp"),
        _ => None,
    }
}

/// The part of a file's id that names what is published of it.
pub(crate) fn short(id: &FileId) -> &str {
    id.as_str().get(..16).unwrap_or(id.as_str())
}

fn fit((width, height): (u32, u32), longest: u32) -> (u32, u32) {
    let side = width.max(height);
    if side <= longest {
        return (width, height);
    }
    let scaled = |v: u32| {
        let v = (u64::from(v) * u64::from(longest) + u64::from(side) / 2) / u64::from(side);
        u32::try_from(v).unwrap_or(longest).max(1)
    };
    (scaled(width), scaled(height))
}

fn resize(image: &DynamicImage, (width, height): (u32, u32)) -> DynamicImage {
    if (image.width(), image.height()) == (width, height) {
        return image.clone();
    }
    // A box filter to twice the size first: as good to the eye and several times quicker.
    if image.width() > width.saturating_mul(3) {
        return image.thumbnail_exact(width * 2, height * 2).resize_exact(
            width,
            height,
            FilterType::CatmullRom,
        );
    }
    image.resize_exact(width, height, FilterType::CatmullRom)
}

fn encode(image: &DynamicImage, alpha: bool) -> Result<Vec<u8>, ImageError> {
    let mut out = Vec::new();
    let done = if alpha {
        DynamicImage::ImageRgba8(image.to_rgba8()).write_with_encoder(PngEncoder::new(&mut out))
    } else {
        DynamicImage::ImageRgb8(image.to_rgb8())
            .write_with_encoder(JpegEncoder::new_with_quality(&mut out, QUALITY))
    };
    done.map(|()| out).map_err(why)
}

fn encode_webp(image: &DynamicImage) -> Result<Vec<u8>, ImageError> {
    let mut out = Vec::new();
    let encoder = WebPEncoder::new_lossless(&mut out);
    let done = DynamicImage::ImageRgba8(image.to_rgba8()).write_with_encoder(encoder);
    done.map(|()| out).map_err(why)
}

fn turns(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

fn media(bytes: &[u8]) -> Result<&'static str, ImageError> {
    match image::guess_format(bytes) {
        Ok(image::ImageFormat::Jpeg) => Ok("image/jpeg"),
        Ok(image::ImageFormat::Png) => Ok("image/png"),
        Ok(image::ImageFormat::WebP) => Ok("image/webp"),
        _ => Err(ImageError::Unsupported),
    }
}

fn decoder(bytes: &[u8]) -> Result<impl ImageDecoder + '_, ImageError> {
    if bytes.len() > MAX_IMAGE {
        return Err(ImageError::TooLarge);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(16_384);
    limits.max_image_height = Some(16_384);
    limits.max_alloc = Some(MAX_PIXELS * 8);
    let mut reader = ImageReader::new(Cursor::new(bytes));
    reader.limits(limits);
    let reader = reader
        .with_guessed_format()
        .map_err(|_| ImageError::Broken)?;
    let decoder = reader.into_decoder().map_err(why)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAX_PIXELS || decoder.total_bytes() > MAX_UNPACKED {
        return Err(ImageError::TooLarge);
    }
    Ok(decoder)
}

fn why(error: image::ImageError) -> ImageError {
    match error {
        image::ImageError::Limits(_) => ImageError::TooLarge,
        image::ImageError::Unsupported(_) => ImageError::Unsupported,
        _ => ImageError::Broken,
    }
}

/// Decoders are large programs fed with bytes from anywhere: a panic in one is a broken image, no more.
fn guarded<T>(work: impl FnOnce() -> Result<T, ImageError>) -> Result<T, ImageError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(ImageError::Broken))
}
