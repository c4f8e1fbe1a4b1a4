//! Validation data kept in the document (`/DSS`, EN 319 142-1, 5.4.2): what a B-B or B-T signature needs to be
//! judged with every server down.

use super::PadesError;
use super::draft::{Builder, id_of, open};
use crate::pdf::{Dict, Id, Object};
use pdf_writer::Finish;
use std::collections::HashSet;
use std::io::{Cursor, Read, Seek, Write};

/// Certificates and revocation facts, each as DER.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Material {
    /// Certificates of signers, time stamps, responders and their issuers.
    pub certificates: Vec<Vec<u8>>,
    /// OCSP responses (RFC 6960, `OCSPResponse`).
    pub ocsp: Vec<Vec<u8>>,
    /// Revocation lists.
    pub crls: Vec<Vec<u8>>,
}

/// Adds validation data to a document in memory, as an update.
///
/// # Errors
/// Why the document cannot be updated.
pub fn add_dss(pdf: &[u8], material: &Material) -> Result<Vec<u8>, PadesError> {
    let mut out = Vec::new();
    write_dss(Cursor::new(pdf), material, &mut out)?;
    Ok(out)
}

/// Writes a document with validation data added: its bytes as they were, and the update. What the document holds
/// already is not added again.
///
/// # Errors
/// Why the document cannot be updated, and those of writing.
pub fn write_dss<R: Read + Seek>(
    reader: R,
    material: &Material,
    mut out: impl Write,
) -> Result<(), PadesError> {
    let (mut file, view) = open(reader)?;
    let len = file.source.len();
    let ends_line = matches!(
        file.source.bytes(len.saturating_sub(1), 1)?,
        [b'\n' | b'\r']
    );
    let mut builder = Builder::new(&mut file, &view);
    let mut catalog = builder.catalog()?;
    let place = catalog.get(b"DSS").cloned();
    let mut dss = match &place {
        Some(value) => builder
            .resolved(value)?
            .as_dict()
            .cloned()
            .unwrap_or_default(),
        None => Dict::default(),
    };
    let mut added = false;
    for (key, items) in [
        (&b"Certs"[..], &material.certificates),
        (b"OCSPs", &material.ocsp),
        (b"CRLs", &material.crls),
    ] {
        let mut array = builder.array_of(&dss, key)?;
        let mut known = HashSet::new();
        for item in &array {
            if let Object::Stream(stream) = builder.resolved(item)? {
                known.insert(builder.file.decoded(&stream)?);
            }
        }
        let before = array.len();
        for item in items.iter().filter(|item| known.insert((*item).clone())) {
            let id = builder.update.number()?;
            builder.update.add(id, |chunk, id| {
                chunk.stream(id, item).finish();
            });
            array.push(Object::Ref(id_of(id)));
        }
        if array.len() > before {
            added = true;
            // the array comes to lie in the dictionary: what an array elsewhere is besides is not our knowledge
            dss.set(key, Object::Array(array));
        }
    }
    file_out(&mut builder, place, dss, &mut catalog)?;
    let written = if added {
        Some(builder.finish(len, ends_line)?)
    } else {
        None
    };
    file.source
        .pour(0..len, |piece| Ok(out.write_all(piece)?))?;
    if let Some(written) = written {
        out.write_all(&written.bytes)?;
    }
    Ok(())
}

fn file_out<R: Read + Seek>(
    builder: &mut Builder<'_, R>,
    place: Option<Object>,
    mut dss: Dict,
    catalog: &mut Dict,
) -> Result<(), PadesError> {
    dss.set(b"Type", Object::Name(b"DSS".to_vec()));
    let root: Id = builder.view.root()?;
    match place {
        Some(Object::Ref(id)) => builder.put(id, Object::Dict(dss)),
        Some(_) => {
            catalog.set(b"DSS", Object::Dict(dss));
            builder.put(root, Object::Dict(catalog.clone()));
        }
        None => {
            let id = builder.new_id()?;
            builder.put(id, Object::Dict(dss));
            catalog.set(b"DSS", Object::Ref(id));
            builder.put(root, Object::Dict(catalog.clone()));
        }
    }
    Ok(())
}
