//! A file in, a `.p7m` out.

use super::{CadesError, intact, write_atomically};
use crate::cms::{Draft, Form, extract};
use crate::path::Trust;
use crate::verify::{self, Content, Context};
use crate::x509::Certificate;
use crate::{Identity, Signer};
use jiff::Timestamp;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Signs `source` into the enveloping `.p7m` at `target`, replacing what is there. The file is read twice, in pieces:
/// memory stays small however long it is. The identity must be unlocked.
///
/// # Errors
/// Anything; `target` is untouched then.
pub fn sign_file(
    source: &Path,
    target: &Path,
    identity: &Identity,
    signer: &mut dyn Signer,
    signing_time: Timestamp,
) -> Result<(), CadesError> {
    let hash = Certificate::parse(&identity.certificate)
        .map_err(crate::cms::CmsError::from)?
        .hash()
        .map_err(crate::cms::CmsError::from)?;
    let length = std::fs::metadata(source)?.len();
    let content = hash.of_reader(File::open(source)?)?;
    let form = Form::Enveloping { signing_time };
    let draft = Draft::new(&identity.certificate, &identity.chain, hash, &content, form)?;
    let value = signer.sign(&identity.id, &draft.to_sign())?;
    write_atomically(
        target,
        |out| {
            Ok(draft.finish_into(
                &value,
                Some((BufReader::new(File::open(source)?), length)),
                out,
            )?)
        },
        |written, before| {
            // What is on the disk now, through the eyes of whoever will verify it.
            let inside = Part {
                path: written.to_owned(),
                start: *before,
                length,
            };
            let nobody = Trust::default();
            let context = Context::now(&nobody);
            intact(
                &verify::cms(&draft.twin(&value)?, Some(&inside), &context)?,
                context.at,
            )
        },
    )?;
    Ok(())
}

/// Writes the innermost content of a `.p7m` to `target`; returns how many layers were taken off.
///
/// # Errors
/// Where there is no content inside, or the disk fails.
pub fn extract_file(source: &Path, target: &Path) -> Result<usize, CadesError> {
    let bytes = std::fs::read(source)?;
    let (content, layers) = extract(&bytes)?;
    let content = content.ok_or(CadesError::Empty)?;
    write_atomically(
        target,
        |out| Ok::<_, CadesError>(out.write_all(&content)?),
        |_, ()| Ok(()),
    )?;
    Ok(layers)
}

/// A part of a file.
struct Part {
    path: PathBuf,
    start: u64,
    length: u64,
}

impl Content for Part {
    fn feed(&self, sink: &mut dyn FnMut(&[u8])) -> std::io::Result<()> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.start))?;
        let mut rest = file.take(self.length);
        let mut piece = vec![0; 64 * 1024];
        loop {
            match rest.read(&mut piece)? {
                0 => return Ok(()),
                n => sink(&piece[..n]),
            }
        }
    }
}
