"""Signs every PDF of a folder (PAdES B-B) with one session of a token: module, label, PIN, folder, folder of the
signed ones. Prints the seconds, from the first file's reading to the last one's writing."""
import glob
import logging
import os
import sys
import time

logging.disable(logging.CRITICAL)
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

module, label, pin, source, target = sys.argv[1:6]
files = sorted(glob.glob(os.path.join(source, "*.pdf")))
session = open_pkcs11_session(module, token_criteria=TokenCriteria(label=label), user_pin=pin)
# SoftHSM signs hashes with elliptic curves, and hashes nothing itself there.
raw = label != "rsa"
signer = PKCS11Signer(session, cert_label="01", key_label="01", use_raw_mechanism=raw)
signer.signing_cert  # loaded before the clock runs
settings = signers.PdfSignatureMetadata(
    field_name="Firma1", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256"
)
start = time.perf_counter()
for path in files:
    with open(path, "rb") as document:
        signed = signers.sign_pdf(IncrementalPdfFileWriter(document), settings, signer=signer)
    with open(os.path.join(target, os.path.basename(path)), "wb") as out:
        out.write(signed.getbuffer())
print(time.perf_counter() - start)
