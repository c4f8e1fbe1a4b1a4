//! Reading a bundle: first whose it is, then what it holds.

use crate::item::{self, Item};
use crate::key::{Aead, Kdf, Kem, Secret};
use crate::seal::{mark, message};
use crate::{BLOCK, BundleError, Head, MAX_BUNDLE, MAX_CONTENT, Result};
use ed25519_dalek::{Signature, VerifyingKey};
use hpke::aead::AeadCtxR;
use hpke::{Deserializable, OpModeR};
use protocol::pack::WINDOW_LOG;
use std::io::Read;

/// Bytes of an encapsulated key, of a block's tag, of a signature.
const KEY: usize = 32;
const TAG: usize = 16;
const SIGNATURE: u64 = 64;

/// Whether the maker signed every byte of this bundle of `size` bytes. Gives its head.
///
/// # Errors
/// [`BundleError::Damaged`] where it did not; those of [`Head::read`].
pub fn verify(mut from: impl Read, size: u64, maker: &VerifyingKey) -> Result<Head> {
    let (head, bytes) = Head::read(&mut from)?;
    if size > MAX_BUNDLE {
        return Err(BundleError::TooLarge);
    }
    let rest = size
        .checked_sub(bytes.len() as u64 + SIGNATURE)
        .ok_or(BundleError::Damaged)?;
    let mut hash = blake3::Hasher::new();
    hash.update(&bytes);
    let hashed = std::io::copy(&mut from.by_ref().take(rest), &mut hash)?;
    let mut signature = Vec::new();
    from.take(SIGNATURE + 1).read_to_end(&mut signature)?;
    let signature = Signature::from_slice(&signature).map_err(|_| BundleError::Damaged)?;
    let signed = maker.verify_strict(&message(&hash.finalize()), &signature);
    match hashed == rest && signed.is_ok() {
        true => Ok(head),
        false => Err(BundleError::Damaged),
    }
}

/// Opens block after block.
struct Blocks<R> {
    from: R,
    /// Bytes of blocks that are still to be read.
    left: u64,
    context: AeadCtxR<Aead, Kdf, Kem>,
    block: std::io::Cursor<Vec<u8>>,
}

impl<R: Read> Blocks<R> {
    fn next(&mut self) -> Result<()> {
        let length = self.left.min((BLOCK + TAG) as u64);
        self.left -= length;
        let mut sealed = Vec::with_capacity(BLOCK + TAG);
        self.from.by_ref().take(length).read_to_end(&mut sealed)?;
        if sealed.len() as u64 != length {
            return Err(BundleError::Damaged);
        }
        let opened = self.context.open(&sealed, &mark(self.left == 0));
        self.block = std::io::Cursor::new(opened.map_err(|_| BundleError::Damaged)?);
        Ok(())
    }
}

impl<R: Read> Read for Blocks<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let read = self.block.read(buffer)?;
            if read > 0 || buffer.is_empty() || self.left == 0 {
                return Ok(read);
            }
            self.next()?;
        }
    }
}

/// What comes out of the blocks, unpacked, and no more of it than a bundle may hold.
struct Bounded<R>(R, u64);

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read(buffer)?;
        self.1 += read as u64;
        if self.1 > MAX_CONTENT {
            return Err(BundleError::TooLarge.into());
        }
        Ok(read)
    }
}

type Unpacked<R> = zstd::stream::read::Decoder<'static, std::io::BufReader<R>>;

/// The content behind the seal: a zstd stream of items. Whoever is able to seal writes what they like there, so it is read
/// with as much care as what anybody can reach; by itself, so that tests can reach it without a seal.
pub struct Content<R: Read>(Bounded<Unpacked<R>>);

impl<R: Read> Content<R> {
    /// Begins to unpack.
    ///
    /// # Errors
    /// Where there is no memory for it.
    pub fn new(from: R) -> Result<Self> {
        let mut unpacked = zstd::stream::read::Decoder::new(from)?;
        unpacked.window_log_max(WINDOW_LOG)?;
        Ok(Self(Bounded(unpacked, 0)))
    }

    /// The next item; `None` at the end.
    ///
    /// # Errors
    /// [`BundleError::Damaged`], [`BundleError::TooLarge`], the reader's.
    pub fn next_item(&mut self) -> Result<Option<Item>> {
        item::read_item(&mut self.0)
    }
}

/// A bundle, open: its items one after the other.
pub struct Opened<R: Read> {
    content: Content<Blocks<R>>,
    head: Head,
}

impl<R: Read> Opened<R> {
    /// Opens a bundle of `size` bytes that [`verify`] found sound.
    ///
    /// # Errors
    /// [`BundleError::OtherReader`] where it was not sealed for this secret; those of [`Head::read`].
    pub fn new(mut from: R, size: u64, secret: &Secret) -> Result<Self> {
        let (head, bytes) = Head::read(&mut from)?;
        let mut key = [0; KEY];
        from.read_exact(&mut key)?;
        let key = <Kem as hpke::Kem>::EncappedKey::from_bytes(&key);
        let key = key.map_err(|_| BundleError::Damaged)?;
        let around = bytes.len() as u64 + KEY as u64 + SIGNATURE;
        let left = size.checked_sub(around).ok_or(BundleError::Damaged)?;
        let context =
            hpke::setup_receiver::<Aead, Kdf, Kem>(&OpModeR::Base, &secret.private, &key, &bytes)
                .map_err(|_| BundleError::Damaged)?;
        let mut blocks = Blocks {
            from,
            left,
            context,
            block: std::io::Cursor::default(),
        };
        // The first block tells whether the key is the right one.
        blocks.next().map_err(|error| match error {
            BundleError::Damaged => BundleError::OtherReader,
            other => other,
        })?;
        Ok(Self {
            content: Content::new(blocks)?,
            head,
        })
    }

    /// Its head.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The next item; `None` at the end.
    ///
    /// # Errors
    /// [`BundleError::Damaged`], [`BundleError::TooLarge`], the reader's.
    pub fn next_item(&mut self) -> Result<Option<Item>> {
        self.content.next_item()
    }
}
