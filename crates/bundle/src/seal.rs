//! Writing a bundle, item by item: memory does not grow with it.

use crate::item::{self, Item};
use crate::key::{Aead, Kdf, Kem, Public, Random};
use crate::{BLOCK, BundleError, Head, MAX_BUNDLE, Result};
use ed25519_dalek::{Signer, SigningKey};
use hpke::aead::AeadCtxS;
use hpke::{OpModeS, Serializable};
use std::io::Write;

/// What is signed comes after these words.
const CONTEXT: &[u8] = b"comuni-in-rete/bundle/1\n";
/// The content is mostly JSON and files that do not shrink; a higher level costs a slow PC minutes.
const LEVEL: i32 = 3;

/// The bytes that are signed.
pub(crate) fn message(hash: &blake3::Hash) -> Vec<u8> {
    [CONTEXT, hash.as_bytes()].concat()
}

/// What a block says of itself: whether it is the last.
pub(crate) fn mark(last: bool) -> [u8; 1] {
    [u8::from(last)]
}

/// Counts and hashes what passes to the file.
struct Counted<W> {
    to: W,
    hash: blake3::Hasher,
    size: u64,
}

impl<W: Write> Counted<W> {
    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.size += bytes.len() as u64;
        if self.size > MAX_BUNDLE {
            return Err(BundleError::TooLarge);
        }
        self.hash.update(bytes);
        Ok(self.to.write_all(bytes)?)
    }
}

/// Cuts what is written into blocks and seals each.
struct Blocks<W> {
    to: Counted<W>,
    context: AeadCtxS<Aead, Kdf, Kem>,
    block: Vec<u8>,
}

impl<W: Write> Blocks<W> {
    fn seal(&mut self, last: bool) -> Result<()> {
        let sealed = self.context.seal(&self.block, &mark(last));
        self.block.clear();
        self.to.put(&sealed.map_err(|_| BundleError::TooLarge)?)
    }
}

impl<W: Write> Write for Blocks<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // A full block waits for more: only then is it known not to be the last.
        if self.block.len() == BLOCK {
            self.seal(false)?;
        }
        let taken = bytes.len().min(BLOCK - self.block.len());
        self.block
            .extend_from_slice(bytes.get(..taken).unwrap_or_default());
        Ok(taken)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A bundle that is being written. Without [`Sealer::finish`] it is torn, and nobody takes it for whole.
pub struct Sealer<W: Write> {
    pack: zstd::stream::write::Encoder<'static, Blocks<W>>,
}

impl<W: Write> Sealer<W> {
    /// Begins a bundle for who holds the secret of `reader`.
    ///
    /// # Errors
    /// A head that is none, no randomness, the writer's.
    pub fn new(to: W, head: &Head, reader: &Public) -> Result<Self> {
        let head = head.bytes()?;
        let (key, context) = hpke::setup_sender_with_rng::<Aead, Kdf, Kem>(
            &OpModeS::Base,
            &reader.0,
            &head,
            &mut Random::new()?,
        )
        .map_err(|_| BundleError::Key)?;
        let mut to = Counted {
            to,
            hash: blake3::Hasher::new(),
            size: 0,
        };
        to.put(&head)?;
        to.put(&key.to_bytes())?;
        let blocks = Blocks {
            to,
            context,
            block: Vec::with_capacity(BLOCK),
        };
        let pack = zstd::stream::write::Encoder::new(blocks, LEVEL)?;
        Ok(Self { pack })
    }

    /// Adds an item.
    ///
    /// # Errors
    /// [`BundleError::TooLarge`], the writer's.
    pub fn put(&mut self, item: &Item) -> Result<()> {
        item::write_item(&mut self.pack, item)
    }

    /// Bytes that are in the file so far.
    pub fn size(&self) -> u64 {
        self.pack.get_ref().to.size
    }

    /// Ends the bundle: the last block, and the maker's signature. Gives the writer back, and the size in bytes.
    ///
    /// # Errors
    /// The writer's.
    pub fn finish(self, maker: &SigningKey) -> Result<(W, u64)> {
        let mut blocks = self.pack.finish()?;
        blocks.seal(true)?;
        let mut to = blocks.to;
        let signature = maker.sign(&message(&to.hash.finalize())).to_bytes();
        to.put(&signature)?;
        Ok((to.to, to.size))
    }
}
